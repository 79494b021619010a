using System.Buffers;

namespace Mekiki.Vision.Images;

/// <summary>Antialiased scaling of uint8 pixels: a filter as wide as the scale asks, rows and columns apart.</summary>
/// <remarks>
/// The arithmetic of Pillow's <c>Image.resize</c>, which torchvision's Resize uses: weights in 22-bit fixed point,
/// columns first, the intermediate rounded to uint8. Rows come first where the intermediate would be large otherwise, as of thin pictures.
/// </remarks>
internal static class ResizeKernel
{
    private const int Precision = 32 - 8 - 2, MostBetween = 64 << 20;

    /// <summary>Writes (H, W, C) as (<paramref name="height"/>, <paramref name="width"/>, C).</summary>
    public static void Run(ReadOnlySpan<byte> image, ImageShape shape, Span<byte> destination, int height, int width, Resampling resampling = Resampling.Bilinear) =>
        Run(image, shape, destination, new Line(shape.Height, height, 0, height), new Line(shape.Width, width, 0, width), resampling);

    /// <summary>Writes a part of what (H, W, C) would be in the size of <paramref name="scaled"/>: (<paramref name="height"/>, <paramref name="width"/>, C), from a place on.</summary>
    public static void RunPart(ReadOnlySpan<byte> image, ImageShape shape, (int Height, int Width) scaled, (int Top, int Left) from, Span<byte> destination, int height, int width, Resampling resampling) =>
        Run(image, shape, destination, new Line(shape.Height, scaled.Height, from.Top, height), new Line(shape.Width, scaled.Width, from.Left, width), resampling);

    private static void Run(ReadOnlySpan<byte> image, ImageShape shape, Span<byte> destination, in Line rows, in Line columns, Resampling resampling)
    {
        int channels = shape.Channels;
        bool areRowsFirst = (long)shape.Height * columns.Count * channels is var columnsFirst and > MostBetween && columnsFirst > (long)rows.Count * shape.Width * channels;
        var (height, width) = areRowsFirst ? (rows.Count, shape.Width) : (shape.Height, columns.Count);
        byte[] between = ArrayPool<byte>.Shared.Rent(height * width * channels);
        try
        {
            // (H, W, C) -> (H, width, C) or (height, W, C), then -> (height, width, C)
            var middle = between.AsSpan(0, height * width * channels);
            if (areRowsFirst ? rows.IsWhole : columns.IsWhole)
                image[..middle.Length].CopyTo(middle);
            else if (areRowsFirst)
                Scale(image, middle, 1, rows, columns.From * channels, resampling);
            else
                Scale(image, middle, height, columns, channels, resampling);
            if (areRowsFirst ? columns.IsWhole : rows.IsWhole)
                middle.CopyTo(destination);
            else if (areRowsFirst)
                Scale(middle, destination, height, columns, channels, resampling);
            else
                Scale(middle, destination, 1, rows, width * channels, resampling);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(between);
        }
    }

    /// <summary>(outer, from, inner) -> (outer, count, inner).</summary>
    private static void Scale(ReadOnlySpan<byte> source, Span<byte> target, int outer, in Line line, int inner, Resampling resampling)
    {
        int from = line.From;
        double scale = (double)from / line.To, filterScale = Math.Max(scale, 1.0), support = filterScale * (resampling == Resampling.Bicubic ? 2 : 1);
        int most = (int)Math.Ceiling(support) * 2 + 1;
        double[] weights = ArrayPool<double>.Shared.Rent(most);
        int[] fixedWeights = ArrayPool<int>.Shared.Rent(most);
        for (int x = 0; x < line.Count; x++)
        {
            double center = (line.First + x + 0.5) * scale;
            int first = Math.Max(0, (int)(center - support + 0.5));
            int count = Math.Min(from, (int)(center + support + 0.5)) - first;
            double sum = 0;
            for (int k = 0; k < count; k++)
            {
                double distance = Math.Abs((first + k - center + 0.5) / filterScale);
                sum += weights[k] = resampling == Resampling.Bicubic ? Cubic(distance) : distance < 1.0 ? 1.0 - distance : 0.0;
            }

            for (int k = 0; k < count; k++)
                fixedWeights[k] = (int)(weights[k] / sum * (1 << Precision) + (weights[k] < 0 ? -0.5 : 0.5));

            for (int o = 0; o < outer; o++)
            {
                for (int i = 0; i < inner; i++)
                {
                    int value = 1 << (Precision - 1);
                    int at = (o * from + first) * inner + i;
                    for (int k = 0; k < count; k++, at += inner)
                        value += source[at] * fixedWeights[k];
                    target[(o * line.Count + x) * inner + i] = (byte)Math.Clamp(value >> Precision, 0, 255);
                }
            }
        }

        ArrayPool<double>.Shared.Return(weights);
        ArrayPool<int>.Shared.Return(fixedWeights);
    }

    // Keys, 1981, equation (15), with a = -1/2.
    private static double Cubic(double distance)
    {
        const double A = -0.5;
        return distance < 1.0 ? ((A + 2.0) * distance - (A + 3.0)) * distance * distance + 1
            : distance < 2.0 ? (((distance - 5) * distance + 8) * distance - 4) * A
            : 0.0;
    }

    // What becomes of a row or a column: From pixels would be To, of which Count are made, from First on.
    private readonly record struct Line(int From, int To, int First, int Count)
    {
        public bool IsWhole => From == To && First == 0 && Count == To;
    }
}
