using System.Globalization;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>Bends the image as a rubber sheet: every pixel comes from a place that is moved a little, neighbours alike.</summary>
/// <remarks>
/// Simard, Steinkraus, Platt, "Best Practices for Convolutional Neural Networks Applied to Visual Document Analysis", ICDAR 2003,
/// section 2. Differs from the paper: shifts are drawn, normal, at the nodes of a grid and joined by cubic B-splines, which
/// is as smooth as the paper's Gaussian over uniform noise, and needs no filter.
/// </remarks>
/// <example>
/// <code>
/// var pipeline = new Pipeline(new ElasticDistortion(Strength: 2, Cell: 12), new ToTensor());
/// </code>
/// </example>
/// <param name="Strength">Standard deviation of the nodes' shifts in pixels, 0 or more; those of pixels are about half of it.</param>
/// <param name="Cell">Distance of nodes in pixels, 2 or more: how far a bend reaches.</param>
/// <exception cref="MekikiException">A number is out of its range.</exception>
public sealed record ElasticDistortion(double Strength, int Cell) : PixelTransform
{
    private const int Taps = 4;

    /// <summary>Standard deviation of the nodes' shifts in pixels.</summary>
    public double Strength { get; } = Strength >= 0 && double.IsFinite(Strength)
        ? Strength
        : throw new MekikiException(FormattableString.Invariant($"ElasticDistortion: expected a strength of 0 or more, got {Strength}."));

    /// <summary>Distance of nodes in pixels.</summary>
    public int Cell { get; } = Cell >= 2 ? Cell : throw new MekikiException($"ElasticDistortion: expected a cell of 2 pixels or more, got {Cell}.");

    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination)
    {
        int columns = Nodes(shape.Width), rows = Nodes(shape.Height), count = rows * columns;
        float[] shifts = System.Buffers.ArrayPool<float>.Shared.Rent(2 * count + 2 * columns + Taps * Cell);
        var weights = shifts.AsSpan(2 * count + 2 * columns, Taps * Cell);
        var line = shifts.AsSpan(2 * count, 2 * columns);
        for (int i = 0; i < 2 * count; i++)
            shifts[i] = (float)(Strength * generator.Normal());
        SplineWeights(weights);
        for (int y = 0; y < shape.Height; y++)
        {
            // The nodes' shifts at this row's height: first those along x, then those along y.
            var across = weights.Slice(y % Cell * Taps, Taps);
            for (int i = 0; i < 2 * columns; i++)
            {
                int at = i / columns * count + y / Cell * columns + i % columns;
                line[i] = across[0] * shifts[at] + across[1] * shifts[at + columns] + across[2] * shifts[at + 2 * columns] + across[3] * shifts[at + 3 * columns];
            }

            for (int x = 0; x < shape.Width; x++)
            {
                var w = weights.Slice(x % Cell * Taps, Taps);
                ReadOnlySpan<float> dx = line.Slice(x / Cell, Taps), dy = line.Slice(columns + x / Cell, Taps);
                Sample(image, shape, x + Dot(w, dx), y + Dot(w, dy), destination.Slice((y * shape.Width + x) * shape.Channels, shape.Channels));
            }
        }

        System.Buffers.ArrayPool<float>.Shared.Return(shifts);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"ElasticDistortion(strength={Strength}, cell={Cell})");

    private static float Dot(ReadOnlySpan<float> w, ReadOnlySpan<float> v) => w[0] * v[0] + w[1] * v[1] + w[2] * v[2] + w[3] * v[3];

    private int Nodes(int length) => (length - 1) / Cell + Taps;

    // The uniform cubic B-spline's four weights at each place within a cell.
    private void SplineWeights(Span<float> weights)
    {
        for (int i = 0; i < Cell; i++)
        {
            float t = (float)i / Cell, s = 1 - t;
            weights[i * Taps] = s * s * s / 6;
            weights[i * Taps + 1] = (3 * t * t * t - 6 * t * t + 4) / 6;
            weights[i * Taps + 2] = (3 * s * s * s - 6 * s * s + 4) / 6;
            weights[i * Taps + 3] = t * t * t / 6;
        }
    }

    // Bilinear; beyond the border its nearest pixel.
    private static void Sample(ReadOnlySpan<byte> image, ImageShape shape, float x, float y, Span<byte> pixel)
    {
        x = Math.Clamp(x, 0, shape.Width - 1);
        y = Math.Clamp(y, 0, shape.Height - 1);
        int x0 = (int)x, y0 = (int)y, x1 = Math.Min(x0 + 1, shape.Width - 1), y1 = Math.Min(y0 + 1, shape.Height - 1);
        float fx = x - x0, fy = y - y0;
        for (int c = 0; c < pixel.Length; c++)
        {
            float a = image[(y0 * shape.Width + x0) * pixel.Length + c], b = image[(y0 * shape.Width + x1) * pixel.Length + c];
            float d = image[(y1 * shape.Width + x0) * pixel.Length + c], e = image[(y1 * shape.Width + x1) * pixel.Length + c];
            float top = a + (b - a) * fx, bottom = d + (e - d) * fx;
            pixel[c] = (byte)(top + (bottom - top) * fy + 0.5f);
        }
    }
}
