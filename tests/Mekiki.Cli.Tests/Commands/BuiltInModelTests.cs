using System.Text.Json;
using Mekiki.Vision.Data;
using Mekiki.Vision.Kana;
using SkiaSharp;

namespace Mekiki.Cli.Tests.Commands;

/// <summary>Commands with a recognizer that is part of Mekiki, by its name.</summary>
public sealed class BuiltInModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Predict_ReadsDrawings_DarkOrLight_WhereverTheyLie()
    {
        foreach (string character in new[] { "あ", "ろ", "が", "ん" })
        {
            File.WriteAllBytes(folder[$"{character}.png"], Drawing(character, light: false));
            File.WriteAllBytes(folder[$"{character}-light.png"], Drawing(character, light: true));
        }

        var run = TestHost.Run(["predict", "hiragana", folder[""], "--json"]);
        Assert.Equal((0, ""), (run.Code, run.Error));
        var answers = run.Out.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(8, answers.Length);
        Assert.All(answers, a => Assert.Equal(Path.GetFileName(a.GetProperty("image").GetString())![..1], a.GetProperty("label").GetString()));
    }

    [Fact]
    public void Show_ListsItsLayers() => Assert.Contains("fc2", TestHost.Run(["models", "show", "hiragana"]).Out);

    [Fact]
    public void Test_AsksForData() => Assert.Contains("data", TestHost.Run(["test", "hiragana"]).Mistake(), StringComparison.Ordinal);

    // A character of kana, small in a corner of a large picture.
    private static byte[] Drawing(string character, bool light)
    {
        var set = KanaSet.Draw(73, 1, seed: 3, hand: KanaHand.Pen);
        int index = Enumerable.Range(0, 73).First(i => set.Classes[set.Labels[i]] == character);
        using var bitmap = new SKBitmap(new SKImageInfo(320, 240, SKColorType.Gray8, SKAlphaType.Opaque));
        byte ground = set.Image(index)[0];
        for (int y = 0; y < 240; y++)
            for (int x = 0; x < 320; x++)
            {
                byte value = x >= 240 && x < 288 && y >= 20 && y < 68 ? set.Image(index)[(y - 20) * 48 + x - 240] : ground;
                byte shown = light ? (byte)(255 - value) : value;
                bitmap.SetPixel(x, y, new SKColor(shown, shown, shown));
            }

        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
