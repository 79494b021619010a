using Mekiki.Vision.Data;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Tests.Data;

/// <summary>Sizes and colours that a set gets where nobody says them.</summary>
public sealed class ImagePlanTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("48x48:10", "48x48", null)]
    [InlineData("128x96:10", "128x96", null)]
    [InlineData("640x480:3", "128x96", "The images are 640x480; all are scaled to 128x96.")]
    [InlineData("480x640:3", "96x128", "The images are 480x640; all are scaled to 96x128.")]
    [InlineData("48x48:6 20x30:4", "48x48", "The images have 2 sizes, from 20x30 to 48x48; 60 % have 48x48. All are brought to 48x48, with their proportions; the rest has the colour of their border.")]
    [InlineData("57x76:3 10x20:2 30x40:2 40x30:2 90x20:2", "40x40", "The images have 5 sizes, from 10x20 to 57x76, and no size is that of most. All are brought to 40x40,")]
    [InlineData("400x300:2 500x100:2 300x400:2", "128x128", "The images have 3 sizes, from 500x100 to 400x300,")]
    public void Size_SuitsAllImages(string images, string expected, string? note)
    {
        int number = 0;
        foreach (string kind in images.Split(' '))
        {
            int[] numbers = [.. kind.Split('x', ':').Select(int.Parse)];
            for (int i = 0; i < numbers[2]; i++)
                Save($"{"ab"[number % 2]}/{number++}.png", numbers[0], numbers[1], (_, _) => (200, 200, 200));
        }

        var set = Open();
        Assert.Equal(expected, $"{set.Shape.Width}x{set.Shape.Height}");
        if (note is null)
            Assert.Empty(set.Notes);
        else
            Assert.StartsWith(note, Assert.Single(set.Notes));
        // Once more from the cache.
        Assert.Equal((set.Fingerprint, set.Notes.Count), (Open().Fingerprint, Open().Notes.Count));
    }

    [Fact]
    public void Stretch_TakesTheSizeOfMost()
    {
        for (int i = 0; i < 3; i++)
            Save($"a/{i}.png", 20, 10, (_, _) => (9, 9, 9));
        Save("b/0.png", 30, 30, (_, _) => (9, 9, 9));
        var set = Open(new() { Fit = ImageFit.Stretch });
        Assert.Equal(new ImageShape(1, 10, 20), set.Shape);
        Assert.Equal("The images have 2 sizes; all are stretched to the most common, 20x10. Give a size to choose another.", Assert.Single(set.Notes));
    }

    [Theory]
    [InlineData("grey", 1, null)]
    [InlineData("tint", 1, "8 of 8 images that were looked at have a tint, as paper has, and no colours; all are read as grey.")]
    [InlineData("colour", 3, "The images have colours, which are kept (3 channels).")]
    [InlineData("red or blue", 3, "The images have colours, which are kept (3 channels).")]
    public void Colours_AreKeptWhereTheyAre(string kind, int channels, string? note)
    {
        for (int i = 0; i < 8; i++)
            Save($"{"ab"[i % 2]}/{i}.png", 16, 16, (x, y) => kind switch
            {
                "grey" => (x * 16, x * 16, x * 16),
                "tint" => (x * 16, x * 14, x * 11),
                "red or blue" => x is > 4 and < 9 ? (255, 255, 255) : i % 2 == 0 ? (200, 40, 40) : (40, 40, 200),
                _ => (x * 16, y * 16, 255 - x * 16),
            });
        var set = Open();
        Assert.Equal(channels, set.Shape.Channels);
        Assert.Equal(note, set.Notes.Count == 0 ? null : Assert.Single(set.Notes)[..note!.Length]);
        Assert.Equal(3, Open(new() { Channels = 3 }).Shape.Channels);
        Assert.Equal(1, Open(new() { Channels = 1 }).Shape.Channels);
    }

    [Fact]
    public void OneColouredAmongMany_IsTold()
    {
        for (int i = 0; i < 40; i++)
            Save($"{"ab"[i % 2]}/{i:00}.png", 8, 8, (x, y) => i == 7 ? (x * 30, y * 30, 0) : (x * 30, x * 30, x * 30));
        var set = Open();
        Assert.Equal(1, set.Shape.Channels);
        Assert.Equal("1 of 40 images that were looked at have colours; all are read as grey. Give 3 channels to keep colours.", Assert.Single(set.Notes));
    }

    // Its head says that it is grey; behind that it is cut off, and left out: 1 of 10 has colours, not 1 of 11.
    [Fact]
    public void DamagedGreyImage_DoesNotCount()
    {
        for (int i = 0; i < 10; i++)
            Save($"{"ab"[i % 2]}/{i}.png", 8, 8, (x, y) => i == 7 ? (x * 30, y * 30, 0) : (x * 30, x * 30, x * 30));
        File.WriteAllBytes(folder["set/a/damaged.png"], MadeImages.Grey()[..^20]);
        var set = Open();
        Assert.Equal((10, 3), (set.Count, set.Shape.Channels));
        Assert.Single(set.Skipped);
    }

    // A picture of 4 x 2 becomes one of 4 x 4.
    [Theory]
    [InlineData(ImageFit.Pad, "0999 9999", "9999 0999 9999 9999")]
    [InlineData(ImageFit.Crop, "0550 0550", "5555 5555 5555 5555")]
    [InlineData(ImageFit.Stretch, "0550 0550", "0550 0550 0550 0550")]
    public void Fit_TreatsOtherProportions(ImageFit fit, string image, string expected)
    {
        var result = new byte[16];
        FitKernel.Run([.. image.Where(char.IsDigit).Select(c => (byte)(c - '0'))], new ImageShape(1, 2, 4), fit, result, 4, 4);
        Assert.Equal(expected, string.Join(' ', result.Chunk(4).Select(r => string.Concat(r))));
    }

    [Fact]
    public void Photograph_IsReadAlikeInTrainingAndPrediction()
    {
        for (int i = 0; i < 4; i++)
            Save($"{"ab"[i % 2]}/{i}.jpg", 640, 480, (x, y) => (x / 3, y / 2, i * 60));
        var set = Open();
        Assert.Equal(new ImageShape(3, 96, 128), set.Shape);
        var card = new ModelCard("cnn", set.Classes, Preprocessing.Measured(set.Shape, set, [0, 1, 2, 3]));
        Assert.Equal(ImageFit.Pad, card.Preprocessing.Fit);
        var recognizer = new Recognizer(Mekiki.Vision.Models.Catalogue.Find("cnn").Create(set.Shape, 2, seed: 1), card);
        var batch = new Loader(set, [2], card.Preprocessing.Pipeline(set.Shape));
        batch.Start(0);
        Assert.Equal(recognizer.Scores(batch.Next()!.ToTensor()).ToArray(), recognizer.Scores(recognizer.Prepare(ImageInput.FromFile(folder[$"set/{set.Names[2]}"]))).ToArray());
    }

    [Fact]
    public void CardsOfBefore_Stretch() =>
        Assert.Equal(ImageFit.Stretch, new Preprocessing(1, 8, 8).Fit);

    private ImageSet Open(ImageSetOptions? options = null) => ImageSet.Open(folder["set"], (options ?? new()) with { CacheFolder = folder["cache"] });

    private void Save(string name, int width, int height, Func<int, int, (int Red, int Green, int Blue)> colour)
    {
        string path = folder[$"set/{name}"];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var bitmap = new SkiaSharp.SKBitmap(width, height, SkiaSharp.SKColorType.Rgba8888, SkiaSharp.SKAlphaType.Opaque);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
            {
                var (red, green, blue) = colour(x, y);
                bitmap.SetPixel(x, y, new SkiaSharp.SKColor((byte)red, (byte)green, (byte)blue));
            }

        using var file = File.Create(path);
        bitmap.Encode(file, name.EndsWith(".jpg") ? SkiaSharp.SKEncodedImageFormat.Jpeg : SkiaSharp.SKEncodedImageFormat.Png, 90);
    }
}
