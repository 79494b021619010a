using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Kana;

namespace Mekiki.Vision.Tests;

/// <summary>The recognizer of hiragana that is part of the library.</summary>
public sealed class BuiltInRecognizerTests
{
    private static readonly Lazy<Recognizer> hiragana = new(() => Recognizer.Load("hiragana"));

    [Fact]
    public void Hiragana_IsSmall_AndSaysWhatItIs()
    {
        using var stream = typeof(BuiltInRecognizer).Assembly.GetManifestResourceStream("hiragana.safetensors")!;
        Assert.InRange(stream.Length, 1, 2_000_000);
        Assert.Equal(KanaSet.Characters, hiragana.Value.Classes);
        Assert.Equal(ImageFit.Ink, hiragana.Value.Preprocessing.Fit);
        Assert.True(hiragana.Value.Card.Metrics!.Count > 0);
        Assert.NotNull(hiragana.Value.Card.Calibration);
        Assert.Equal(["hiragana"], BuiltInRecognizer.All.Select(r => r.Name));
    }

    [Fact]
    public void NearName_IsSuggested() => Assert.EndsWith("Did you mean 'hiragana'?", Assert.Throws<MekikiException>(() => Recognizer.Load("hiragan")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(KanaHand.Print)]
    [InlineData(KanaHand.Pen)]
    public void DrawnCharacters_OfAnotherSeed_AreRead(KanaHand hand)
    {
        var set = KanaSet.Draw(10 * 73, 1, seed: 99, hand: hand);
        var predictions = hiragana.Value.Predict([.. Enumerable.Range(0, 10 * 73).Select(i => Input(set.Image(i).ToArray(), 48, 48))], cancellation: TestContext.Current.CancellationToken).ToArray();
        int right = Enumerable.Range(0, 10 * 73).Count(i => predictions[i].Prediction!.Label == set.Classes[set.Labels[i]]);
        Assert.InRange(right, 0.96 * 730, 730);
    }

    [Fact]
    public void PlaceSizeAndGround_DoNotMatter()
    {
        var set = KanaSet.Draw(2 * 73, 1, seed: 7, hand: KanaHand.Pen);
        int changed = 0;
        for (int i = 0; i < 73; i++)
        {
            byte[] character = set.Image(i).ToArray(), chalk = [.. character.Select(v => (byte)(255 - v))], large = new byte[200 * 300];
            Array.Fill(large, character[0]);
            for (int y = 0; y < 48; y++)
                character.AsSpan(48 * y, 48).CopyTo(large.AsSpan((30 + y) * 300 + 211));
            string[] labels = [.. new[] { Input(character, 48, 48), Input(chalk, 48, 48), Input(large, 300, 200) }.Select(image => hiragana.Value.Predict(image).Label!)];
            Assert.Equal(labels[0], labels[1]);
            changed += labels[0] == labels[2] ? 0 : 1;
        }

        Assert.InRange(changed, 0, 3);
    }

    private static ImageInput Input(byte[] pixels, int width, int height) => ImageInput.FromPixels(pixels, width, height, PixelFormat.Gray8);
}
