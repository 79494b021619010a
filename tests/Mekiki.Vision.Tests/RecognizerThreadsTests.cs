using Mekiki.Losses;
using Mekiki.Optimizers;
using Mekiki.Vision.Classical;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Tests;

/// <summary>One recognizer for many threads.</summary>
public class RecognizerThreadsTests
{
    private const int Side = 32, Classes = 5, Images = 12, ThreadCount = 16;

    public static TheoryData<string> Names => ["cnn", "kana-net-ensemble", "resnet20", "vgg11_bn_small", "mlp", "sift-fisher-svm"];

    [Theory]
    [MemberData(nameof(Names))]
    public void SixteenThreads_GetTheBitsOfOne(string name)
    {
        var images = Draw();
        var recognizer = Make(name);
        float[][] expected = [.. images.Select(i => Scores(Make(name), i))];
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        var trained = new Thread(() =>
        {
            var other = Catalogue.Find("mlp").Create(new ImageShape(1, Side, Side), Classes);
            var optimizer = new Adam(other, 1e-3);
            while (!stop.IsCancellationRequested)
            {
                var loss = Loss.CrossEntropy(other[Tensor.Ones([8, 1, Side, Side])], new long[8]);
                optimizer.ZeroGrad();
                loss.Backward();
                optimizer.Step();
            }
        });
        collector.Start();
        trained.Start();
        // The first calls come at once, to weights that nothing is prepared of.
        try
        {
            AtOnce(thread =>
            {
                for (int i = 0; i < 20; i++)
                    Assert.Equal(expected[(thread + i) % Images], Scores(recognizer, images[(thread + i) % Images]));
            });
        }
        finally
        {
            stop.Cancel();
            collector.Join();
            trained.Join();
        }
    }

    [Fact]
    public void RecognizerOfANetworkInTraining_LeavesItsMode()
    {
        var recognizer = Make("cnn");
        recognizer.Network.Train();
        float[] scores = Scores(recognizer, Draw()[0]);
        Assert.True(recognizer.Network.IsTraining);
        recognizer.Network.Eval();
        Assert.Equal(Scores(recognizer, Draw()[0]), scores);
    }

    [Fact]
    public void CardWithOtherClassesThanTheNetwork_IsRefused()
    {
        var recognizer = Make("cnn");
        var wrong = new Recognizer(recognizer.Network, recognizer.Card with { Classes = ["a", "b", "c", "d"] });
        Assert.Equal(
            "Scores: expected a score for each of the card's 4 classes, (1, 4), got (1, 5) from the network. Give a card with the network's classes.",
            Assert.Throws<MekikiException>(() => Scores(wrong, Draw()[0])).Message);
    }

    [Fact]
    public void ImagesOfAnotherShapeOrType_AreRefused()
    {
        var recognizer = Make("cnn");
        Assert.Equal(
            "Scores: expected float32 images (N, 1, 32, 32), got Float32 (1, 1, 16, 16). Prepare them by Preprocessing.",
            Assert.Throws<MekikiException>(() => recognizer.Scores(Tensor.Ones([1, 1, 16, 16]))).Message);
        Assert.Equal(
            "Scores: expected float32 images (N, 1, 32, 32), got Int64 (1, 1, 32, 32). Prepare them by Preprocessing.",
            Assert.Throws<MekikiException>(() => recognizer.Scores(Tensor.From(new long[Side * Side], [1, 1, Side, Side]))).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void OwnNumberOfThreads_ChangesNoBit(int threads)
    {
        var images = Draw();
        var recognizer = Make("resnet20");
        float[] expected = Scores(recognizer, images[0]);
        recognizer.Threads = threads;
        Assert.Equal(expected, Scores(recognizer, images[0]));
    }

    private static float[][] Draw()
    {
        var generator = new Generator(7);
        var images = new float[Images][];
        for (int i = 0; i < Images; i++)
        {
            images[i] = new float[Side * Side];
            foreach (ref float pixel in images[i].AsSpan())
                pixel = generator.NextSingle();
        }

        return images;
    }

    private static Recognizer Make(string name)
    {
        var entry = Catalogue.Find(name);
        var shape = new ImageShape(1, Side, Side);
        var network = entry.Create(shape, Classes, seed: 1);
        if (network is IFitted fitted)
        {
            byte[] pixels = [.. Draw().Concat(Draw()).SelectMany(i => i).Select(v => (byte)(255 * v))];
            int[] labels = [.. Enumerable.Range(0, 2 * Images).Select(i => i % Classes)];
            var set = ImageSet.FromPixels("noise", shape, pixels, labels, ["a", "b", "c", "d", "e"]);
            fitted.Fit(new PreparedImages(set, [.. Enumerable.Range(0, 2 * Images)], new Preprocessing(1, Side, Side).Pipeline(shape)), seed: 1, cancellation: TestContext.Current.CancellationToken);
        }

        return new Recognizer(network, new ModelCard(name, ["a", "b", "c", "d", "e"], new Preprocessing(1, Side, Side)));
    }

    private static float[] Scores(Recognizer recognizer, float[] image) => recognizer.Scores(Tensor.From(image, [1, 1, Side, Side])).ToArray();

    private static void AtOnce(Action<int> action)
    {
        using var barrier = new Barrier(ThreadCount);
        Exception? failure = null;
        var threads = Enumerable.Range(0, ThreadCount).Select(k => new Thread(() =>
        {
            try
            {
                barrier.SignalAndWait();
                action(k);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, e, null);
            }
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        if (failure is { } first)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
    }
}
