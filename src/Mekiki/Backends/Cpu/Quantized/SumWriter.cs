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

    /// <summary>Writes sums of consecutive features, pixel by pixel.</summary>
    /// <param name="sums">The sums of the first pixel.</param>
    /// <param name="step">From there to the next pixel's.</param>
    /// <param name="pixels">How many pixels.</param>
    /// <param name="feature">The first feature.</param>
    /// <param name="at">Where it stands in the result.</param>
    /// <param name="stride">From there to where it stands for the next pixel.</param>
    /// <param name="count">How many features.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Write(int* sums, int step, int pixels, int feature, nint at, nint stride, int count)
    {
        int done = 0;
        if (VectorWidth.Is512)
            for (; count - done >= 16; done += 16)
                Write<Vector512<int>, Lanes512>(sums + done, step, pixels, feature + done, at + done, stride);
        if (VectorWidth.Bits >= 256)
            for (; count - done >= 8; done += 8)
                Write<Vector256<int>, Lanes256>(sums + done, step, pixels, feature + done, at + done, stride);
        for (; count - done >= 4; done += 4)
            Write<Vector128<int>, Lanes128>(sums + done, step, pixels, feature + done, at + done, stride);
        for (; done < count; done++)
            Write<int, LanesScalar>(sums + done, step, pixels, feature + done, at + done, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Write<V, L>(int* sums, int step, int pixels, int feature, nint at, nint stride) where V : struct where L : ILanes<V>
    {
        float* factors = Factors + feature;
        if (IsReal)
        {
            for (float* y = (float*)Y + at; pixels > 0; pixels--, y += stride, sums += step)
                L.StoreReal(y, L.Load(sums), factors);
            return;
        }

        float least = Least, most = Most;
        V zero = L.Broadcast(Zero);
        for (byte* y = (byte*)Y + at; pixels > 0; pixels--, y += stride, sums += step)
            L.StoreBytes(y, L.Add(L.Rounded(L.Load(sums), factors, least, most), zero));
    }
}
