using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Tests.Transforms;

public class EpochTransformTests
{
    [Fact]
    public void AlternatingFlip_ShowsEachImagesOtherSide_InEverySecondEpoch()
    {
        var set = ImageSet.FromDrawing("sides", new ImageShape(1, 2, 4), new int[200], ["a"], (_, image) => image[0] = image[4] = 200);
        var loader = new Loader(set, [.. Enumerable.Range(0, 200)], new Pipeline(new AlternatingFlip(), new ToTensor()), new LoaderOptions { BatchSize = 32, Seed = 3, Shuffle = true });
        var mirrored = new bool[4][];
        for (int epoch = 0; epoch < 4; epoch++)
        {
            mirrored[epoch] = new bool[200];
            loader.Start(epoch);
            while (loader.Next() is { } batch)
                for (int n = 0; n < batch.Count; n++)
                    mirrored[epoch][batch.Indices[n]] = batch.Images[n * 8] == 0;
        }

        Assert.InRange(mirrored[0].Count(m => m), 75, 125);
        Assert.Equal(mirrored[0].Select(m => !m), mirrored[1]);
        Assert.Equal(mirrored[0], mirrored[2]);
        Assert.Equal(mirrored[1], mirrored[3]);
    }

    [Fact]
    public void Shift_MovesByWholePixels_AndMirrorsTheBorder()
    {
        var shape = new ImageShape(1, 1, 5);
        var seen = new HashSet<string>();
        for (ulong seed = 0; seed < 100; seed++)
        {
            var generator = new Generator(seed);
            var result = new byte[5];
            new RandomShift(2).Write([1, 2, 3, 4, 5], shape, ref generator, result);
            seen.Add(string.Concat(result));
        }

        Assert.Equal(["12345", "21234", "23454", "32123", "34543"], seen.Order());
        var one = new byte[1];
        var any = new Generator(1);
        new RandomShift(2).Write([7], new(1, 1, 1), ref any, one);
        Assert.Equal([7], one);
        Assert.Equal("RandomShift: expected 0 pixels or more, got -1.", Assert.Throws<MekikiException>(() => new RandomShift(-1)).Message);
    }
}
