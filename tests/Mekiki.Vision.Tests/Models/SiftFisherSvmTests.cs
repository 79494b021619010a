using Mekiki.Vision.Data;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Tests.Models;

public class SiftFisherSvmTests
{
    private static readonly SiftFisherSvmOptions small = new() { Step = 6, BinWidths = [3], Components = 4, Gaussians = 3 };

    private static PreparedImages Of(ImageSet set) =>
        new(set, [.. Enumerable.Range(0, set.Count)], Preprocessing.For(set.Shape).Pipeline(set.Shape));

    private static ImageSet Noise(int count, int side, Func<int, int> label, int channels = 1)
    {
        var generator = new Generator(1);
        byte[] pixels = new byte[count * channels * side * side];
        foreach (ref byte value in pixels.AsSpan())
            value = (byte)generator.NextInt32(256);
        return ImageSet.FromPixels("noise", new(channels, side, side), pixels, [.. Enumerable.Range(0, count).Select(label)], ["a", "b"]);
    }

    [Fact]
    public void Buffers_HaveNamesAndSizes()
    {
        var model = new SiftFisherSvm(new(1, 48, 48), 73, small with { Pyramid = [(1, 1), (2, 2)] });
        Assert.Equal(
            ["pca.mean (128)", "pca.components (4, 128)", "mixture.weights (3)", "mixture.means (3, 6)", "mixture.variances (3, 6)", "svm.weight (73, 180)", "svm.bias (73)", "svm.scale (1)"],
            model.StateDict().Select(s => $"{s.Name} {s.Tensor.Shape}"));
    }

    [Fact]
    public void BlankImages_AreRefused_WithAReason()
    {
        var set = ImageSet.FromPixels("blank", new(1, 24, 24), new byte[4 * 24 * 24], [0, 1, 0, 1], ["a", "b"]);
        var model = new SiftFisherSvm(set.Shape, 2, small);
        Assert.Equal("PrincipalComponents: expected one vector (N, I) or more, got (0, 128). Give more images, with something on them.",
            Assert.Throws<MekikiException>(() => model.Fit(Of(set), 0, cancellation: TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void TooFewDescriptors_AreRefused_WithAReason()
    {
        var model = new SiftFisherSvm(new(1, 24, 24), 2, small with { Gaussians = 64 });
        Assert.Equal("GaussianMixture: expected 64 vectors (N, D) or more, one for each Gaussian, got (16, 6). Give more images, with something on them.",
            Assert.Throws<MekikiException>(() => model.Fit(Of(Noise(1, 24, _ => 0)), 0, cancellation: TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void OneClassAlone_AndColours_AreLearnt()
    {
        var set = Noise(6, 24, _ => 1, channels: 3);
        var model = new SiftFisherSvm(set.Shape, 2, small);
        model.Fit(Of(set), 0, cancellation: TestContext.Current.CancellationToken);
        float[] image = new float[set.Shape.Length];
        Of(set).Read(0, image);
        float[] scores = model[Tensor.From(image, [1, 3, 24, 24])].ToArray();
        Assert.True(scores[1] > scores[0] && float.IsFinite(scores[0]));
    }

    [Fact]
    public void ImagesOfOneColour_HaveTheScoresOfTheBias()
    {
        var set = Noise(6, 24, i => i % 2);
        var model = new SiftFisherSvm(set.Shape, 2, small);
        model.Fit(Of(set), 0, cancellation: TestContext.Current.CancellationToken);
        float[] scores = model[Tensor.Full([2, 1, 24, 24], 0.3f)].ToArray(), bias = model.StateDict().Single(s => s.Name == "svm.bias").Tensor.ToArray();
        Assert.Equal([.. bias, .. bias], scores);
    }

    [Fact]
    public void Gain_OfTheInput_ChangesNothing()
    {
        var set = Noise(6, 24, i => i % 2);
        var model = new SiftFisherSvm(set.Shape, 2, small);
        model.Fit(Of(set), 0, cancellation: TestContext.Current.CancellationToken);
        float[] image = new float[set.Shape.Length];
        Of(set).Read(0, image);
        float[] once = model[Tensor.From(image, [1, 1, 24, 24])].ToArray(), twice = model[Tensor.From([.. image.Select(v => 2 * v)], [1, 1, 24, 24])].ToArray();
        Assert.All(once.Zip(twice), p => Assert.Equal(p.First, p.Second, 1e-4));
    }

    [Fact]
    public void Options_OutOfRange_SayTheRange()
    {
        Assert.Equal("Step: expected 1 or more, got 0.", Assert.Throws<MekikiException>(() => small with { Step = 0 }).Message);
        Assert.Equal("LeastContrast: expected 0 to 1, got 2.", Assert.Throws<MekikiException>(() => small with { LeastContrast = 2 }).Message);
        Assert.Equal("Components: expected 1 to 128, got 129.", Assert.Throws<MekikiException>(() => small with { Components = 129 }).Message);
        Assert.Equal("Gaussians: expected 1 or more, got 0.", Assert.Throws<MekikiException>(() => small with { Gaussians = 0 }).Message);
        Assert.Equal("Sample: expected 1 or more, got 0.", Assert.Throws<MekikiException>(() => small with { Sample = 0 }).Message);
        Assert.Equal("C: expected more than 0, got 0.", Assert.Throws<MekikiException>(() => small with { C = 0 }).Message);
    }
}
