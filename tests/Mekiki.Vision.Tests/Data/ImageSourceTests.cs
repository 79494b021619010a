using Mekiki.Vision.Data;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Tests.Data;

public class ImageSourceTests
{
    private static readonly string[] classes = ["a", "b", "empty"];

    private static MadeSource Source() => new(Enumerable.Range(0, 6).Select(i => (i % 2, (ImageInput?)ImageInput.FromBytes(MadeImages.Grey(start: i)))));

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void EncodedImages_BecomeASet(int threads)
    {
        var set = ImageSet.From(Source(), new ImageSetOptions { Threads = threads });
        Assert.Equal(("made", 6, new ImageShape(1, 3, 4)), (set.Source, set.Count, set.Shape));
        Assert.Equal(["a", "b"], set.Classes);
        Assert.Equal([0, 1, 0, 1, 0, 1], set.Labels.ToArray());
        Assert.Equal("000003", set.Names[3]);
        for (int i = 0; i < 6; i++)
            Assert.Equal(MadeImages.Pixels(i), set.Image(i).ToArray());
        Assert.Equal(["Class 'empty' has no image that can be read; it is left out."], set.Notes);
    }

    [Fact]
    public void Pixels_OfOtherSizes_AreScaledToTheMostCommon()
    {
        var large = ImageInput.FromPixels(Enumerable.Repeat((byte)200, 8 * 6).ToArray(), 8, 6, PixelFormat.Gray8);
        var small = ImageInput.FromPixels(MadeImages.Pixels(0), 4, 3, PixelFormat.Gray8);
        var set = ImageSet.From(new MadeSource([(0, large), (1, small), (0, small)]), new ImageSetOptions { Channels = 3 });
        Assert.Equal(new ImageShape(3, 3, 4), set.Shape);
        Assert.All(set.Image(0).ToArray(), p => Assert.Equal(200, p));
        Assert.Equal(MadeImages.Pixels(0).SelectMany(p => (byte[])[p, p, p]), set.Image(1).ToArray());
    }

    [Fact]
    public void ImagesThatCannotBeHad_AreLeftOutWithTheirReasons()
    {
        var good = ImageInput.FromBytes(MadeImages.Grey());
        var set = ImageSet.From(new MadeSource([(0, good), (1, good), (1, null), (0, ImageInput.FromBytes(default))]) { Missing = "row 2 is locked" });
        Assert.Equal(2, set.Count);
        Assert.Equal(["000002: row 2 is locked", "000003: expected an image, got 0 bytes"], set.Skipped.Select(s => s.ToString()));
        Assert.Equal("made: expected only images that can be read (strict), got 2 that cannot: 000002: expected an image, got null; 000003: expected an image, got 0 bytes. Repair or remove them.",
            Assert.Throws<MekikiException>(() => ImageSet.From(new MadeSource([(0, good), (1, good), (1, null), (0, ImageInput.FromBytes(default))]), new ImageSetOptions { Strict = true })).Message);
    }

    [Fact]
    public void LabelsAndNames_AreChecked()
    {
        var good = ImageInput.FromBytes(MadeImages.Grey());
        Assert.Equal("made: expected a class index from 0 to 2 for each image, got 3 for image 1. Give the index of its class.",
            Assert.Throws<MekikiException>(() => ImageSet.From(new MadeSource([(0, good), (3, good)]))).Message);
        Assert.Equal("made: expected a name of its own for each image, got 'same' twice. Number the images, or leave NameOf as it is.",
            Assert.Throws<MekikiException>(() => ImageSet.From(new MadeSource([(0, good), (1, good)]) { Name2 = "same" })).Message);
        Assert.Throws<ArgumentNullException>(() => ImageSet.From(null!));
    }

    private sealed class MadeSource(IEnumerable<(int Label, ImageInput? Image)> images) : IImageSource
    {
        private readonly (int Label, ImageInput? Image)[] images = [.. images];

        public string? Missing { get; init; }

        public string? Name2 { get; init; }

        public string Name => "made";

        public IReadOnlyList<string> Classes => classes;

        public int Count => images.Length;

        public int LabelOf(int index) => images[index].Label;

        public string NameOf(int index) => Name2 ?? $"{index:D6}";

        public ImageInput Read(int index) => images[index].Image ?? (Missing is null ? null! : throw new MekikiException(Missing));
    }
}
