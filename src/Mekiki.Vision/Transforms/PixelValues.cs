using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>ToTensor and Normalize together: the float32 of each uint8 value, (v / 255 - mean) / deviation.</summary>
internal readonly struct PixelValues
{
    private const int Values = 256;

    // One for all channels, or one for each after another.
    private readonly float[] tables;

    // For a single channel, whose pixels go through vectors.
    private readonly float mean, deviation;
    private readonly bool normalized;

    public PixelValues(Normalize? normalize)
    {
        normalized = normalize is not null;
        mean = normalize?.Mean[0] ?? 0;
        deviation = normalize?.Deviation[0] ?? 1;
        tables = new float[Values * (normalize?.Channels ?? 1)];
        for (int i = 0; i < tables.Length; i++)
        {
            float v = i % Values / 255f;
            tables[i] = normalize is null ? v : (v - normalize.Mean[i / Values]) / normalize.Deviation[i / Values];
        }
    }

    /// <summary>Whether images of any number of channels are right.</summary>
    public bool TakesAny => tables.Length == Values;

    /// <summary>The floats of a channel's uint8 values, 256 of them.</summary>
    public ReadOnlySpan<float> Table(int channel) => tables.AsSpan(TakesAny ? 0 : channel * Values, Values);

    /// <summary>A whole image: (H, W, C) uint8 -> (C, H, W) float32.</summary>
    public void Write(ReadOnlySpan<byte> image, ImageShape shape, Span<float> destination)
    {
        int rowLength = shape.Width * shape.Channels;
        if (shape.Channels == 1)
        {
            WriteLine(image, destination[..image.Length]);
            return;
        }

        for (int y = 0; y < shape.Height; y++)
            WriteRow(image.Slice(y * rowLength, rowLength), shape, y, destination);
    }

    /// <summary>Row <paramref name="y"/>: (W, C) uint8 -> its place in (C, H, W) float32.</summary>
    public void WriteRow(ReadOnlySpan<byte> row, ImageShape shape, int y, Span<float> destination)
    {
        int plane = shape.Height * shape.Width;
        if (shape.Channels == 1)
        {
            WriteLine(row[..shape.Width], destination.Slice(y * shape.Width, shape.Width));
            return;
        }

        for (int c = 0; c < shape.Channels; c++)
        {
            var line = destination.Slice(c * plane + y * shape.Width, shape.Width);
            var table = Table(c);
            for (int x = 0, at = c; x < line.Length; x++, at += shape.Channels)
                line[x] = table[row[at]];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WriteLine(ReadOnlySpan<byte> values, Span<float> line)
    {
        int x = 0;
        ref byte from = ref MemoryMarshal.GetReference(values);
        ref float to = ref MemoryMarshal.GetReference(line);
        if (Avx512F.IsSupported)
        {
            for (; x <= line.Length - 16; x += 16)
            {
                var v = Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.LoadUnsafe(ref from, (nuint)x))) / Vector512.Create(255f);
                if (normalized)
                    v = (v - Vector512.Create(mean)) / Vector512.Create(deviation);
                v.StoreUnsafe(ref to, (nuint)x);
            }
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            for (; x <= line.Length - 16; x += 16)
            {
                var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref from, (nuint)x));
                var (a, b) = Vector128.Widen(low);
                var (c, d) = Vector128.Widen(high);
                Quarter(a).StoreUnsafe(ref to, (nuint)x);
                Quarter(b).StoreUnsafe(ref to, (nuint)x + 4);
                Quarter(c).StoreUnsafe(ref to, (nuint)x + 8);
                Quarter(d).StoreUnsafe(ref to, (nuint)x + 12);
            }
        }

        for (; x < line.Length; x++)
            line[x] = tables[values[x]];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<float> Quarter(Vector128<uint> values)
    {
        var v = Vector128.ConvertToSingle(values.AsInt32()) / Vector128.Create(255f);
        return normalized ? (v - Vector128.Create(mean)) / Vector128.Create(deviation) : v;
    }
}
