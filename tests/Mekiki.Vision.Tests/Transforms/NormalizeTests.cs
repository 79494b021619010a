using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Tests.Transforms;

public class NormalizeTests
{
    private static readonly Normalize imageNet = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    [Fact]
    public void Channels_HaveNumbersOfTheirOwn()
    {
        byte[] image = [0, 0, 0, 255, 255, 255, 128, 51, 102];
        float[] got = Run(new Pipeline(new ToTensor(), imageNet), image, new(3, 1, 3));
        // -mean / deviation, (1 - mean) / deviation, (128 / 255 - 0.485) / 0.229; and so on.
        float[] expected = [-2.1179039f, 2.2489083f, 0.0740646f, -2.0357143f, 2.4285714f, -1.1428571f, -1.8044444f, 2.64f, -0.0266667f];
        Assert.All(got.Zip(expected), p => Assert.Equal(p.Second, p.First, 1e-6f));
    }

    [Fact]
    public void OneNumber_IsForAllChannels_AndMayStandBesideThree()
    {
        var shape = new ImageShape(3, 5, 7);
        byte[] image = Noise(shape);
        Assert.Equal(Of(new([0.4f, 0.4f, 0.4f], [0.3f, 0.3f, 0.3f])), Of(new(0.4f, 0.3f)));
        Assert.Equal(Of(new([0.4f, 0.5f, 0.6f], [0.3f, 0.3f, 0.3f])), Of(new([0.4f, 0.5f, 0.6f], 0.3f)));
        Assert.Equal(Of(new([0.4f, 0.4f, 0.4f], [0.3f, 0.4f, 0.5f])), Of(new(0.4f, [0.3f, 0.4f, 0.5f])));

        float[] Of(Normalize normalize) => Run(new Pipeline(new ToTensor(), normalize), image, shape);
    }

    [Theory]
    [InlineData(11, 24, Interpolation.Nearest)]     // a width of whole vectors: colours are gathered
    [InlineData(7, 13, Interpolation.Nearest)]
    [InlineData(11, 24, Interpolation.Bilinear)]
    public void RandomAffine_StraightToFloat_GivesTheBytesValues_OnVectorsAndWithout(int height, int width, Interpolation interpolation)
    {
        var shape = new ImageShape(3, height, width);
        byte[] image = Noise(shape), bytes = new byte[shape.Length];
        var random = new RandomAffine(DrawRange.Around(180), 0.3, 0.3, new(0.5, 2), new(-30, 30), interpolation, fill: 33);
        var pipeline = new Pipeline(random, new ToTensor(), imageNet);
        for (ulong i = 0; i < 20; i++)
        {
            var generator = new Generator(i);
            random.Write(image, shape, ref generator, bytes);
            float[] expected = [.. Enumerable.Range(0, shape.Length).Select(k => (C: k / (height * width), At: k % (height * width)))
                .Select(k => (bytes[k.At * 3 + k.C] / 255f - imageNet.Mean[k.C]) / imageNet.Deviation[k.C])];
            Assert.Equal(expected, Run(pipeline, image, shape, i));
            AffineKernel.UseVectors = false;
            try
            {
                Assert.Equal(expected, Run(pipeline, image, shape, i));
            }
            finally
            {
                AffineKernel.UseVectors = true;
            }
        }
    }

    [Fact]
    public void OtherImagesThanNumbers_AreRefused()
    {
        var pipeline = new Pipeline(new RandomAffine(DrawRange.Around(90)), new ToTensor(), imageNet);
        const string Message = "Normalize: expected images of 3 channels, as many as it has numbers for, got 1. Give one mean and deviation for all channels, or one for each.";
        Assert.Equal(Message, Assert.Throws<MekikiException>(() => pipeline.OutputShape(new(1, 8, 8))).Message);
        Assert.Equal(Message, Assert.Throws<MekikiException>(() => Run(pipeline, new byte[64], new(1, 8, 8))).Message);
        Assert.Equal(Message, Assert.Throws<MekikiException>(() => Run(new Pipeline(new Grayscale(), new ToTensor(), imageNet), new byte[192], new(3, 8, 8))).Message);
        Assert.Equal("Normalize: expected as many means as deviations, or one of either, got 3 and 2.", Assert.Throws<MekikiException>(() => new Normalize(imageNet.Mean, [1, 2])).Message);
        Assert.StartsWith("Normalize: expected a deviation above 0, got [1, 0, 1].", Assert.Throws<MekikiException>(() => new Normalize(0, [1, 0, 1])).Message);
        Assert.Equal("ChannelValues: expected one number for all channels or one for each, got none.", Assert.Throws<MekikiException>(() => new Normalize([], 1)).Message);
    }

    [Fact]
    public void Numbers_ArePrintedAsAList() => Assert.Equal("Normalize(mean=[0.485, 0.456, 0.406], deviation=[0.229, 0.224, 0.225])", imageNet.ToString());

    private static float[] Run(Pipeline pipeline, byte[] image, ImageShape shape, ulong seed = 0)
    {
        var result = new float[pipeline.OutputShape(shape).Length];
        var generator = new Generator(seed);
        pipeline.Write(image, shape, ref generator, result);
        return result;
    }

    private static byte[] Noise(ImageShape shape)
    {
        var generator = new Generator(6);
        var image = new byte[shape.Length];
        foreach (ref byte v in image.AsSpan())
            v = (byte)generator.NextInt32(256);
        return image;
    }
}
