using Mekiki.Layers;
using Mekiki.Vision.Explanations;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Tests.Explanations;

public class ExplainerTests
{
    private static readonly string[] letters = ["あ", "い", "う"];

    public static TheoryData<string> EveryKind => ["neocognitron", "three-layer", "mlp", "cnn", "neocognitron2003", "sift-fisher-svm", "kana-net", "kana-net-ensemble", "resnet20"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Recognizer Made(string model, int? shift = null)
    {
        var entry = Catalogue.Find(model);
        return new Recognizer(entry.Create(entry.DefaultInput, 3, seed: 1), new ModelCard(model, letters, Preprocessing.For(entry.DefaultInput)) { Shift = shift });
    }

    private static Recognizer Of(Module network, int height, int width, int classes = 3) =>
        new(network, new ModelCard("own", [.. letters.Take(classes)], new Preprocessing(1, height, width)));

    private static Tensor Random(int height = 48, int width = 48, ulong seed = 2)
    {
        var generator = new Generator(seed);
        return Tensor.Uniform([1, 1, height, width], ref generator);
    }

    // Scores of the pixels: f = x · w for class 0, 0 for the others.
    private static (Recognizer Recognizer, float[] Weights) Linear(int height, int width)
    {
        var linear = new Linear(height * width, 2, bias: false);
        float[] weights = new float[2 * height * width];
        for (int i = 0; i < height * width; i++)
            weights[i] = (i % 7 - 3) / 4f;
        linear.LoadStateDict(new Dictionary<string, Tensor> { ["weight"] = Tensor.From(weights, [2, height * width]) });
        return (Of(new Sequential(new Flatten(), linear), height, width, 2), weights[..(height * width)]);
    }

    [Theory]
    [MemberData(nameof(EveryKind))]
    public void Occlusion_WorksForEveryKindOfRecognizer(string model)
    {
        var recognizer = Made(model);
        var input = recognizer.Preprocessing.Input;
        var explanation = Explainer.Explain(recognizer, Random(input.Height, input.Width), cancellation: Token);
        Assert.Equal([input.Height, input.Width], explanation.Map.Shape);
        Assert.All(explanation.Map.ToArray(), v => Assert.True(float.IsFinite(v)));
        Assert.NotEqual(explanation.Label, explanation.Against);
        if (!Catalogue.Find(model).IsFitted)
            Assert.Contains(explanation.Map.ToArray(), v => v != 0);
    }

    [Fact]
    public void Occlusion_OfShiftedViews_ExplainsTheirScores()
    {
        var x = Random();
        var plain = Explainer.Explain(Made("cnn"), x, cancellation: Token);
        var shifted = Explainer.Explain(Made("cnn", shift: 2), x, new() { Label = plain.Label, Against = plain.Against }, Token);
        Assert.NotEqual(plain.Map.ToArray(), shifted.Map.ToArray());
        var scores = Made("cnn", shift: 2).Scores(x).ToArray();
        Assert.Equal(scores[Array.IndexOf(letters, plain.Label)] - scores[Array.IndexOf(letters, plain.Against)], shifted.Score);
    }

    [Fact]
    public void Occlusion_OfALinearScore_IsWhatTheCoveredPixelsAdd()
    {
        // One square alone, of the whole image: the fall is half of f(x) - f(border) and half of f(x) - f(blurred).
        var (recognizer, weights) = Linear(6, 6);
        var x = Random(6, 6);
        var explanation = Explainer.Explain(recognizer, x, new() { Label = "あ", PatchSize = 6, Stride = 6 }, Token);
        float[] values = x.ToArray(), border = EmptyImage.Border(x), blurred = EmptyImage.Blurred(x, 3);
        double expected = 0;
        for (int i = 0; i < values.Length; i++)
            expected += weights[i] * (values[i] - (border[i] + blurred[i]) / 2);
        Assert.All(explanation.Map.ToArray(), v => Assert.Equal(expected, v, 1e-5));
    }

    [Fact]
    public void Occlusion_OfOnePixelThatCounts_PeaksThere()
    {
        var linear = new Linear(48 * 48, 2, bias: false);
        float[] weights = new float[2 * 48 * 48];
        weights[30 * 48 + 11] = 1;
        linear.LoadStateDict(new Dictionary<string, Tensor> { ["weight"] = Tensor.From(weights, [2, 48 * 48]) });
        float[] image = new float[48 * 48];
        image[30 * 48 + 11] = 1;
        var explanation = Explainer.Explain(Of(new Sequential(new Flatten(), linear), 48, 48, 2), Tensor.From(image, [1, 1, 48, 48]), cancellation: Token);
        Assert.InRange(explanation.Peak.Y, 28, 31);
        Assert.InRange(explanation.Peak.X, 8, 11);
        Assert.Equal(0, explanation.Map.Values[0]);
    }

    [Theory]
    [InlineData(48, 8, 4, new[] { -4, 0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44 })]
    [InlineData(10, 4, 3, new[] { -1, 2, 5, 8 })]
    [InlineData(5, 5, 2, new[] { -3, -1, 1, 3 })]
    [InlineData(5, 5, 5, new[] { 0 })]
    public void Squares_CoverTheWholeImage(int length, int side, int stride, int[] expected) => Assert.Equal(expected, OcclusionMap.Places(length, side, stride));

    [Fact]
    public void Border_IsTheMedianOfEachChannel()
    {
        float[] values = [1, 2, 3, 4, 99, 5, 6, 7, 8, 0, 0, 0, 0, 99, 1, 1, 1, 1];
        Assert.Equal([.. Enumerable.Repeat(4f, 9), .. Enumerable.Repeat(0f, 9)], EmptyImage.Border(Tensor.From(values, [1, 2, 3, 3])));
    }

    [Fact]
    public void Blurred_KeepsAnEvenImage_AndSpreadsADot()
    {
        Assert.All(EmptyImage.Blurred(Tensor.Full([1, 2, 5, 7], 0.5f), 2), v => Assert.Equal(0.5f, v, 1e-6f));
        float[] dot = new float[81];
        dot[40] = 1;
        float[] blurred = EmptyImage.Blurred(Tensor.From(dot, [1, 1, 9, 9]), 1);
        Assert.Equal(Math.Exp(-0.5), blurred[41] / blurred[40], 1e-5);
        Assert.Equal(blurred[41], blurred[31], 1e-6f);
        Assert.Equal(1, blurred.Sum(), 1e-2f);
    }

    [Theory]
    [InlineData(ExplanationMethod.Occlusion)]
    [InlineData(ExplanationMethod.IntegratedGradients)]
    [InlineData(ExplanationMethod.GradCam)]
    [InlineData(ExplanationMethod.HiResCam)]
    public void SameImage_SameBits_OnAnyNumberOfThreads(ExplanationMethod method)
    {
        var (one, two) = (Made("cnn"), Made("cnn"));
        (one.Threads, two.Threads) = (1, 2);
        var x = Random();
        var options = new ExplanationOptions { Method = method };
        Assert.Equal(Explainer.Explain(one, x, options, Token).Map.ToArray(), Explainer.Explain(two, x, options, Token).Map.ToArray());
    }

    [Fact]
    public void Classes_AreThoseGiven_OrTheBestTwo()
    {
        var recognizer = Made("mlp");
        var x = Random();
        float[] scores = recognizer.Scores(x).ToArray();
        int[] order = [.. Enumerable.Range(0, 3).OrderByDescending(c => scores[c])];
        var usual = Explainer.Explain(recognizer, x, cancellation: Token);
        Assert.Equal((letters[order[0]], letters[order[1]], scores[order[0]] - scores[order[1]]), (usual.Label, usual.Against, usual.Score));
        var given = Explainer.Explain(recognizer, x, new() { Label = letters[order[2]], Against = letters[order[1]] }, Token);
        Assert.Equal((letters[order[2]], letters[order[1]], scores[order[2]] - scores[order[1]]), (given.Label, given.Against, given.Score));
        Assert.Equal(letters[order[1]], Explainer.Explain(recognizer, x, new() { Against = letters[order[0]] }, Token).Against);
        Assert.Equal(usual.Map.ToArray(), Explainer.Explain(recognizer, x, new() { Label = letters[order[0]], Against = letters[order[1]] }, Token).Map.ToArray());
    }

    [Fact]
    public void Mistakes_AreNamed()
    {
        var recognizer = Made("mlp");
        Says("Class 'ええええ': expected one of the model's 3 classes.", () => Explainer.Explain(recognizer, Random(), new() { Label = "ええええ" }, Token));
        Says("Explain: expected one image (1, C, H, W), got (2, 1, 48, 48). Explain images one by one.", () => Explainer.Explain(recognizer, Tensor.Zeros([2, 1, 48, 48]), cancellation: Token));
        Says("Grad-CAM: expected a network whose layers give maps (N, C, H, W), got 'sift-fisher-svm', whose layers do not. Use occlusion.",
            () => Explainer.Explain(Made("sift-fisher-svm"), Random(), new() { Method = ExplanationMethod.GradCam }, Token));
        Says("Integrated gradients: expected a network that learns by gradients, got 'sift-fisher-svm', which does not. Use occlusion.",
            () => Explainer.Explain(Made("sift-fisher-svm"), Random(), new() { Method = ExplanationMethod.IntegratedGradients }, Token));
        Says("HiResCAM: expected a network in which one linear layer alone follows the maps, since it is exact only there, got 'kana-net' with more layers after them. Use integrated gradients or occlusion.",
            () => Explainer.Explain(Made("kana-net"), Random(), new() { Method = ExplanationMethod.HiResCam }, Token));
        Says("Layer 'bn3': expected one of the network's layers. Did you mean 'bn1'? It has conv1, bn1, conv2, bn2, fc3.",
            () => Explainer.Explain(Made("cnn"), Random(), new() { Method = ExplanationMethod.GradCam, Layer = "bn3" }, Token));
        Says("Layer 'fc3': expected a layer that gives maps (N, C, H, W), got one that does not. Choose a convolution or a stage.",
            () => Explainer.Explain(Made("cnn"), Random(), new() { Method = ExplanationMethod.GradCam, Layer = "fc3" }, Token));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExplanationOptions { PatchSize = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExplanationOptions { Stride = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExplanationOptions { Tolerance = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExplanationOptions { MostSteps = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExplanationOptions { BatchSize = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExplanationOptions { Method = (ExplanationMethod)99 });
    }

    private static void Says(string message, Func<object?> action) => Refused.Says(message, message, action);

    [Fact]
    public void Cancelled_Stops()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => Explainer.Explain(Made("mlp"), Random(), cancellation: source.Token));
        Assert.Throws<OperationCanceledException>(() => Explainer.Explain(Made("mlp"), Random(), new() { Method = ExplanationMethod.IntegratedGradients }, source.Token));
    }

    [Fact]
    public void IntegratedGradients_OfALinearScore_AreItsTerms()
    {
        var (recognizer, weights) = Linear(5, 4);
        var x = Random(5, 4);
        var explanation = Explainer.Explain(recognizer, x, new() { Method = ExplanationMethod.IntegratedGradients, Label = "あ" }, Token);
        float[] values = x.ToArray(), border = EmptyImage.Border(x), map = explanation.Map.ToArray();
        for (int i = 0; i < map.Length; i++)
            Assert.Equal(weights[i] * (values[i] - border[i]), map[i], 1e-5f);
        Assert.Equal(32, explanation.Steps);
    }

    [Theory]
    [InlineData(ExplanationMethod.IntegratedGradients)]
    [InlineData(ExplanationMethod.GradCam)]
    public void Gradients_LeaveTheParametersAsTheyAre(ExplanationMethod method)
    {
        var recognizer = Made("cnn");
        recognizer.Network.Train();
        float[][] before = [.. recognizer.Network.StateDict().Where(t => t.Tensor.DType == DType.Float32).Select(t => t.Tensor.ToArray())];
        Explainer.Explain(recognizer, Random(), new() { Method = method }, Token);
        Assert.All(recognizer.Network.Parameters(), p => Assert.Null(p.Grad));
        Assert.All(recognizer.Network.Parameters(), p => Assert.True(p.RequiresGrad));
        Assert.Equal(before, recognizer.Network.StateDict().Where(t => t.Tensor.DType == DType.Float32).Select(t => t.Tensor.ToArray()));
        Assert.True(recognizer.Network.IsTraining);
    }

    [Theory]
    [InlineData("cnn", null)]
    [InlineData("resnet20", null)]
    public void HiResCam_SumsUpToTheScore(string model, string? layer)
    {
        var explanation = Explainer.Explain(Made(model), Random(), new() { Method = ExplanationMethod.HiResCam, Layer = layer }, Token);
        Assert.Equal(explanation.Score, explanation.Sum + explanation.BaseScore!.Value, 1e-4 * Math.Max(1, Math.Abs(explanation.Score)));
        Assert.Equal([48, 48], explanation.Map.Shape);
        Assert.Equal(explanation.Sum, explanation.Map.ToArray().Sum(v => (double)v), 0.2 * explanation.Contributions.ToArray().Sum(Math.Abs));
    }

    [Fact]
    public void HiResCam_OfAnEnsemble_IsTheMembersMean()
    {
        Module[] members = [.. Enumerable.Range(0, 2).Select(n => Catalogue.Find("cnn").Create(new ImageShape(1, 48, 48), 3, (ulong)n))];
        var options = new ExplanationOptions { Method = ExplanationMethod.HiResCam, Label = "あ", Against = "い" };
        var x = Random();
        var both = Explainer.Explain(Of(new Ensemble(members), 48, 48), x, options, Token);
        float[] first = Explainer.Explain(Of(members[0], 48, 48), x, options, Token).Map.ToArray(), second = Explainer.Explain(Of(members[1], 48, 48), x, options, Token).Map.ToArray();
        float[] map = both.Map.ToArray();
        for (int i = 0; i < map.Length; i++)
            Assert.Equal((first[i] + second[i]) / 2, map[i], 1e-5f);
        Assert.Equal(both.Score, both.Sum + both.BaseScore!.Value, 1e-4);
    }

    [Fact]
    public void HiResCam_BehindASigmoid_IsRefused()
    {
        var network = new Sequential(new Conv2d(1, 4, kernelSize: 3, padding: 1), new Sigmoid(), new Flatten(), new Linear(4 * 36, 3));
        Assert.NotNull(Explainer.Explain(Of(network, 6, 6), Random(6, 6), new() { Method = ExplanationMethod.HiResCam }, Token));      // the sigmoid's maps
        Says("HiResCAM: expected a network in which one linear layer alone follows the maps, since it is exact only there, got 'own' with a function between them that is not linear in pieces. Use integrated gradients or occlusion.",
            () => Explainer.Explain(Of(network, 6, 6), Random(6, 6), new() { Method = ExplanationMethod.HiResCam, Layer = "0" }, Token));
    }

    [Fact]
    public void GradCam_IsNotNegative()
    {
        var explanation = Explainer.Explain(Made("kana-net"), Random(), new() { Method = ExplanationMethod.GradCam }, Token);
        Assert.All(explanation.Map.ToArray(), v => Assert.True(v >= 0));
        Assert.Null(explanation.CompletenessError);
    }

    [Theory]
    [InlineData("cnn")]
    [InlineData("kana-net")]
    public void IntegratedGradients_OfLearnedCharacters_SumUpToTheDifference(string model)
    {
        var recognizer = model == "cnn" ? Taught.Cnn : Taught.KanaNet;
        foreach (int index in Taught.Unseen.Take(12))
        {
            var x = Taught.Prepared(recognizer, Taught.Set, index);
            var explanation = Explainer.Explain(recognizer, x, new() { Method = ExplanationMethod.IntegratedGradients }, Token);
            Assert.InRange(explanation.CompletenessError!.Value, 0, 0.01);
            Assert.Equal(explanation.Score - explanation.BaseScore!.Value, explanation.Sum, 0.0101 * Math.Abs(explanation.Score - explanation.BaseScore.Value));
        }
    }
}
