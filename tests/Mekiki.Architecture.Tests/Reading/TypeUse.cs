namespace Mekiki.Architecture.Tests.Reading;

/// <summary>One type uses another.</summary>
internal readonly record struct TypeUse(CodeType User, CodeType Used)
{
    /// <summary>Both full names.</summary>
    public override string ToString() => $"{User} → {Used}";
}
