using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>How four 8-bit numbers of an image are multiplied with four weights of each feature and added up, a lane for each feature.</summary>
/// <typeparam name="V">The register of sums.</typeparam>
/// <typeparam name="P">Four numbers for each lane, as they are multiplied.</typeparam>
internal unsafe interface IProducts<V, P> where V : struct where P : struct
{
    /// <summary>Bytes that the four weights of one feature take.</summary>
    static abstract int WeightBytes { get; }

    /// <summary>The four bytes at p, in all lanes.</summary>
    static abstract P Broadcast(byte* p);

    /// <summary>Four weights for each lane.</summary>
    static abstract P Load(byte* weights);

    /// <summary>sums + Σ x · w, exact as long as it fits in 32 bits.</summary>
    static abstract V Add(V sums, P x, P w);
}

/// <summary>Two registers of 16-bit pairs: the even numbers and the odd ones.</summary>
internal readonly struct Pair<V>(V even, V odd) where V : struct
{
    public readonly V Even = even, Odd = odd;
}

/// <summary>Products of 16-bit pairs, for processors without instructions for bytes, and for weights of 9 bits. Nothing saturates, unlike sums of bytes' products in 16 bits (<c>vpmaddubsw</c>).</summary>
internal readonly unsafe struct PairProducts<V, L> : IProducts<V, Pair<V>> where V : struct where L : ILanes<V>
{
    public static int WeightBytes => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<V> Broadcast(byte* p)
    {
        var bytes = L.Broadcast(*(int*)p);
        return new(L.Even(bytes), L.Odd(bytes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<V> Load(byte* weights) => new(L.Load((int*)weights), L.Load((int*)weights + L.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Add(V sums, Pair<V> x, Pair<V> w) => L.Add(sums, L.Add(L.PairProducts(x.Even, w.Even), L.PairProducts(x.Odd, w.Odd)));
}

/// <summary>AVX-VNNI, 256 bits: four products of bytes and their sum in one instruction (<c>vpdpbusd</c>).</summary>
internal readonly unsafe struct ByteProducts256 : IProducts<Vector256<int>, Vector256<int>>
{
    public static int WeightBytes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> Broadcast(byte* p) => Vector256.Create(*(int*)p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> Load(byte* weights) => Vector256.Load((int*)weights);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> Add(Vector256<int> sums, Vector256<int> x, Vector256<int> w) => AvxVnni.MultiplyWideningAndAdd(sums, x.AsByte(), w.AsSByte());
}

/// <summary>AVX-VNNI, 128 bits.</summary>
internal readonly unsafe struct ByteProducts128 : IProducts<Vector128<int>, Vector128<int>>
{
    public static int WeightBytes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> Broadcast(byte* p) => Vector128.Create(*(int*)p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> Load(byte* weights) => Vector128.Load((int*)weights);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> Add(Vector128<int> sums, Vector128<int> x, Vector128<int> w) => AvxVnni.MultiplyWideningAndAdd(sums, x.AsByte(), w.AsSByte());
}
