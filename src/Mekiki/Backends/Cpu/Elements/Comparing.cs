using System.Numerics;

namespace Mekiki.Backends.Cpu.Elements;

/// <summary>Comparisons, and the choice between two arrays.</summary>
internal static unsafe class Comparing
{
    /// <summary>y = 1 where a and b compare as f says, else 0.</summary>
    public static void Run<T>(T* a, T* b, byte* y, nint count, Comparison f) where T : unmanaged, IComparisonOperators<T, T, bool>
    {
        switch (f)
        {
            case Comparison.Equal:
                for (nint i = 0; i < count; i++)
                    y[i] = a[i] == b[i] ? (byte)1 : (byte)0;
                break;
            case Comparison.NotEqual:
                for (nint i = 0; i < count; i++)
                    y[i] = a[i] != b[i] ? (byte)1 : (byte)0;
                break;
            case Comparison.Greater:
                for (nint i = 0; i < count; i++)
                    y[i] = a[i] > b[i] ? (byte)1 : (byte)0;
                break;
            case Comparison.GreaterOrEqual:
                for (nint i = 0; i < count; i++)
                    y[i] = a[i] >= b[i] ? (byte)1 : (byte)0;
                break;
            case Comparison.Less:
                for (nint i = 0; i < count; i++)
                    y[i] = a[i] < b[i] ? (byte)1 : (byte)0;
                break;
            default:
                for (nint i = 0; i < count; i++)
                    y[i] = a[i] <= b[i] ? (byte)1 : (byte)0;
                break;
        }
    }

    /// <summary>Elements of <paramref name="yes"/> where the mask is not 0, else of <paramref name="no"/>.</summary>
    public static void Select<T>(byte* mask, T* yes, T* no, T* y, nint count) where T : unmanaged
    {
        for (nint i = 0; i < count; i++)
            y[i] = mask[i] != 0 ? yes[i] : no[i];
    }
}
