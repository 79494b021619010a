using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>Maxima of bytes, over one register width.</summary>
/// <typeparam name="V">The register, of byte, or one byte.</typeparam>
internal unsafe interface IBytes<V> where V : struct
{
    static abstract int Count { get; }
    static abstract V Load(byte* p);
    static abstract void Store(byte* p, V value);
    static abstract V Max(V a, V b);
}

internal readonly unsafe struct Bytes512 : IBytes<Vector512<byte>>
{
    public static int Count => 64;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<byte> Load(byte* p) => Vector512.Load(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(byte* p, Vector512<byte> value) => value.Store(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<byte> Max(Vector512<byte> a, Vector512<byte> b) => Vector512.Max(a, b);
}

internal readonly unsafe struct Bytes256 : IBytes<Vector256<byte>>
{
    public static int Count => 32;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<byte> Load(byte* p) => Vector256.Load(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(byte* p, Vector256<byte> value) => value.Store(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<byte> Max(Vector256<byte> a, Vector256<byte> b) => Vector256.Max(a, b);
}

internal readonly unsafe struct Bytes128 : IBytes<Vector128<byte>>
{
    public static int Count => 16;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<byte> Load(byte* p) => Vector128.Load(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(byte* p, Vector128<byte> value) => value.Store(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<byte> Max(Vector128<byte> a, Vector128<byte> b) => Vector128.Max(a, b);
}

/// <summary>One byte at a time: what is left over.</summary>
internal readonly unsafe struct ByteScalar : IBytes<byte>
{
    public static int Count => 1;
    public static byte Load(byte* p) => *p;
    public static void Store(byte* p, byte value) => *p = value;
    public static byte Max(byte a, byte b) => Math.Max(a, b);
}
