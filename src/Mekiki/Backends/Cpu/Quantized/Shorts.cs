using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>Sums and differences of 16-bit numbers, over one register width.</summary>
/// <typeparam name="V">The register, of short.</typeparam>
internal unsafe interface IShorts<V> where V : struct
{
    static abstract int Count { get; }

    /// <summary>Count bytes, 0 to 255.</summary>
    static abstract V LoadBytes(byte* p);

    static abstract V Load(short* p);
    static abstract void Store(short* p, V value);
    static abstract V Add(V a, V b);
    static abstract V Subtract(V a, V b);

    /// <summary>a · 4.</summary>
    static abstract V Four(V a);
}

internal readonly unsafe struct Shorts512 : IShorts<Vector512<short>>
{
    public static int Count => 32;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<short> LoadBytes(byte* p) => Avx512BW.IsSupported ? Avx512BW.ConvertToVector512Int16(Vector256.Load(p)) : Vector512.Create(Shorts256.LoadBytes(p), Shorts256.LoadBytes(p + 16));
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<short> Load(short* p) => Vector512.Load(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(short* p, Vector512<short> value) => value.Store(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<short> Add(Vector512<short> a, Vector512<short> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<short> Subtract(Vector512<short> a, Vector512<short> b) => a - b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<short> Four(Vector512<short> a) => Vector512.ShiftLeft(a, 2);
}

internal readonly unsafe struct Shorts256 : IShorts<Vector256<short>>
{
    public static int Count => 16;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<short> LoadBytes(byte* p) => Avx2.IsSupported ? Avx2.ConvertToVector256Int16(Vector128.Load(p)) : Vector256.Create(Shorts128.LoadBytes(p), Shorts128.LoadBytes(p + 8));
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<short> Load(short* p) => Vector256.Load(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(short* p, Vector256<short> value) => value.Store(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<short> Add(Vector256<short> a, Vector256<short> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<short> Subtract(Vector256<short> a, Vector256<short> b) => a - b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<short> Four(Vector256<short> a) => Vector256.ShiftLeft(a, 2);
}

internal readonly unsafe struct Shorts128 : IShorts<Vector128<short>>
{
    public static int Count => 8;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<short> LoadBytes(byte* p) => Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)p).AsByte()).AsInt16();
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<short> Load(short* p) => Vector128.Load(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(short* p, Vector128<short> value) => value.Store(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<short> Add(Vector128<short> a, Vector128<short> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<short> Subtract(Vector128<short> a, Vector128<short> b) => a - b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<short> Four(Vector128<short> a) => Vector128.ShiftLeft(a, 2);
}
