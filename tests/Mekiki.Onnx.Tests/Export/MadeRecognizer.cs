using Mekiki.Vision;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Onnx.Tests.Export;

/// <summary>Recognizers with drawn weights and statistics, so that no norm does nothing.</summary>
internal static class MadeRecognizer
{
    public static Recognizer Of(string model, int channels = 1, int? side = null, int? shift = null, bool invert = false, int classes = 10)
    {
        var entry = Catalogue.Find(model);
        var usual = entry.DefaultInput;
        var input = new ImageShape(channels, side ?? usual.Height, side ?? usual.Width);
        var network = entry.Create(input, classes, seed: 3);
        Draw(network);
        string[] names = [.. Enumerable.Range(0, classes).Select(c => $"class '{c}'")];
        var preprocessing = channels == 1
            ? new Preprocessing(1, input.Height, input.Width, invert, Mean: 0.74f, Deviation: 0.28f)
            : new Preprocessing(3, input.Height, input.Width, invert, Mean: [0.485f, 0.456f, 0.406f], Deviation: [0.229f, 0.224f, 0.225f]);
        return new Recognizer(network, new ModelCard(model, names, preprocessing) { Shift = shift });
    }

    /// <summary>Images of random pixels, (N, C, H, W).</summary>
    public static byte[] Pixels(ImageShape input, int images, int seed = 5)
    {
        var pixels = new byte[images * input.Length];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }

    /// <summary>The same images as the recognizer prepares them.</summary>
    public static Tensor Prepared(Recognizer recognizer, byte[] pixels)
    {
        var input = recognizer.Preprocessing.Input;
        int area = input.Height * input.Width, images = pixels.Length / input.Length;
        var prepared = new float[pixels.Length];
        var pipeline = recognizer.Preprocessing.Pipeline(input);
        for (int n = 0; n < images; n++)
        {
            // The pipeline takes the channels of a pixel side by side.
            var image = new byte[input.Length];
            for (int c = 0; c < input.Channels; c++)
                for (int p = 0; p < area; p++)
                    image[p * input.Channels + c] = pixels[n * input.Length + c * area + p];
            var none = new Generator(0);
            pipeline.Write(image, input, ref none, prepared.AsSpan(n * input.Length, input.Length));
        }

        return Tensor.From(prepared, [images, input.Channels, input.Height, input.Width]);
    }

    private static void Draw(Module network)
    {
        var random = new Random(7);
        foreach (var (name, tensor) in network.StateDict())
        {
            float least = name.EndsWith("running_var", StringComparison.Ordinal) ? 0.6f : -0.2f, range = name.EndsWith("running_mean", StringComparison.Ordinal) ? 0.4f : 0.8f;
            if (name.EndsWith("running_mean", StringComparison.Ordinal) || name.EndsWith("running_var", StringComparison.Ordinal))
                tensor.CopyFrom([.. Enumerable.Range(0, tensor.Count).Select(_ => least + range * random.NextSingle())]);
        }
    }
}
