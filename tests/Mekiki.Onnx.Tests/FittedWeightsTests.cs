using Mekiki.Layers;
using Mekiki.Onnx.Import;
using Mekiki.Onnx.Quantizing;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;

namespace Mekiki.Onnx.Tests;

/// <summary>Weights that are rounded for what they multiply.</summary>
public sealed class FittedWeightsTests
{
    private const int Images = 200, Features = 6;

    [Theory]
    [InlineData("linear")]
    [InlineData("convolution")]
    [InlineData("depthwise")]
    public void Of_ValuesThatGoAlong_KeepsResultsAndMeans(string kind)
    {
        var (network, shape) = kind switch
        {
            "linear" => (new Sequential(new Flatten(), new Linear(40, Features)), new ImageShape(1, 5, 8)),
            "convolution" => (new Sequential(new Conv2d(3, Features, kernelSize: 3, stride: 2, padding: 1), new MeanOfPixels()), new ImageShape(3, 8, 8)),
            _ => (new Sequential(new Conv2d(3, Features, kernelSize: 3, padding: 1, groups: 3), new MeanOfPixels()), new ImageShape(3, 8, 8)),
        };
        var recognizer = new Recognizer(network, new ModelCard("own", [.. Enumerable.Range(0, Features).Select(c => $"{c}")], new Preprocessing(shape.Channels, shape.Height, shape.Width)));
        network.Initialize(1);
        network.Eval();
        using var off = Autograd.Gradients.Off();
        var plan = PlainGraph.Of(recognizer);
        var choice = QuantizedNodes.Of(plan, keepsFirst: false, keepsLast: false);
        Tensor[] batches = [Drawn(shape, 2), Drawn(shape, 3)];
        var ranges = new ValueRanges(choice.Values, RangeChoice.Of(RangeMethod.MinMax), isCounted: false);
        foreach (var batch in batches)
            ranges.See(plan, batch, 0);
        var fitted = FittedWeights.Of(plan, choice, choice.Meanings(ranges), batches, TestContext.Current.CancellationToken);
        var (product, weights) = Assert.Single(fitted);
        var nearest = WholeWeights.Nearest(product, plan, choice.Meanings(ranges)(product.Inputs[0]).Scale);
        Assert.NotEqual(nearest.Bytes, weights.Bytes);
        Assert.All(weights.Bytes.Zip(nearest.Bytes), p => Assert.InRange(Math.Abs((sbyte)p.First - (sbyte)p.Second), 0, 12));
        // Images that were not fitted on.
        var x = Drawn(shape, 4);
        float[] real = Results(plan, product, plan.Constants[product.Inputs[1]].Floats.ToArray(), null, x);
        double before = Error(real, Results(plan, product, nearest.Real(), nearest, x)), after = Error(real, Results(plan, product, weights.Real(), weights, x));
        Assert.InRange(after, 0, 0.75 * before);
    }

    [Fact]
    public void Of_FewPlaces_RoundsToTheNearest()
    {
        var network = new Sequential(new Flatten(), new Linear(40, Features));
        network.Initialize(1);
        network.Eval();
        var recognizer = new Recognizer(network, new ModelCard("own", [.. Enumerable.Range(0, Features).Select(c => $"{c}")], new Preprocessing(1, 5, 8)));
        using var off = Autograd.Gradients.Off();
        var plan = PlainGraph.Of(recognizer);
        var choice = QuantizedNodes.Of(plan, keepsFirst: false, keepsLast: false);
        var few = Drawn(new ImageShape(1, 5, 8), 2).Narrow(0, 0, 79);
        var ranges = new ValueRanges(choice.Values, RangeChoice.Of(RangeMethod.MinMax), isCounted: false);
        ranges.See(plan, few, 0);
        var (product, weights) = Assert.Single(FittedWeights.Of(plan, choice, choice.Meanings(ranges), [few], TestContext.Current.CancellationToken));
        Assert.Equal(WholeWeights.Nearest(product, plan, 1).Bytes, weights.Bytes);
    }

    // By hand: it takes a minute of a processor.
    [Fact(Explicit = true)]
    public void Quantize_MobilenetV2_AnswersPhotographsAsItsFloats()
    {
        var recognizer = OnnxImport.Load(Shared.File("data/mobilenet_v2_1.0_224.onnx"));
        var shape = recognizer.Preprocessing.Input;
        var set = ImageSet.Open(Shared.File("data/trashnet-256.zip"), new ImageSetOptions { Height = shape.Height, Width = shape.Width, Channels = 3 });
        var split = Split.OwnOf(set)!;
        var quantized = Quantizer.Quantize(recognizer, set, split.Train, cancellation: TestContext.Current.CancellationToken).Recognizer;
        int alike = 0, count = 0;
        var loader = new Loader(set, split.Test, recognizer.Preprocessing.Pipeline(set.Shape), new LoaderOptions { BatchSize = 16 });
        loader.Start(epoch: 0);
        while (loader.Next() is { } batch)
        {
            var x = batch.ToTensor();
            alike += recognizer.Scores(x).ArgMax(1).Integers.ToArray().Zip(quantized.Scores(x).ArgMax(1).Integers.ToArray()).Count(p => p.First == p.Second);
            count += batch.Count;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{alike} of {count} answers alike");
        Assert.InRange((double)alike / count, 0.87, 1);
    }

    // Pixels that go along with a few others, above 0, as those behind ReLU.
    private static Tensor Drawn(ImageShape shape, ulong seed)
    {
        var (mixing, own) = (new Generator(1), new Generator(seed));
        var few = Tensor.Normal([Images, 5], ref own);
        var mixed = few.MatMul(Tensor.Normal([5, shape.Length], ref mixing)) + 0.1f * Tensor.Normal([Images, shape.Length], ref own);
        return (mixed + 1).Relu().Reshape(Images, shape.Channels, shape.Height, shape.Width);
    }

    private static float[] Results(GraphPlan plan, Files.GraphNode product, float[] weights, WholeWeights? whole, Tensor x)
    {
        var weight = new Value(Tensor.From(weights, plan.Constants[product.Inputs[1]].Sizes));
        var bias = whole is null ? plan.Constants[product.Inputs[2]] : new Value(Tensor.From([.. whole.Bias.Select(b => (float)b)], [whole.Features]));
        var given = product.Operator == "Conv" ? x : x.Flatten();
        return GraphPlan.Compute(product, [new Value(given), weight, bias], plan.Version)[0].Floats.ToArray();
    }

    private static double Error(float[] a, float[] b) => a.Zip(b, (x, y) => (double)(x - y) * (x - y)).Sum();

    private sealed class MeanOfPixels : Module
    {
        public override Tensor Forward(Tensor x) => x.MeanOverPixels();
    }
}
