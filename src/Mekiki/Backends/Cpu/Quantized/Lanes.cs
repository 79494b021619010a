using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Mekiki.Backends.Cpu.Quantized;

/// <summary>The operations on whole numbers that quantized kernels need, over one register width.</summary>
/// <typeparam name="V">The register: <see cref="Vector512{T}"/>, <see cref="Vector256{T}"/> or <see cref="Vector128{T}"/> of int, or one int.</typeparam>
/// <remarks>What becomes of sums is computed in float32, each operation by itself, so that all widths give the same bits.</remarks>
internal unsafe interface ILanes<V> where V : struct
{
    static abstract int Count { get; }
    static abstract V Zero { get; }
    static abstract V Broadcast(int value);
    static abstract V Load(int* p);
    static abstract void Store(int* p, V value);
    static abstract V Add(V a, V b);
    static abstract V Subtract(V a, V b);
    static abstract V Max(V a, V b);

    /// <summary>a · 2^16.</summary>
    static abstract V ToUpper(V a);

    /// <summary>a · 2.</summary>
    static abstract V Twice(V a);

    /// <summary>a · b modulo 2^32.</summary>
    static abstract V Multiply(V a, V b);

    /// <summary>a / 2^by, of numbers that 2^by divides.</summary>
    static abstract V ShiftRight(V a, int by);

    /// <summary>Of the four bytes of each lane the first and third, as 16 bits.</summary>
    static abstract V Even(V bytes);

    /// <summary>Of the four bytes of each lane the second and fourth, as 16 bits.</summary>
    static abstract V Odd(V bytes);

    /// <summary>In each lane, the two products of signed 16 bits, added.</summary>
    static abstract V PairProducts(V a, V b);

    /// <summary>Count bytes, a lane each.</summary>
    static abstract V LoadBytes(byte* p);

    /// <summary>The low byte of each lane.</summary>
    static abstract void StoreBytes(byte* p, V value);

    /// <summary>clamp(round(sums · factors), least, most).</summary>
    static abstract V Rounded(V sums, float* factors, float least, float most);

    /// <summary>sums · factors.</summary>
    static abstract void StoreReal(float* y, V sums, float* factors);

    /// <summary>clamp(round(a · fa + b · fb), least, most).</summary>
    static abstract V Blended(V a, float fa, V b, float fb, float least, float most);

    /// <summary>clamp(round(x / scale), least, most); the least where x is no number.</summary>
    static abstract V Steps(float* x, float scale, float least, float most);

    /// <summary>a · scale.</summary>
    static abstract void StoreScaled(float* y, V a, float scale);
}

internal readonly unsafe struct Lanes512 : ILanes<Vector512<int>>
{
    public static int Count => 16;
    public static Vector512<int> Zero => Vector512<int>.Zero;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<int> Broadcast(int value) => Vector512.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<int> Load(int* p) => Vector512.Load(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(int* p, Vector512<int> value) => value.Store(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<int> Add(Vector512<int> a, Vector512<int> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<int> Subtract(Vector512<int> a, Vector512<int> b) => a - b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<int> Max(Vector512<int> a, Vector512<int> b) => Vector512.Max(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<int> ToUpper(Vector512<int> a) => Vector512.ShiftLeft(a, 16);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<int> Twice(Vector512<int> a) => a + a;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<int> Multiply(Vector512<int> a, Vector512<int> b) => a * b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<int> ShiftRight(Vector512<int> a, int by) => Vector512.ShiftRightArithmetic(a, by);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<int> Even(Vector512<int> bytes) => bytes & Vector512.Create(0x00FF00FF);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<int> Odd(Vector512<int> bytes) => Vector512.ShiftRightLogical(bytes.AsInt16(), 8).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> PairProducts(Vector512<int> a, Vector512<int> b) => Avx512BW.IsSupported
        ? Avx512BW.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16())
        : (Vector512.ShiftRightArithmetic(Vector512.ShiftLeft(a, 16), 16) * Vector512.ShiftRightArithmetic(Vector512.ShiftLeft(b, 16), 16)) + (Vector512.ShiftRightArithmetic(a, 16) * Vector512.ShiftRightArithmetic(b, 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<int> LoadBytes(byte* p) => Avx512F.IsSupported ? Avx512F.ConvertToVector512Int32(Vector128.Load(p)) : Vector512.Create(Lanes256.LoadBytes(p), Lanes256.LoadBytes(p + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(byte* p, Vector512<int> value)
    {
        if (Avx512F.IsSupported)
        {
            Avx512F.ConvertToVector128Byte(value).Store(p);
            return;
        }

        Lanes256.StoreBytes(p, value.GetLower());
        Lanes256.StoreBytes(p + 8, value.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<int> Rounded(Vector512<int> sums, float* factors, float least, float most) => Nearest(Vector512.ConvertToSingle(sums) * Vector512.Load(factors), least, most);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void StoreReal(float* y, Vector512<int> sums, float* factors) => (Vector512.ConvertToSingle(sums) * Vector512.Load(factors)).Store(y);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<int> Blended(Vector512<int> a, float fa, Vector512<int> b, float fb, float least, float most) => Nearest((Vector512.ConvertToSingle(a) * fa) + (Vector512.ConvertToSingle(b) * fb), least, most);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector512<int> Steps(float* x, float scale, float least, float most) => Nearest(Vector512.Load(x) / Vector512.Create(scale), least, most);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void StoreScaled(float* y, Vector512<int> a, float scale) => (Vector512.ConvertToSingle(a) * scale).Store(y);

    // The second operand where the first is no number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Nearest(Vector512<float> x, float least, float most)
    {
        x = Vector512.MinNative(Vector512.MaxNative(x, Vector512.Create(least)), Vector512.Create(most));
        return Avx512F.IsSupported ? Avx512F.ConvertToVector512Int32(x) : Vector512.ConvertToInt32Native(Vector512.Round(x));
    }
}

internal readonly unsafe struct Lanes256 : ILanes<Vector256<int>>
{
    public static int Count => 8;
    public static Vector256<int> Zero => Vector256<int>.Zero;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> Broadcast(int value) => Vector256.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> Load(int* p) => Vector256.Load(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(int* p, Vector256<int> value) => value.Store(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> Add(Vector256<int> a, Vector256<int> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> Subtract(Vector256<int> a, Vector256<int> b) => a - b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> Max(Vector256<int> a, Vector256<int> b) => Vector256.Max(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> ToUpper(Vector256<int> a) => Vector256.ShiftLeft(a, 16);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> Twice(Vector256<int> a) => a + a;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> Multiply(Vector256<int> a, Vector256<int> b) => a * b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> ShiftRight(Vector256<int> a, int by) => Vector256.ShiftRightArithmetic(a, by);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> Even(Vector256<int> bytes) => bytes & Vector256.Create(0x00FF00FF);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> Odd(Vector256<int> bytes) => Vector256.ShiftRightLogical(bytes.AsInt16(), 8).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> PairProducts(Vector256<int> a, Vector256<int> b) => Avx2.IsSupported
        ? Avx2.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16())
        : (Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(a, 16), 16) * Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(b, 16), 16)) + (Vector256.ShiftRightArithmetic(a, 16) * Vector256.ShiftRightArithmetic(b, 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> LoadBytes(byte* p) => Avx2.IsSupported ? Avx2.ConvertToVector256Int32(p) : Vector256.Create(Lanes128.LoadBytes(p), Lanes128.LoadBytes(p + 4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(byte* p, Vector256<int> value)
    {
        var narrow = Vector128.Narrow(value.GetLower().AsUInt32(), value.GetUpper().AsUInt32());
        *(ulong*)p = Vector128.Narrow(narrow, narrow).AsUInt64().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> Rounded(Vector256<int> sums, float* factors, float least, float most) => Nearest(Vector256.ConvertToSingle(sums) * Vector256.Load(factors), least, most);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void StoreReal(float* y, Vector256<int> sums, float* factors) => (Vector256.ConvertToSingle(sums) * Vector256.Load(factors)).Store(y);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> Blended(Vector256<int> a, float fa, Vector256<int> b, float fb, float least, float most) => Nearest((Vector256.ConvertToSingle(a) * fa) + (Vector256.ConvertToSingle(b) * fb), least, most);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector256<int> Steps(float* x, float scale, float least, float most) => Nearest(Vector256.Load(x) / Vector256.Create(scale), least, most);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void StoreScaled(float* y, Vector256<int> a, float scale) => (Vector256.ConvertToSingle(a) * scale).Store(y);

    // The second operand where the first is no number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Nearest(Vector256<float> x, float least, float most)
    {
        x = Vector256.MinNative(Vector256.MaxNative(x, Vector256.Create(least)), Vector256.Create(most));
        return Avx.IsSupported ? Avx.ConvertToVector256Int32(x) : Vector256.ConvertToInt32Native(Vector256.Round(x));
    }
}

internal readonly unsafe struct Lanes128 : ILanes<Vector128<int>>
{
    public static int Count => 4;
    public static Vector128<int> Zero => Vector128<int>.Zero;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> Broadcast(int value) => Vector128.Create(value);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> Load(int* p) => Vector128.Load(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void Store(int* p, Vector128<int> value) => value.Store(p);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> Add(Vector128<int> a, Vector128<int> b) => a + b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> Subtract(Vector128<int> a, Vector128<int> b) => a - b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> Max(Vector128<int> a, Vector128<int> b) => Vector128.Max(a, b);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> ToUpper(Vector128<int> a) => Vector128.ShiftLeft(a, 16);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> Twice(Vector128<int> a) => a + a;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> Multiply(Vector128<int> a, Vector128<int> b) => a * b;
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> ShiftRight(Vector128<int> a, int by) => Vector128.ShiftRightArithmetic(a, by);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> Even(Vector128<int> bytes) => bytes & Vector128.Create(0x00FF00FF);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> Odd(Vector128<int> bytes) => Vector128.ShiftRightLogical(bytes.AsInt16(), 8).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> PairProducts(Vector128<int> a, Vector128<int> b) => Sse2.IsSupported
        ? Sse2.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16())
        : (Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(a, 16), 16) * Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(b, 16), 16)) + (Vector128.ShiftRightArithmetic(a, 16) * Vector128.ShiftRightArithmetic(b, 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> LoadBytes(byte* p) => Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)p).AsByte())).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(byte* p, Vector128<int> value)
    {
        var narrow = Vector128.Narrow(value.AsUInt32(), value.AsUInt32());
        *(uint*)p = Vector128.Narrow(narrow, narrow).AsUInt32().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> Rounded(Vector128<int> sums, float* factors, float least, float most) => Nearest(Vector128.ConvertToSingle(sums) * Vector128.Load(factors), least, most);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void StoreReal(float* y, Vector128<int> sums, float* factors) => (Vector128.ConvertToSingle(sums) * Vector128.Load(factors)).Store(y);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> Blended(Vector128<int> a, float fa, Vector128<int> b, float fb, float least, float most) => Nearest((Vector128.ConvertToSingle(a) * fa) + (Vector128.ConvertToSingle(b) * fb), least, most);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static Vector128<int> Steps(float* x, float scale, float least, float most) => Nearest(Vector128.Load(x) / Vector128.Create(scale), least, most);
    [MethodImpl(MethodImplOptions.AggressiveInlining)] public static void StoreScaled(float* y, Vector128<int> a, float scale) => (Vector128.ConvertToSingle(a) * scale).Store(y);

    // The second operand where the first is no number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Nearest(Vector128<float> x, float least, float most)
    {
        x = Vector128.MinNative(Vector128.MaxNative(x, Vector128.Create(least)), Vector128.Create(most));
        return Sse2.IsSupported ? Sse2.ConvertToVector128Int32(x) : Vector128.ConvertToInt32Native(Vector128.Round(x));
    }
}

/// <summary>One number at a time: what is left over.</summary>
internal readonly unsafe struct LanesScalar : ILanes<int>
{
    public static int Count => 1;
    public static int Zero => 0;
    public static int Broadcast(int value) => value;
    public static int Load(int* p) => *p;
    public static void Store(int* p, int value) => *p = value;
    public static int Add(int a, int b) => a + b;
    public static int Subtract(int a, int b) => a - b;
    public static int Max(int a, int b) => Math.Max(a, b);
    public static int ToUpper(int a) => a << 16;
    public static int Twice(int a) => a + a;
    public static int Multiply(int a, int b) => a * b;
    public static int ShiftRight(int a, int by) => a >> by;
    public static int Even(int bytes) => bytes & 0x00FF00FF;
    public static int Odd(int bytes) => (bytes >>> 8) & 0x00FF00FF;
    public static int PairProducts(int a, int b) => (short)a * (short)b + (a >> 16) * (b >> 16);
    public static int LoadBytes(byte* p) => *p;
    public static void StoreBytes(byte* p, int value) => *p = (byte)value;
    public static int Rounded(int sums, float* factors, float least, float most) => Nearest(sums * *factors, least, most);
    public static void StoreReal(float* y, int sums, float* factors) => *y = sums * *factors;
    public static int Blended(int a, float fa, int b, float fb, float least, float most) => Nearest((float)(a * fa) + (float)(b * fb), least, most);
    public static int Steps(float* x, float scale, float least, float most) => Nearest(*x / scale, least, most);
    public static void StoreScaled(float* y, int a, float scale) => *y = a * scale;

    private static int Nearest(float x, float least, float most)
    {
        x = x > least ? x : least;
        return (int)MathF.Round(x < most ? x : most);
    }
}
