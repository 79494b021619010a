using Mekiki.Vision.Data;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Tests.Data;

public class PhotoSizeTests
{
    private const int Most = 224 * 224;

    [Theory]
    [InlineData("256x192:2000", "256x192")]                          // as they are
    [InlineData("4000x3000:50", "256x192")]                          // their proportions, in steps of 32
    [InlineData("1920x1080:50", "288x160")]
    [InlineData("4000x3000:50,1600x1200:20,800x601:20", "256x192")]  // other sizes of the same proportions
    [InlineData("4000x3000:50,3000x4000:50", "224x224")]             // no proportions are those of most
    [InlineData("500x333:40,333x500:30,500x375:20,300x300:10", "224x224")]
    [InlineData("57x76:3,400x300:377", "256x192")]                   // a few do not choose
    [InlineData("48x48:100", "48x48")]
    [InlineData("40x40:60,40x41:39", "40x40")]
    [InlineData("100x100:60,100x50:40", "96x96")]
    public void Size_KeepsTheProportionsOfMost_WithinThePixels(string sizes, string expected)
    {
        var counts = sizes.Split(',').ToDictionary(s => (int.Parse(s.Split('x', ':')[1]), int.Parse(s.Split('x')[0])), s => int.Parse(s.Split(':')[1]));
        var ((height, width), note) = ImagePlan.Choose(counts, ImageFit.Pad, Most);
        Assert.Equal(expected, $"{width}x{height}");
        Assert.Equal(counts.Count == 1 && counts.ContainsKey((height, width)), note is null);
    }

    [Fact]
    public void Note_SaysWhy()
    {
        Assert.Equal("The images have 2 sizes, from 3000x4000 to 4000x3001; all are brought to 224x224, since their proportions differ: all of each is seen; the rest has the colour of its border. Give a size or a fit to choose another.",
            ImagePlan.Choose(new() { [(4000, 3000)] = 5, [(3001, 4000)] = 5 }, ImageFit.Pad, Most).Note);
        Assert.Equal("The images are 4000x3000; all are brought to 256x192, which has their proportions: what stands over is cut off. Give a size or a fit to choose another.",
            ImagePlan.Choose(new() { [(3000, 4000)] = 5 }, ImageFit.Crop, Most).Note);
    }
}
