using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Tests.Training;
using Mekiki.Vision.Training;

namespace Mekiki.Vision.Tests.Models;

public class AirbenchTests
{
    private static readonly ImageSet noise = ImageSet.FromDrawing("noise", new ImageShape(3, 10, 10), [.. Enumerable.Range(0, 40).Select(i => i % 2)], ["a", "b"], (i, image) =>
    {
        var generator = new Generator(5, (ulong)i);
        // Channels that depend on one another.
        for (int p = 0; p < image.Length; p += 3)
        {
            int common = generator.NextInt32(150);
            for (int c = 0; c < 3; c++)
                image[p + c] = (byte)(common + generator.NextInt32(60 + 20 * c));
        }
    });

    private static PreparedImages Images => new(noise, [.. Enumerable.Range(0, 40)], Preprocessing.Measured(noise.Shape, noise, [.. Enumerable.Range(0, 40)]).Pipeline(noise.Shape));

    [Fact]
    public void Sizes_AreThePapers()
    {
        var network = Catalogue.Find("airbench").Create(new(3, 32, 32), 10);
        // 24 biases, 24·64·9 + 64·64·9, 64·256·9 + 256·256·9, 2·256·256·9, norms, 256·10.
        Assert.Equal(24 + 24 * 64 * 9 + 64 * 64 * 9 + 64 * 256 * 9 + 3 * 256 * 256 * 9 + 2 * 2 * (64 + 256 + 256) + 2560, network.ParameterCount());
        Assert.Equal("whiten.weight (24, 3, 2, 2)", network.StateDict().Where(t => t.Name == "whiten.weight").Select(t => $"{t.Name} {t.Tensor.Shape}").Single());
        Assert.Equal("airbench: expected images of 9x9 pixels or more, got 8x9. Give a larger size, or another model.", Assert.Throws<MekikiException>(() => Catalogue.Find("airbench").InputFor(new(3, 9, 8))).Message);
    }

    [Fact]
    public void FirstLayer_MakesPatchesIndependentAndAlikeInSize()
    {
        var layer = new WhiteningConv2d(3);
        layer.Initialize(1);
        layer.Learn(Images);
        var state = layer.StateDict().ToDictionary();
        state["bias"].CopyFrom(new float[24]);
        float[] values = new float[40 * noise.Shape.Length];
        for (int i = 0; i < 40; i++)
            Images.Read(i, values.AsSpan(i * noise.Shape.Length, noise.Shape.Length));
        float[] y = layer[Tensor.From(values, [40, 3, 10, 10])].ToArray();
        int pixels = 81;
        for (int a = 0; a < 12; a++)
            for (int b = 0; b <= a; b++)
            {
                double sum = 0;
                for (int n = 0; n < 40; n++)
                    for (int p = 0; p < pixels; p++)
                        sum += y[(n * 24 + a) * pixels + p] * y[(n * 24 + b) * pixels + p];
                Assert.Equal(a == b ? 1 : 0, sum / 40 / pixels, 0.02);
            }

        for (int n = 0; n < 40 * pixels; n++)
            Assert.Equal(0, y[n / pixels * 24 * pixels + n % pixels] + y[(n / pixels * 24 + 12) * pixels + n % pixels], 1e-5);
    }

    [Fact]
    public void Training_FixesTheFirstLayer_AndLeavesIt()
    {
        var set = Bars.Set();
        var split = Split.Stratified(set, 0, 72, 24);
        var options = new TrainOptions { Model = "airbench", Epochs = 12, BatchSize = 16, Augmentation = "none", LearningRate = 0.05, Ema = 0.9 };
        var trainer = new Trainer(set, split, options);
        float[] First(Recognizer r) => r.Network.StateDict().ToDictionary()["whiten.weight"].ToArray();
        float[] before = First(trainer.Recognizer);
        var drawn = Catalogue.Find("airbench").Create(set.Shape, 3).StateDict().ToDictionary()["whiten.weight"].ToArray();
        Assert.NotEqual(drawn, before);
        var result = trainer.Run(TestContext.Current.CancellationToken);
        Assert.Equal(before, First(result.Recognizer));
        Assert.InRange(result.Best!.TestAccuracy!.Value, 0.9, 1);
    }
}
