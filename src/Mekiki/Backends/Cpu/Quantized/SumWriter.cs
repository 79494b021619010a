using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>Turns sums into results: 8-bit numbers, or real ones.</summary>
internal unsafe struct SumWriter
{
    /// <summary>Of each feature; readable for a register more.</summary>
    public float* Factors;

    /// <summary>The result's first element: uint8, or float32 where <see cref="IsReal"/>.</summary>
    public void* Y;

    public float Least, Most;
    public int Zero;
    public bool IsReal;

    /// <summary>A writer to a result.</summary>
    public static SumWriter Of(in Requantization to, float* factors, void* y) => new()
    {
        Factors = factors,
        Y = y,
        Least = to.Least - to.Zero,
        Most = to.Most - to.Zero,
        Zero = to.Zero,
        IsReal = to.IsReal,
    };

    /// <summary>Writes sums of consecutive features.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="feature">The first feature.</param>
    /// <param name="at">Where it stands in the result.</param>
    /// <param name="count">How many features.</param>
    public readonly void Write(int* sums, int feature, nint at, int count)
    {
        int done = 0;
        if (VectorWidth.Is512 && count >= 16)
            done = Write<Vector512<int>, Lanes512>(sums, feature, at, count);
        if (VectorWidth.Bits >= 256 && count - done >= 8)
            done += Write<Vector256<int>, Lanes256>(sums + done, feature + done, at + done, count - done);
        if (count - done >= 4)
            done += Write<Vector128<int>, Lanes128>(sums + done, feature + done, at + done, count - done);
        if (count > done)
            Write<int, LanesScalar>(sums + done, feature + done, at + done, count - done);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Write<V, L>(int* sums, int feature, nint at, int count) where V : struct where L : ILanes<V>
    {
        int i = 0;
        if (IsReal)
            for (; i + L.Count <= count; i += L.Count)
                L.StoreReal((float*)Y + at + i, L.Load(sums + i), Factors + feature + i);
        else
            for (; i + L.Count <= count; i += L.Count)
                L.StoreBytes((byte*)Y + at + i, L.Add(L.Rounded(L.Load(sums + i), Factors + feature + i, Least, Most), L.Broadcast(Zero)));
        return i;
    }
}
