using System.Buffers;

namespace Mekiki.Vision.Images;

/// <summary>Antialiased bilinear scaling of uint8 pixels: a triangle filter as wide as the scale asks, rows and columns apart.</summary>
/// <remarks>
/// The arithmetic of Pillow's <c>Image.resize(BILINEAR)</c>, which torchvision's Resize uses: weights in 22-bit fixed point,
/// columns first, the intermediate rounded to uint8. Rows come first where the intermediate would be large otherwise, as of thin pictures.
/// </remarks>
internal static class ResizeKernel
{
    private const int Precision = 32 - 8 - 2, MostBetween = 64 << 20;

    public static void Run(ReadOnlySpan<byte> image, ImageShape shape, Span<byte> destination, int height, int width)
    {
        int channels = shape.Channels;
        bool areRowsFirst = (long)shape.Height * width * channels is var columnsFirst and > MostBetween && columnsFirst > (long)height * shape.Width * channels;
        var (rows, columns) = areRowsFirst ? (height, shape.Width) : (shape.Height, width);
        byte[] between = ArrayPool<byte>.Shared.Rent(rows * columns * channels);
        try
        {
            // (H, W, C) -> (H, width, C) or (height, W, C), then -> (height, width, C)
            var middle = between.AsSpan(0, rows * columns * channels);
            if ((rows, columns) == (shape.Height, shape.Width))
                image.CopyTo(middle);
            else if (areRowsFirst)
                Scale(image, middle, 1, shape.Height, height, columns * channels);
            else
                Scale(image, middle, rows, shape.Width, width, channels);
            if ((rows, columns) == (height, width))
                middle.CopyTo(destination);
            else if (areRowsFirst)
                Scale(middle, destination, rows, shape.Width, width, channels);
            else
                Scale(middle, destination, 1, shape.Height, height, columns * channels);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(between);
        }
    }

    /// <summary>(outer, from, inner) -> (outer, to, inner).</summary>
    private static void Scale(ReadOnlySpan<byte> source, Span<byte> target, int outer, int from, int to, int inner)
    {
        double scale = (double)from / to, filterScale = Math.Max(scale, 1.0), support = filterScale;
        int most = (int)Math.Ceiling(support) * 2 + 1;
        double[] weights = ArrayPool<double>.Shared.Rent(most);
        int[] fixedWeights = ArrayPool<int>.Shared.Rent(most);
        for (int x = 0; x < to; x++)
        {
            double center = (x + 0.5) * scale;
            int first = Math.Max(0, (int)(center - support + 0.5));
            int count = Math.Min(from, (int)(center + support + 0.5)) - first;
            double sum = 0;
            for (int k = 0; k < count; k++)
            {
                double distance = Math.Abs((first + k - center + 0.5) / filterScale);
                sum += weights[k] = distance < 1.0 ? 1.0 - distance : 0.0;
            }

            for (int k = 0; k < count; k++)
                fixedWeights[k] = (int)(0.5 + weights[k] / sum * (1 << Precision));

            for (int o = 0; o < outer; o++)
            {
                for (int i = 0; i < inner; i++)
                {
                    int value = 1 << (Precision - 1);
                    int at = (o * from + first) * inner + i;
                    for (int k = 0; k < count; k++, at += inner)
                        value += source[at] * fixedWeights[k];
                    target[(o * to + x) * inner + i] = (byte)Math.Clamp(value >> Precision, 0, 255);
                }
            }
        }

        ArrayPool<double>.Shared.Return(weights);
        ArrayPool<int>.Shared.Return(fixedWeights);
    }
}
