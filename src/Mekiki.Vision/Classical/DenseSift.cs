using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Mekiki.Vision.Classical;

/// <summary>SIFT descriptors on a grid of upright keypoints, at one or more scales.</summary>
/// <remarks>
/// Lowe, "Distinctive Image Features from Scale-Invariant Keypoints", IJCV 60, 2004, section 6.1: around a keypoint 4x4
/// spatial bins of 8 gradient directions; each gradient goes to its neighbouring bins in proportion (trilinear), weighted
/// by a Gaussian of half the window's width; then length 1, no value above 0.2, length 1 again. Differs from the paper:
/// keypoints lie on a grid and are not turned; the image is not smoothed before (its bins are smooth enough); the
/// outermost pixels have no gradient. The trilinear weight and the Gaussian are both products of a part in x and a part
/// in y, so all keypoints of a scale are two passes of one-dimensional sums over planes of gradients, exactly.
/// The direction grows from the image's right towards its top, as in OpenCV; a keypoint of OpenCV with octave 0 and size s
/// has bins of 1.5 s pixels.
/// </remarks>
internal sealed class DenseSift
{
    /// <summary>Numbers in a descriptor: 4 rows of 4 bins of 8 directions.</summary>
    public const int Length = Bins * Bins * Directions;

    private const int Bins = 4, Directions = 8;
    private const float MostValue = 0.2f;

    private readonly DescriptorGrid[] grids;

    /// <summary>Lays the keypoints out.</summary>
    /// <param name="height">The images' height in pixels, 1 or more.</param>
    /// <param name="width">The images' width in pixels, 1 or more.</param>
    /// <param name="step">Pixels from keypoint to keypoint, 1 or more.</param>
    /// <param name="binWidths">The width of a spatial bin in pixels at each scale, above 0; a descriptor sees 4 of them and half of one more on each side.</param>
    public DenseSift(int height, int width, int step, params ReadOnlySpan<float> binWidths)
        : this(height, width, Lattice(height, step), Lattice(width, step), binWidths)
    {
    }

    /// <summary>Chooses the keypoints: every pair of a row and a column.</summary>
    /// <param name="height">The images' height in pixels, 1 or more.</param>
    /// <param name="width">The images' width in pixels, 1 or more.</param>
    /// <param name="rows">Rows of keypoints, each in [0, <paramref name="height"/>).</param>
    /// <param name="columns">Columns of keypoints, each in [0, <paramref name="width"/>).</param>
    /// <param name="binWidths">The width of a spatial bin in pixels at each scale, above 0.</param>
    public DenseSift(int height, int width, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns, params ReadOnlySpan<float> binWidths)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        (Height, Width) = (height, width);
        grids = new DescriptorGrid[binWidths.Length];
        for (int i = 0; i < grids.Length; i++)
            grids[i] = new DescriptorGrid(height, width, rows, columns, binWidths[i]);
        Count = grids.Length * rows.Length * columns.Length;
        Positions = new float[2 * Count];
        int at = 0;
        foreach (float _ in binWidths)
            foreach (int row in rows)
                foreach (int column in columns)
                {
                    Positions[at++] = (column + 0.5f) / width;
                    Positions[at++] = (row + 0.5f) / height;
                }
    }

    /// <summary>The images' height in pixels.</summary>
    public int Height { get; }

    /// <summary>The images' width in pixels.</summary>
    public int Width { get; }

    /// <summary>How many descriptors an image has, T: scale by scale, row by row.</summary>
    public int Count { get; }

    /// <summary>The keypoints, (T, 2): x and y as shares of width and height, in (0, 1).</summary>
    public float[] Positions { get; }

    /// <summary>Writes an image's descriptors.</summary>
    /// <param name="image">(H, W), any range: neither an offset nor a gain changes the result.</param>
    /// <param name="descriptors">Receives (T, 128), float32: each of length 1, or all 0 where the image is constant.</param>
    /// <param name="norms">Receives (T): the lengths before normalization, which tell how much contrast there was; or empty.</param>
    public void Describe(ReadOnlySpan<float> image, Span<float> descriptors, Span<float> norms = default)
    {
        if (image.Length != Height * Width || descriptors.Length != Count * Length || (norms.Length != 0 && norms.Length != Count))
            throw new ArgumentException($"DenseSift: expected an image of {Height * Width:N0} values and room for {Count * Length:N0}, got {image.Length:N0} and {descriptors.Length:N0}.");
        using var scratch = BufferPool.Rent(Height * Width * Directions);
        var gradients = MemoryMarshal.Cast<float, Vector256<float>>(scratch.Span)[..(Height * Width)];
        gradients.Clear();
        Gradients(image, gradients);
        var all = MemoryMarshal.Cast<float, Vector256<float>>(descriptors);
        int at = 0;
        foreach (var grid in grids)
        {
            grid.Sum(gradients, all.Slice(at, grid.Count * Bins * Bins));
            at += grid.Count * Bins * Bins;
        }

        for (int i = 0; i < Count; i++)
        {
            float norm = Normalize(all.Slice(i * Bins * Bins, Bins * Bins));
            if (norms.Length != 0)
                norms[i] = norm;
        }
    }

    /// <summary>Takes the square roots of descriptors, and so compares them by Hellinger's kernel: RootSIFT.</summary>
    /// <remarks>Arandjelović, Zisserman, "Three things everyone should know to improve object retrieval", CVPR 2012, section 2.</remarks>
    /// <param name="descriptors">(T, 128), each value 0 or more; each descriptor gets length 1, or stays 0.</param>
    public static void TakeRoots(Span<float> descriptors)
    {
        for (int i = 0; i < descriptors.Length; i += Length)
        {
            var one = MemoryMarshal.Cast<float, Vector256<float>>(descriptors.Slice(i, Length));
            var sum = Vector256<float>.Zero;
            foreach (var part in one)
                sum += part;
            float total = Vector256.Sum(sum);
            if (total <= 0)
                continue;
            foreach (ref var part in one)
                part = Vector256.Sqrt(part / total);
        }
    }

    // As many as fit, in the middle.
    private static int[] Lattice(int side, int step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        int count = (side + step - 1) / step, first = (side - 1 - (count - 1) * step) / 2;
        int[] all = new int[count];
        for (int i = 0; i < count; i++)
            all[i] = first + i * step;
        return all;
    }

    // Each pixel's gradient, shared between the two nearest of the eight directions.
    private void Gradients(ReadOnlySpan<float> image, Span<Vector256<float>> gradients)
    {
        var values = MemoryMarshal.Cast<Vector256<float>, float>(gradients);
        for (int y = 1; y < Height - 1; y++)
        {
            for (int x = 1; x < Width - 1; x++)
            {
                int at = y * Width + x;
                float dx = image[at + 1] - image[at - 1], dy = image[at - Width] - image[at + Width];
                float length = MathF.Sqrt(dx * dx + dy * dy);
                if (!(length > 0))
                    continue;
                float direction = MathF.Atan2(dy, dx) * (Directions / (2 * MathF.PI));
                float floor = MathF.Floor(direction), share = direction - floor;
                int first = (int)floor & (Directions - 1);
                values[at * Directions + first] += length * (1 - share);
                values[at * Directions + ((first + 1) & (Directions - 1))] += length * share;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Normalize(Span<Vector256<float>> descriptor)
    {
        float norm = Norm(descriptor);
        if (!(norm > 0))
            return 0;
        var most = Vector256.Create(MostValue * norm);
        foreach (ref var part in descriptor)
            part = Vector256.MinNative(part, most);
        float scale = 1 / Norm(descriptor);
        foreach (ref var part in descriptor)
            part *= scale;
        return norm;
    }

    private static float Norm(ReadOnlySpan<Vector256<float>> descriptor)
    {
        var sum = Vector256<float>.Zero;
        foreach (var part in descriptor)
            sum += part * part;
        return MathF.Sqrt(Vector256.Sum(sum));
    }
}
