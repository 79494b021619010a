using Mekiki.Layers;
using Mekiki.Vision;
using Mekiki.Vision.Images;
using SkiaSharp;

namespace Mekiki.Workbench.Inspections;

/// <summary>The weights of a network's first layer as pictures: what each of its channels looks for.</summary>
internal static class FilterPicture
{
    private const int Most = 256, Columns = 16, Side = 56;

    /// <summary>Writes a PNG file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="recognizer">Any.</param>
    /// <returns>False, and no file, where the first layer's weights are no pictures.</returns>
    /// <exception cref="MekikiException">The file cannot be written.</exception>
    public static bool Write(string path, Recognizer recognizer)
    {
        var input = new ImageShape(recognizer.Preprocessing.Channels, recognizer.Preprocessing.Height, recognizer.Preprocessing.Width);
        if (First(recognizer.Network) is not var (name, weight) || Shape(weight, input) is not var (channels, height, width))
            return false;
        float[] values = weight.ToArray();
        int length = channels * height * width, count = Math.Min(Most, values.Length / length);
        var pictures = new SKBitmap[count];
        for (int k = 0; k < count; k++)
        {
            var filter = values.AsSpan(k * length, length);
            float largest = 0;
            foreach (float value in filter)
                largest = Math.Max(largest, Math.Abs(value));
            pictures[k] = channels == 3 ? Coloured(filter, width, largest) : PictureRows.Signed(filter[..(height * width)], width, largest);
        }

        string title = $"{name}: {weight.Shape[0]} filters of {height}x{width}{(channels == 3 ? ", in the colours that excite them" : ", orange excites, blue inhibits")}{(count < weight.Shape[0] ? $"; the first {count}" : "")}";
        PictureRows.Write(path, [(title, pictures)], Side, Columns);
        return true;
    }

    // The first layer with weights, depth first, as the networks here call them.
    private static (string Name, Tensor Weight)? First(Module network, string prefix = "")
    {
        foreach (var (name, module) in network.Children)
        {
            if (module is Conv2d or Linear)
                return (prefix + name, module.Parameters()[0]);
            if (First(module, $"{prefix}{name}.") is { } found)
                return found;
        }

        return null;
    }

    private static (int Channels, int Height, int Width)? Shape(Tensor weight, ImageShape input) => weight.Shape switch
    {
        { Rank: 4 } s when s[1] == input.Channels && s[1] is 1 or 3 && s[2] * s[3] > 1 => (s[1], s[2], s[3]),
        { Rank: 2 } s when s[1] == input.Length => (input.Channels, input.Height, input.Width),
        _ => null,
    };

    // Grey at 0.
    private static SKBitmap Coloured(ReadOnlySpan<float> filter, int width, float largest)
    {
        int pixels = filter.Length / 3;
        var bitmap = new SKBitmap(new SKImageInfo(width, pixels / width, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int i = 0; i < pixels; i++)
            bitmap.SetPixel(i % width, i / width, new SKColor(Byte(filter[i], largest), Byte(filter[pixels + i], largest), Byte(filter[2 * pixels + i], largest)));
        return bitmap;
    }

    private static byte Byte(float value, float largest) => (byte)(127.5f + (largest > 0 ? 127 * value / largest : 0) + 0.5f);
}
