namespace Mekiki.Files;

/// <summary>Says which of Python's names a pickle may hold, and what they stand for; it runs nothing of Python's.</summary>
internal interface IPickleMeaning
{
    /// <summary>Whether a name may stand in the pickle.</summary>
    bool Knows(string global);

    /// <summary>What <paramref name="global"/>, a known name, makes of arguments; null: it cannot be called with these.</summary>
    object? Call(string global, object?[] arguments);

    /// <summary>What a reference to something outside the pickle stands for; null: nothing.</summary>
    object? Outside(object? id);
}
