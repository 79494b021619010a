namespace Mekiki.Architecture.Tests.Reading.Samples;

#pragma warning disable CS0649, CA1812, IDE0044, IDE0051, IDE0052, CS0169 // Types that only show how one can use another.

internal class Used
{
    public static int Number { get; set; }

    public static void Do<T>()
    {
    }
}

internal interface IUsed;

internal sealed class UsedException : Exception;

internal enum UsedKind
{
    First,
    Second,
}

[AttributeUsage(AttributeTargets.All)]
internal sealed class UsedAttribute : Attribute;

internal static class Other
{
    public static object? Thing { get; set; }

    public static void Do<T>() => Thing = typeof(T);

    public static void Take(UsedKind kind) => Thing = kind;
}

internal sealed class AsBase : Used;

internal sealed class AsInterface : IUsed;

internal sealed class AsField
{
    private Used? field;
}

internal sealed class AsElement
{
    private List<Used[]>? field;
}

internal sealed class AsArgumentOfType
{
    public static void Do() => Other.Thing = new List<Used>();
}

internal sealed class AsConstraint
{
    public static void Do<T>()
        where T : IUsed
    {
    }
}

internal sealed class AsParameter
{
    public static void Do(ref Used? used) => used = null;
}

internal sealed class AsResult
{
    public static Used? Do() => null;
}

internal sealed class AsLocal
{
    public static object? Do()
    {
        Used? local = null;
        for (int i = 0; i < 2; i++)
            (local, Other.Thing) = ((Used?)Other.Thing, local);
        return local;
    }
}

internal sealed class AsTypeOf
{
    public static void Do() => Other.Thing = typeof(Used);
}

internal sealed class AsCast
{
    public static bool Do() => Other.Thing is IUsed;
}

internal sealed class AsCaught
{
    public static void Do()
    {
        try
        {
            Other.Thing = null;
        }
        catch (UsedException)
        {
        }
    }
}

internal sealed class AsCall
{
    public static void Do() => Used.Number = 1;
}

internal sealed class AsArgumentOfMethod
{
    public static void Do() => Other.Do<IUsed>();
}

internal sealed class AsValueOfEnum
{
    public static void Do() => Other.Take(UsedKind.Second);
}

internal sealed class InLambda
{
    public static Func<int> Do(int more) => () => Used.Number + more;
}

internal sealed class InIterator
{
    public static IEnumerable<int> Do()
    {
        yield return Used.Number;
    }
}

internal sealed class InNested
{
    private sealed class Inner
    {
        public static void Do() => Used.Number = 2;
    }
}

internal sealed class BehindSwitch
{
    public static void Do(int number)
    {
        switch (number)
        {
            case 0: Other.Thing = 1.5; break;
            case 1: Other.Thing = 1L << 40; break;
            case 2: Other.Thing = "two"; break;
            case 3: Other.Thing = null; break;
            case 4: Used.Number = 4; break;
        }
    }
}

[Used]
internal sealed class AsAttribute;

internal sealed class AsName
{
    public static string Do() => nameof(Used);
}
