using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Files;
using Mekiki.Optimizers;
using Mekiki.Vision;
using Mekiki.Vision.Classical;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Benchmarks;

/// <summary>
/// The bits that the engine computes: sha256 of the weights after three training steps, and of the scores of the trained
/// network, for every network of the catalogue up to 15 million weights, at every vector width. A change of the engine that
/// shall not change results is compared line by line with the table before it (results/bits.csv).
/// </summary>
internal static class BitsTable
{
    private const long MostWeights = 15_000_000;
    private const int Batch = 12, Classes = 10, FittedImages = 150, Steps = 3;

    /// <summary>Prints the table as CSV.</summary>
    /// <param name="output">Receives it.</param>
    /// <param name="models">The rows' models; none: all.</param>
    public static void Print(TextWriter output, string[] models)
    {
        output.WriteLine("model,vector_bits,weights_sha256,scores_sha256");
        foreach (var entry in models.Length == 0 ? Catalogue.All : [.. models.Select(Catalogue.Find)])
            foreach (int bits in new[] { 512, 256, 128 })
            {
                if (bits > VectorWidth.Widest)
                    continue;
                VectorWidth.Bits = bits;
                if (Row(entry) is { } row)
                    output.WriteLine($"{entry.Name},{bits},{row.Weights},{row.Scores}");
                output.Flush();
            }
    }

    private static (string Weights, string Scores)? Row(ModelEntry entry)
    {
        var input = entry.DefaultInput;
        var network = entry.Create(input, Classes, seed: 1);
        if (network.ParameterCount() > MostWeights)
            return null;
        var generator = new Generator(7);
        var labels = new long[Batch];
        for (int i = 0; i < Batch; i++)
            labels[i] = i % Classes;
        if (network is IFitted fitted)
            fitted.Fit(Pictures(input), seed: 1);
        else
        {
            var optimizer = new Adam(network, 1e-3);
            for (int step = 0; step < Steps; step++)
            {
                network.BeginStep(1, step);
                var images = Tensor.Normal([Batch, input.Channels, input.Height, input.Width], ref generator);
                var loss = network.LossOf(network[images], labels);
                optimizer.ZeroGrad();
                loss.Backward();
                optimizer.Step();
            }
        }

        using var pause = Gradients.Off();
        network.Eval();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // A batch, a single image, and the batch again, with weights that were prepared for the first.
        foreach (int count in new[] { Batch, 1, Batch })
        {
            var images = Tensor.Uniform([count, input.Channels, input.Height, input.Width], ref generator);
            hash.AppendData(MemoryMarshal.AsBytes<float>(network[images].ToArray()));
        }

        return (Weights.Sha256(network.StateDict()), Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    // Strokes in ten directions, with noise: something that recognizers by features find features in.
    private static PreparedImages Pictures(ImageShape shape)
    {
        var generator = new Generator(11);
        var pixels = new byte[FittedImages * shape.Length];
        var labels = new int[FittedImages];
        for (int i = 0; i < FittedImages; i++)
        {
            double angle = Math.PI * (labels[i] = i % Classes) / Classes, shift = generator.Uniform(-6, 6);
            var (sine, cosine) = Math.SinCos(angle);
            for (int y = 0; y < shape.Height; y++)
                for (int x = 0; x < shape.Width; x++)
                {
                    double across = (x - shape.Width / 2) * sine - (y - shape.Height / 2) * cosine + shift;
                    double ink = Math.Exp(-across * across / 6) + Math.Exp(-Math.Pow(across - 10 - labels[i], 2) / 4);
                    pixels[(i * shape.Height + y) * shape.Width + x] = (byte)Math.Clamp(230 - 200 * ink + generator.Uniform(-12, 12), 0, 255);
                }
        }

        string[] names = [.. Enumerable.Range(0, Classes).Select(c => $"class {c}")];
        var set = ImageSet.FromPixels("strokes", shape, pixels, labels, names);
        return new PreparedImages(set, [.. Enumerable.Range(0, FittedImages)], new Preprocessing(shape.Channels, shape.Height, shape.Width).Pipeline(shape));
    }
}
