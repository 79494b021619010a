using Mekiki.Autograd;
using Mekiki.Onnx.Import;
using Mekiki.Onnx.Quantizing;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;

namespace Mekiki.Onnx;

/// <summary>Makes recognizers that compute with numbers of 8 bits: files a quarter as large, and faster answers.</summary>
/// <remarks>
/// Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", 2018, arXiv:1712.05877. Weights
/// are symmetric for each output channel, other values have one scale and one zero, found on images; sums are exact. Batch norm goes into the
/// weights before. Convolutions, linear layers, sums, pooling, joining and functions of one number between them use 8 bits; all else stays float32.
/// Differs from the paper: nothing is trained again. Weights are rounded so that results on some of the images stay as they are, and biases take
/// up the rest: Frantar et al., "GPTQ", 2023, arXiv:2210.17323; Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias
/// Correction", 2019, arXiv:1906.04721, section 4.2.
/// </remarks>
/// <example>
/// <code>
/// var result = Quantizer.Quantize(Recognizer.Load("model.safetensors"), ImageSet.Open("pictures"));
/// result.Recognizer.Save("small.safetensors");
/// </code>
/// </example>
public static class Quantizer
{
    // Weights are fitted on few images: all of them are in memory, layer by layer.
    private const int BatchSize = 16, MostFitted = 48;

    /// <summary>Quantizes a recognizer's network.</summary>
    /// <param name="recognizer">A network of layers; it stays as it is.</param>
    /// <param name="set">Images such as it will see, in colours if it wants them; labels do not matter.</param>
    /// <param name="subset">Indices of those that may be used; null: all.</param>
    /// <param name="options">How; null: the defaults.</param>
    /// <param name="progress">Told how many images are done.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>The quantized recognizer, and what stayed as it was.</returns>
    /// <exception cref="MekikiException">The recognizer is no network of layers or quantized already, no layer of it can be quantized, or there are no images.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static QuantizerResult Quantize(Recognizer recognizer, ImageSet set, int[]? subset = null, QuantizerOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        ArgumentNullException.ThrowIfNull(set);
        options ??= new QuantizerOptions();
        string name = recognizer.Card.Model;
        if (Catalogue.All.FirstOrDefault(m => string.Equals(m.Name, name, StringComparison.OrdinalIgnoreCase)) is { IsFitted: true })
            throw new MekikiException($"{name}: expected a network of layers, got a recognizer that has none. Train another model, such as kana-net or resnet18, to quantize it.");
        if (recognizer.Network is GraphNetwork { Plan.IsQuantized: true })
            throw new MekikiException($"{name}: expected a network that computes with floats, got one that is quantized already. Quantize the model that it was made of.");
        int[] images = Chosen(subset ?? [.. Enumerable.Range(0, set.Count)], options.Images);
        if (images.Length == 0)
            throw new MekikiException($"{set.Source}: expected images to find the ranges of values by, got none. Give images such as the model will see.");
        using var off = Gradients.Off();
        using var evaluation = EvaluationMode.On();
        var plan = PlainGraph.Of(recognizer);
        var choice = QuantizedNodes.Of(plan, options.KeepsFirst, options.KeepsLast);
        if (choice.Products.Count == 0)
            throw new MekikiException($"{name}: expected a network with convolutions or linear layers to quantize, got none{(options.KeepsFirst || options.KeepsLast ? " but those that shall be kept" : "")}.");
        var ranges = new ValueRanges(choice.Values, RangeChoice.Of(options.Method), isCounted: options.Method != RangeMethod.MinMax);
        int done = 0;
        for (int pass = 0; pass < ranges.Passes; pass++)
        {
            var loader = new Loader(set, images, recognizer.Preprocessing.Pipeline(set.Shape), new LoaderOptions { BatchSize = BatchSize });
            loader.Start(epoch: 0);
            while (loader.Next() is { } batch)
            {
                cancellation.ThrowIfCancellationRequested();
                ranges.See(plan, batch.ToTensor(), pass);
                done += batch.Count;
                progress?.Report(done / ranges.Passes);
            }
        }

        var meaning = choice.Meanings(ranges);
        var weights = FittedWeights.Of(plan, choice, meaning, Batches(recognizer, set, Chosen(images, MostFitted)), cancellation);
        var quantized = GraphPlan.Of(QuantizedGraph.Of(plan, choice, meaning, weights), name, plan.Output);
        var network = new GraphNetwork(quantized);
        network.Eval();
        var card = recognizer.Card with { WeightsSha256 = null, Metrics = new SortedDictionary<string, double>() };
        return new QuantizerResult(new Recognizer(network, card) { Threads = recognizer.Threads }, choice.Products.Count, choice.Kept, images.Length);
    }

    private static List<Tensor> Batches(Recognizer recognizer, ImageSet set, int[] images)
    {
        var loader = new Loader(set, images, recognizer.Preprocessing.Pipeline(set.Shape), new LoaderOptions { BatchSize = BatchSize });
        loader.Start(epoch: 0);
        var batches = new List<Tensor>();
        while (loader.Next() is { } batch)
            batches.Add(batch.ToTensor());
        return batches;
    }

    // So many of them, at equal distances.
    private static int[] Chosen(int[] subset, int most) =>
        subset.Length <= most ? subset : [.. Enumerable.Range(0, most).Select(i => subset[(int)((long)i * subset.Length / most)])];
}
