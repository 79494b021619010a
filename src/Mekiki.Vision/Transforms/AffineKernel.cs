using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>Samples uint8 images at the places that an <see cref="AffineMatrix"/> gives, a row of the result at a time.</summary>
/// <remarks>
/// The arithmetic of Pillow's <c>Image.transform(AFFINE)</c>: nearest walks along the row in 16.16 fixed point, bilinear
/// truncates a + (b - a) d. Differs from Pillow: bilinear weights are float32 (Pillow: float64), and a matrix without
/// rotation takes the same way as all others. Each vector path gives the same bytes as the scalar one.
/// </remarks>
internal static class AffineKernel
{
    private const int MostColumns = 2048;

    /// <summary>Whether the vector path may run; tests switch it off to compare.</summary>
    internal static bool UseVectors { get; set; } = true;

    /// <summary>(H, W, C) uint8 -> (H, W, C) uint8.</summary>
    public static void Run(ReadOnlySpan<byte> image, ImageShape shape, in AffineMatrix matrix, Interpolation interpolation, byte fill, Span<byte> destination)
    {
        int rowLength = shape.Width * shape.Channels;
        Span<byte> row = stackalloc byte[RowBuffer(shape)];
        var walk = new Walk(shape, matrix);
        for (int y = 0; y < shape.Height; y++)
        {
            Row(image, shape, ref walk, interpolation, fill, row);
            row[..rowLength].CopyTo(destination.Slice(y * rowLength, rowLength));
        }
    }

    /// <summary>(H, W, C) uint8 -> (C, H, W) float32 through <paramref name="values"/>, in one pass.</summary>
    public static void Run(ReadOnlySpan<byte> image, ImageShape shape, in AffineMatrix matrix, Interpolation interpolation, byte fill, in PixelValues values, Span<float> destination)
    {
        Span<byte> row = stackalloc byte[RowBuffer(shape)];
        var walk = new Walk(shape, matrix);
        if (interpolation == Interpolation.Nearest && UseVectors && Avx2.IsSupported && shape.Width % 8 == 0)
        {
            NearestToFloat(image, shape, walk, fill, values, destination);
            return;
        }

        for (int y = 0; y < shape.Height; y++)
        {
            Row(image, shape, ref walk, interpolation, fill, row);
            values.WriteRow(row, shape, y, destination);
        }
    }

    /// <summary>Nearest pixels: the source becomes floats once, and those are copied, which costs less than copying bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NearestToFloat(ReadOnlySpan<byte> image, ImageShape shape, Walk walk, byte fill, in PixelValues values, Span<float> destination)
    {
        int plane = shape.Height * shape.Width;
        // Behind the pixels, of each channel the value that stands outside.
        float[] scratch = ArrayPool<float>.Shared.Rent(shape.Length + shape.Channels);
        values.Write(image, shape, scratch);
        for (int c = 0; c < shape.Channels; c++)
            scratch[shape.Length + c] = values.Table(c)[fill];
        ref float from = ref MemoryMarshal.GetArrayDataReference(scratch), target = ref MemoryMarshal.GetReference(destination[..shape.Length]);
        var outside = Vector256.Create(shape.Length);
        // x and y stand side by side as 16-bit numbers: one comparison tells what lies inside (negative ones are large),
        // and one multiplication with addition gives y W + x.
        var limits = Vector256.Create(shape.Width | (shape.Height << 16)).AsUInt16();
        var strides = Vector256.Create(1 | (shape.Width << 16)).AsInt16();
        var upper = Vector256.Create(unchecked((int)0xFFFF0000));
        Vector256<int> lanesX = Vector256<int>.Indices * walk.FixedA, lanesY = Vector256<int>.Indices * walk.FixedD;
        Vector256<int> stepX = Vector256.Create(walk.FixedA * 8), stepY = Vector256.Create(walk.FixedD * 8);
        for (int row = 0; row < shape.Height; row++, walk.NextRow())
        {
            Vector256<int> x = Vector256.Create(walk.FixedX) + lanesX, y = Vector256.Create(walk.FixedY) + lanesY;
            for (int column = 0; column < shape.Width; column += 8, x += stepX, y += stepY, target = ref Unsafe.Add(ref target, 8))
            {
                var place = (x >>> 16) | (y & upper);
                var inside = Vector256.Equals(Vector256.LessThan(place.AsUInt16(), limits).AsInt32(), Vector256<int>.AllBitsSet);
                var at = Avx2.MultiplyAddAdjacent(place.AsInt16(), strides);
                CopyEight(ref from, Vector256.ConditionalSelect(inside, at, outside), ref target);
                for (int c = 1; c < shape.Channels; c++)
                    CopyEight(ref from, Vector256.ConditionalSelect(inside, at + Vector256.Create(c * plane), outside + Vector256.Create(c)), ref Unsafe.Add(ref target, c * plane));
            }
        }

        ArrayPool<float>.Shared.Return(scratch);
    }

    // One by one: the instruction that gathers wants an address, and is no faster.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyEight(ref float from, Vector256<int> places, ref float target)
    {
        ref int at = ref Unsafe.As<Vector256<int>, int>(ref places);
        target = Unsafe.Add(ref from, at);
        Unsafe.Add(ref target, 1) = Unsafe.Add(ref from, Unsafe.Add(ref at, 1));
        Unsafe.Add(ref target, 2) = Unsafe.Add(ref from, Unsafe.Add(ref at, 2));
        Unsafe.Add(ref target, 3) = Unsafe.Add(ref from, Unsafe.Add(ref at, 3));
        Unsafe.Add(ref target, 4) = Unsafe.Add(ref from, Unsafe.Add(ref at, 4));
        Unsafe.Add(ref target, 5) = Unsafe.Add(ref from, Unsafe.Add(ref at, 5));
        Unsafe.Add(ref target, 6) = Unsafe.Add(ref from, Unsafe.Add(ref at, 6));
        Unsafe.Add(ref target, 7) = Unsafe.Add(ref from, Unsafe.Add(ref at, 7));
    }

    // Four bytes from each place on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Words(ref byte source, Vector256<int> places)
    {
        ref int at = ref Unsafe.As<Vector256<int>, int>(ref places);
        return Vector256.Create(
            Word(ref source, at), Word(ref source, Unsafe.Add(ref at, 1)), Word(ref source, Unsafe.Add(ref at, 2)), Word(ref source, Unsafe.Add(ref at, 3)),
            Word(ref source, Unsafe.Add(ref at, 4)), Word(ref source, Unsafe.Add(ref at, 5)), Word(ref source, Unsafe.Add(ref at, 6)), Word(ref source, Unsafe.Add(ref at, 7)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Word(ref byte source, int at) => Unsafe.ReadUnaligned<int>(ref Unsafe.Add(ref source, at));

    // The vector paths write up to 15 bytes past the row.
    private static int RowBuffer(ImageShape shape)
    {
        if (shape.Width * shape.Channels > MostColumns * 3)
            throw new MekikiException($"Affine: expected a width up to {MostColumns * 3 / shape.Channels} pixels, got {shape.Width}. Resize the images first.");
        return shape.Width * shape.Channels + 16;
    }

    private static void Row(ReadOnlySpan<byte> image, ImageShape shape, ref Walk walk, Interpolation interpolation, byte fill, Span<byte> row)
    {
        bool vectors = UseVectors && Avx2.IsSupported && shape.Channels == 1 && image.Length >= 4;
        if (interpolation == Interpolation.Nearest)
        {
            if (vectors)
                NearestRowVector(image, shape, walk, fill, row);
            else
                NearestRow(image, shape, walk, fill, row);
        }
        else if (vectors)
            BilinearRowVector(image, shape, walk, fill, row);
        else
            BilinearRow(image, shape, walk, fill, row);
        walk.NextRow();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NearestRow(ReadOnlySpan<byte> source, ImageShape shape, in Walk walk, byte fill, Span<byte> target)
    {
        int channels = shape.Channels, x = walk.FixedX, y = walk.FixedY;
        for (int column = 0, to = 0; column < shape.Width; column++, x += walk.FixedA, y += walk.FixedD, to += channels)
        {
            int sx = x >> 16, sy = y >> 16;
            bool inside = (uint)sx < (uint)shape.Width && (uint)sy < (uint)shape.Height;
            int from = (sy * shape.Width + sx) * channels;
            for (int c = 0; c < channels; c++)
                target[to + c] = inside ? source[from + c] : fill;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NearestRowVector(ReadOnlySpan<byte> image, ImageShape shape, in Walk walk, byte fill, Span<byte> row)
    {
        ref byte source = ref MemoryMarshal.GetReference(image), target = ref MemoryMarshal.GetReference(row);
        Vector256<int> lanes = Vector256<int>.Indices;
        var x = Vector256.Create(walk.FixedX) + lanes * walk.FixedA;
        var y = Vector256.Create(walk.FixedY) + lanes * walk.FixedD;
        var stepX = Vector256.Create(walk.FixedA * 8);
        var stepY = Vector256.Create(walk.FixedD * 8);
        var width = Vector256.Create(shape.Width);
        var height = Vector256.Create(shape.Height);
        var last = Vector256.Create(shape.Length - 4);
        var outside = Vector256.Create((int)fill);
        for (int column = 0; column < shape.Width; column += 8, x += stepX, y += stepY)
        {
            Vector256<int> sx = x >> 16, sy = y >> 16;
            var inside = Vector256.LessThan(sx.AsUInt32(), width.AsUInt32()) & Vector256.LessThan(sy.AsUInt32(), height.AsUInt32());
            var at = (sy * width + sx) & inside.AsInt32();
            // Four bytes are read at once: near the end they start earlier, and the wanted one is shifted down.
            var start = Vector256.Min(at, last);
            var word = Words(ref source, start);
            var value = Avx2.ShiftRightLogicalVariable(word, ((at - start) << 3).AsUInt32()) & Vector256.Create(255);
            StoreBytes(Vector256.ConditionalSelect(inside.AsInt32(), value, outside), ref Unsafe.Add(ref target, column));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BilinearRow(ReadOnlySpan<byte> source, ImageShape shape, in Walk walk, byte fill, Span<byte> target)
    {
        int channels = shape.Channels, width = shape.Width, height = shape.Height;
        for (int column = 0, to = 0; column < width; column++, to += channels)
        {
            float x = walk.A * column + walk.X, y = walk.D * column + walk.Y;
            if (!(x >= 0 && x < width && y >= 0 && y < height))
            {
                target.Slice(to, channels).Fill(fill);
                continue;
            }

            x -= 0.5f;
            y -= 0.5f;
            float floorX = MathF.Floor(x), floorY = MathF.Floor(y), dx = x - floorX, dy = y - floorY;
            int x0 = Math.Max((int)floorX, 0), x1 = Math.Min((int)floorX + 1, width - 1);
            int y0 = Math.Max((int)floorY, 0), y1 = Math.Min((int)floorY + 1, height - 1);
            var upper = source.Slice(y0 * width * channels, width * channels);
            var lower = source.Slice(y1 * width * channels, width * channels);
            for (int c = 0; c < channels; c++)
            {
                float a = upper[x0 * channels + c], b = upper[x1 * channels + c];
                float d = lower[x0 * channels + c], e = lower[x1 * channels + c];
                float top = a + (b - a) * dx, bottom = d + (e - d) * dx;
                target[to + c] = (byte)(top + (bottom - top) * dy);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BilinearRowVector(ReadOnlySpan<byte> image, ImageShape shape, in Walk walk, byte fill, Span<byte> row)
    {
        ref byte source = ref MemoryMarshal.GetReference(image), target = ref MemoryMarshal.GetReference(row);
        var columns = Vector256.ConvertToSingle(Vector256<int>.Indices);
        var width = Vector256.Create(shape.Width);
        var height = Vector256.Create(shape.Height);
        Vector256<float> widthF = Vector256.ConvertToSingle(width), heightF = Vector256.ConvertToSingle(height);
        var one = Vector256<int>.One;
        var outside = Vector256.Create((int)fill);
        for (int column = 0; column < shape.Width; column += 8, columns += Vector256.Create(8f))
        {
            var x = walk.A * columns + Vector256.Create(walk.X);
            var y = walk.D * columns + Vector256.Create(walk.Y);
            var inside = (Vector256.GreaterThanOrEqual(x, Vector256<float>.Zero) & Vector256.LessThan(x, widthF)
                & Vector256.GreaterThanOrEqual(y, Vector256<float>.Zero) & Vector256.LessThan(y, heightF)).AsInt32();
            x -= Vector256.Create(0.5f);
            y -= Vector256.Create(0.5f);
            Vector256<float> floorX = Vector256.Floor(x), floorY = Vector256.Floor(y), dx = x - floorX, dy = y - floorY;
            Vector256<int> left = Avx.ConvertToVector256Int32(floorX) & inside, top = Avx.ConvertToVector256Int32(floorY) & inside;
            Vector256<int> x0 = Vector256.Max(left, Vector256<int>.Zero), x1 = Vector256.Min(left + one, width - one);
            Vector256<int> y0 = Vector256.Max(top, Vector256<int>.Zero), y1 = Vector256.Min(top + one, height - one);
            var above = Mix(ref source, shape, y0 * width + x0, x1 - x0, dx);
            var below = Mix(ref source, shape, y1 * width + x0, x1 - x0, dx);
            var value = Avx.ConvertToVector256Int32WithTruncation(above + (below - above) * dy);
            StoreBytes(Vector256.ConditionalSelect(inside, value, outside), ref Unsafe.Add(ref target, column));
        }
    }

    /// <summary>a + (b - a) d of the pixels a at <paramref name="at"/> and b, <paramref name="next"/> (0 or 1) further.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Mix(ref byte source, ImageShape shape, Vector256<int> at, Vector256<int> next, Vector256<float> d)
    {
        var start = Vector256.Min(at, Vector256.Create(shape.Length - 4));
        var word = Words(ref source, start);
        var shift = (at - start) << 3;
        var a = Vector256.ConvertToSingle(Avx2.ShiftRightLogicalVariable(word, shift.AsUInt32()) & Vector256.Create(255));
        var b = Vector256.ConvertToSingle(Avx2.ShiftRightLogicalVariable(word, (shift + (next << 3)).AsUInt32()) & Vector256.Create(255));
        return a + (b - a) * d;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreBytes(Vector256<int> values, ref byte target)
    {
        var words = Vector128.Narrow(values.GetLower().AsUInt32(), values.GetUpper().AsUInt32());
        Unsafe.WriteUnaligned(ref target, Vector128.Narrow(words, words).AsUInt64().ToScalar());
    }

    /// <summary>Where the row's first pixel comes from, and the step to the next, in both arithmetics.</summary>
    private struct Walk
    {
        public readonly int FixedA, FixedD;
        public readonly float A, D;
        public int FixedX, FixedY;
        private readonly AffineMatrix matrix;
        private readonly int fixedB, fixedE;
        private int row;

        public Walk(ImageShape shape, in AffineMatrix m)
        {
            matrix = m;
            FixedA = Fix(m.A);
            fixedB = Fix(m.B);
            FixedX = Fix(m.C + m.A * 0.5 + m.B * 0.5);
            FixedD = Fix(m.D);
            fixedE = Fix(m.E);
            FixedY = Fix(m.F + m.D * 0.5 + m.E * 0.5);
            (A, D) = ((float)m.A, (float)m.D);
            double corner = Math.Max(
                Math.Abs(m.A) * shape.Width + Math.Abs(m.B) * shape.Height + Math.Abs(m.C),
                Math.Abs(m.D) * shape.Width + Math.Abs(m.E) * shape.Height + Math.Abs(m.F));
            if (!(corner < 32768))
                throw new MekikiException("Affine: expected places within 32,768 pixels of the image, got farther ones. Use a larger scale, less shear or smaller images.");
        }

        /// <summary>Source of the centre of the row's first pixel.</summary>
        public readonly float X => (float)(matrix.A * 0.5 + matrix.B * (row + 0.5) + matrix.C);

        /// <inheritdoc cref="X"/>
        public readonly float Y => (float)(matrix.D * 0.5 + matrix.E * (row + 0.5) + matrix.F);

        public void NextRow()
        {
            FixedX += fixedB;
            FixedY += fixedE;
            row++;
        }

        private static int Fix(double value) => (int)Math.Floor(value * 65536.0 + 0.5);
    }
}
