namespace Mekiki.Architecture.Tests.Documentation.Samples;

/// <summary>Methods that throw <see cref="MekikiException"/> in every way that is looked for, and methods that do not.</summary>
public static class Throwers
{
    public static void Directly(int number)
    {
        if (number < 0)
            throw new MekikiException("below 0");
    }

    public static int InExpression(int number) => number >= 0 ? number : throw new MekikiException("below 0");

    public static void OfAHelper(int number)
    {
        if (number < 0)
            throw Made(number);
    }

    public static void ByAHelper(int number) => Check(number);

    public static void OverHelpers(int number) => CheckTwice(number);

    public static void InLambda(int[] numbers) => Array.ForEach(numbers, n => Check(n));

    public static void InLocalFunction(int number)
    {
        Look();

        void Look() => Check(number);
    }

    public static void InLocalFunctionsThatCallEachOther(int number)
    {
        Even(number);

        void Even(int n)
        {
            if (n > 0)
                Odd(n - 1);
        }

        void Odd(int n)
        {
            Check(n);
            Even(n - 1);
        }
    }

    public static async Task InAsync(Task<int> number) => Check(await number);

    public static IEnumerable<int> InIterator(int number)
    {
        Check(number);
        yield return number;
    }

    public static T InGeneric<T>(T value) where T : IComparable<T> => Checked(value);

    public static void InRecursion(int number)
    {
        if (number > 0)
            InRecursion(number - 1);
        Check(number);
    }

    public static void InACircle(int number)
    {
        CircleTo(number);
        Check(number);
    }

    public static int OfAPrivateProperty() => Hidden;

    public static void PastACatch(int number)
    {
        try
        {
            Check(number);
        }
        catch (ArgumentException)
        {
        }
    }

    public static void FromACatch()
    {
        try
        {
            Console.WriteLine();
        }
        catch (IOException e)
        {
            throw new MekikiException("no console", e);
        }
    }

    public static bool Caught(int number)
    {
        try
        {
            Check(number);
            return true;
        }
        catch (MekikiException)
        {
            return false;
        }
    }

    public static MekikiException Returned() => Made(0);

    public static void OfAnother(int number) => ArgumentOutOfRangeException.ThrowIfNegative(number);

    public static void ByAPublicMember(int number) => Directly(number);

    private static int Hidden => Environment.ProcessorCount > 0 ? 1 : throw new MekikiException("none");

    private static MekikiException Made(int number) => new($"below 0: {number}");

    private static void CircleTo(int number)
    {
        if (number > 0)
            InACircle(number - 1);
    }

    private static void CheckTwice(int number)
    {
        Check(number);
        Check(-number);
    }

    private static void Check(int number)
    {
        if (number < 0)
            throw new MekikiException("below 0");
    }

    private static T Checked<T>(T value) where T : IComparable<T> => value.CompareTo(default) >= 0 ? value : throw new MekikiException("below the default");
}
