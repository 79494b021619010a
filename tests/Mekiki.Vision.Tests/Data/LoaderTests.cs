using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Tests.Data;

public class LoaderTests
{
    private static readonly Pipeline random = new(new RandomAffine(DrawRange.Around(90), scale: new(0.8, 1.1)), new ToTensor());
    private static readonly ImageSet set = Made();

    private static ImageSet Made()
    {
        var pixels = new byte[103 * 81];
        var g = new Generator(1);
        foreach (ref byte v in pixels.AsSpan())
            v = (byte)g.NextInt32(256);
        return ImageSet.FromPixels("made", new ImageShape(1, 9, 9), pixels, Enumerable.Range(0, 103).Select(i => i % 3).ToArray(), ["a", "b", "c"]);
    }

    private static List<(int[] Indices, long[] Labels, float[] Images)> Epoch(Loader loader, int epoch, int from = 0)
    {
        var all = new List<(int[], long[], float[])>();
        loader.Start(epoch, from);
        while (loader.Next() is { } batch)
            all.Add((batch.Indices.ToArray(), batch.Labels.ToArray(), batch.Images.ToArray()));
        return all;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Batches_DoNotDependOnThreads_NorOnBatchesBefore(int threads)
    {
        int[] subset = [.. Enumerable.Range(0, 100)];
        var one = Epoch(new Loader(set, subset, random, new LoaderOptions { Shuffle = true, Seed = 4, Threads = 1 }), 2);
        var loader = new Loader(set, subset, random, new LoaderOptions { Shuffle = true, Seed = 4, Threads = threads });
        Epoch(loader, 0);
        var many = Epoch(loader, 2);
        Assert.Equal(one.Count, many.Count);
        for (int b = 0; b < one.Count; b++)
        {
            Assert.Equal(one[b].Indices, many[b].Indices);
            Assert.Equal(one[b].Images, many[b].Images);
        }

        Assert.Equal(one[3].Images, Epoch(loader, 2, from: 3)[0].Images);
    }

    [Fact]
    public void Balanced_ChangesAnImageOtherwiseEachTime_OnAnyThread()
    {
        // Class a has two images, which come many times.
        int[] subset = [0, 3, .. Enumerable.Range(1, 100).Where(i => i % 3 != 0)];
        var options = new LoaderOptions { Shuffle = true, Balance = 1, Seed = 4, Threads = 1 };
        var one = Epoch(new Loader(set, subset, random, options), 2);
        var images = one.SelectMany(b => b.Indices.Select((index, i) => (index, Pixels: string.Join(',', b.Images.AsSpan(i * 81, 81).ToArray())))).ToArray();
        Assert.True(images.Count(i => i.index == 0) > 5);
        Assert.Equal(images.Length, images.Distinct().Count());
        Assert.Equal(one.SelectMany(b => b.Images), Epoch(new Loader(set, subset, random, options with { Threads = 3 }), 2).SelectMany(b => b.Images));
    }

    [Fact]
    public void Epoch_ShowsEveryImageOnce_WithItsLabel_InAnOrderOfItsOwn()
    {
        var loader = new Loader(set, Enumerable.Range(0, 103).ToArray(), random, new LoaderOptions { Shuffle = true, Seed = 4 });
        var first = Epoch(loader, 0);
        int[] indices = [.. first.SelectMany(b => b.Indices)];
        Assert.Equal(Enumerable.Range(0, 103), indices.Order());
        Assert.Equal(indices.Select(i => (long)(i % 3)), first.SelectMany(b => b.Labels));
        Assert.NotEqual(indices, Epoch(loader, 1).SelectMany(b => b.Indices));
        Assert.Equal([32, 32, 32, 7], first.Select(b => b.Indices.Length));
        Assert.Equal(3, Epoch(new Loader(set, indices, random, new LoaderOptions { DropLast = true }), 0).Count);
    }

    [Fact]
    public void Image_IsTransformedByItsOwnStream()
    {
        var loader = new Loader(set, [50, 7], random, new LoaderOptions { Seed = 4 });
        loader.Start(epoch: 6);
        var batch = loader.Next()!;
        var expected = new float[81];
        var generator = new Generator(4, 6, 7);
        random.Write(set.Image(7), set.Shape, ref generator, expected);
        Assert.Equal(expected, batch.Images[81..].ToArray());
    }

    [Fact]
    public void SteadyEpoch_AllocatesAlmostNothing()
    {
        var loader = new Loader(set, Enumerable.Range(0, 96).ToArray(), random, new LoaderOptions { Shuffle = true, BatchSize = 8, Threads = 1 });
        for (int epoch = 0; epoch < 3; epoch++)
            Run(epoch);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int epoch = 3; epoch < 23; epoch++)
            Run(epoch);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20 * 12 * 200);

        void Run(int epoch)
        {
            loader.Start(epoch);
            while (loader.Next() is not null)
            {
            }
        }
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.Equal("BatchSize: expected 1 or more, got 0.", Assert.Throws<MekikiException>(() => new LoaderOptions { BatchSize = 0 }).Message);
        Assert.Equal("Loader: expected 32 images or more, got 1. Lower the batch size or use more images.",
            Assert.Throws<MekikiException>(() => new Loader(set, [1], random, new LoaderOptions { DropLast = true })).Message);
    }

    // A run that is resumed within an epoch, on a machine that is busy: all places of the ring are filled before the reader comes.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(9)]
    public async Task Start_WithinAnEpoch_GivesAllBatches_HoweverLateTheReaderComes(int batch)
    {
        var set = ImageSet.FromPixels("made", new ImageShape(1, 2, 2), new byte[4 * 100], new int[100], ["a"]);
        var loader = new Loader(set, [.. Enumerable.Range(0, 100)], Preprocessing.For(set.Shape).Pipeline(set.Shape), new LoaderOptions { BatchSize = 4, Threads = 4 });
        loader.Start(epoch: 0, batch);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        var reading = Task.Run(() =>
        {
            int count = 0;
            while (loader.Next() is not null)
                count++;
            return count;
        });
        Assert.Same(reading, await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)));
        Assert.Equal(25 - batch, await reading);
    }
}
