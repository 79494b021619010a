using System.Runtime.CompilerServices;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Tests.Data;
using SkiaSharp;

namespace Mekiki.Vision.Tests;

/// <summary>Every way in which a program may give images, and every form of answer.</summary>
public sealed class RecognizerInputTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Recognizer grey = Made(1), colour = Made(3);

    public static TheoryData<PixelFormat> Formats => [.. Enum.GetValues<PixelFormat>()];

    // The last layer of SqueezeNet is a convolution under a ReLU.
    public static TheoryData<string> Names => [.. Catalogue.All.Where(m => !m.IsFitted && m.Name != "squeezenet1_1" && m.Build(m.DefaultInput, 3).ParameterCount() < 15_000_000).Select(m => m.Name)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    private static Recognizer Made(int channels) => new(Catalogue.Find("cnn").Create(new(channels, 12, 16), 4, seed: 1), new ModelCard("cnn", ["a", "b", "c", "d"], new Preprocessing(channels, 12, 16, Mean: 0.4f, Deviation: 0.3f)));

    // A picture of 20 x 14 pixels with other colours everywhere, and the same as a file.
    private static byte[] Rgba() => [.. Enumerable.Range(0, 20 * 14).SelectMany(i => (byte[])[(byte)(i * 7), (byte)(i * 3 + 50), (byte)(255 - i), (byte)(i % 3 == 0 ? 255 : i)])];

    private static byte[] Png(byte[] rgba)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(20, 14, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        rgba.CopyTo(bitmap.GetPixelSpan());
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static byte[] Reordered(byte[] rgba, PixelFormat format, int stride)
    {
        int[] order = format switch { PixelFormat.Rgba32 => [0, 1, 2, 3], PixelFormat.Bgra32 => [2, 1, 0, 3], PixelFormat.Rgb24 => [0, 1, 2], PixelFormat.Bgr24 => [2, 1, 0], _ => [0] };
        var rows = new byte[13 * stride + 20 * order.Length];
        for (int i = 0; i < 20 * 14; i++)
            for (int c = 0; c < order.Length; c++)
                rows[i / 20 * stride + i % 20 * order.Length + c] = rgba[4 * i + order[c]];
        return rows;
    }

    [Fact]
    public async Task EveryWayIn_SeesTheSameImage()
    {
        byte[] png = Png(Rgba());
        File.WriteAllBytes(folder["a.png"], png);
        var expected = colour.Predict(folder["a.png"]).Top;
        Assert.Equal(4, expected.Count);
        Assert.Equal(expected, colour.Predict(png).Top);
        Assert.Equal(expected, colour.Predict(new MemoryStream(png)).Top);
        Assert.Equal(expected, colour.Predict(ImageInput.FromBytes(png)).Top);
        Assert.Equal(expected, colour.Predict(ImageInput.FromPixels(Rgba(), 20, 14, PixelFormat.Rgba32)).Top);
        Assert.Equal(expected, (await colour.PredictAsync(ImageInput.FromFile(folder["a.png"]), cancellation: Token)).Top);
        Assert.Equal(expected, (await colour.PredictAsync(new Trickle(png), cancellation: Token)).Top);
        Assert.Equal(expected, Assert.Single(colour.Predict([ImageInput.FromBytes(png, "x")], cancellation: Token)).Prediction!.Top);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Pixels_OfEachFormatAndStride_AreThoseOfTheFile(PixelFormat format)
    {
        byte[] rgba = Rgba();
        if (format is not (PixelFormat.Rgba32 or PixelFormat.Bgra32))
            for (int i = 0; i < rgba.Length; i += 4)
                (rgba[i + 1], rgba[i + 2], rgba[i + 3]) = format == PixelFormat.Gray8 ? (rgba[i], rgba[i], (byte)255) : (rgba[i + 1], rgba[i + 2], (byte)255);
        byte[] png = Png(rgba);
        foreach (var recognizer in new[] { grey, colour })
            foreach (int stride in new[] { 80, 96 })
            {
                var pixels = ImageInput.FromPixels(Reordered(rgba, format, stride), 20, 14, format, stride);
                Assert.Equal(recognizer.Prepare(ImageInput.FromBytes(png)).ToArray(), recognizer.Prepare(pixels).ToArray());
            }
    }

    [Fact]
    public void Pixels_ThatCannotBe_AreRefused()
    {
        Assert.StartsWith("Pixels: expected 1,120 bytes for 20 x 14 pixels of Rgba32 with 80 bytes from row to row, got 1,119.",
            Assert.Throws<ArgumentException>(() => ImageInput.FromPixels(new byte[1119], 20, 14, PixelFormat.Rgba32)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageInput.FromPixels(new byte[9], 0, 1, PixelFormat.Gray8));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageInput.FromPixels(new byte[9], 1, 6145, PixelFormat.Gray8));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageInput.FromPixels(new byte[9], 3, 1, PixelFormat.Rgb24, stride: 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => ImageInput.FromPixels(new byte[9], 3, 1, (PixelFormat)9));
        // A stride that would make the last row begin beyond any array.
        Assert.Throws<ArgumentException>(() => ImageInput.FromPixels(new byte[9], 1, 6144, PixelFormat.Gray8, int.MaxValue));
    }

    [Fact]
    public void Null_IsNamed()
    {
        Assert.Equal("path", Assert.Throws<ArgumentNullException>(() => grey.Predict((string)null!)).ParamName);
        Assert.Equal("stream", Assert.Throws<ArgumentNullException>(() => grey.Predict((Stream)null!)).ParamName);
        Assert.Equal("image", Assert.Throws<ArgumentNullException>(() => grey.Predict((ImageInput)null!)).ParamName);
        Assert.Equal("images", Assert.Throws<ArgumentNullException>(() => grey.Predict((IEnumerable<ImageInput>)null!, cancellation: Token)).ParamName);
        Assert.Equal("paths", Assert.Throws<ArgumentNullException>(() => grey.Predict((IEnumerable<string>)null!, cancellation: Token)).ParamName);
        Assert.Equal("path", Assert.Throws<ArgumentNullException>(() => Recognizer.Load(null!)).ParamName);
    }

    [Fact]
    public void Stream_LongerThanAnImageMayBe_IsRefused_BeforeItFillsTheMemory()
    {
        var endless = new Endless();
        Assert.Equal("upload: expected at most 128 MiB, got a stream that brings more. Give a smaller image.", Assert.Throws<MekikiException>(() => ImageInput.FromStream(endless, "upload")).Message);
        Assert.InRange(endless.Given, ImageInput.MostBytes, ImageInput.MostBytes + (1 << 20));
    }

    [Fact]
    public void Bytes_ThatAreNoImage_AreNamed()
    {
        Assert.Equal("image: expected an image (PNG, JPEG, TIFF, BMP, GIF or WebP), got something else. Check the file.", Assert.Throws<MekikiException>(() => grey.Predict("not an image, but text"u8.ToArray())).Message);
        Assert.Equal("x: expected an image, got 0 bytes. Check the file.", Assert.Throws<MekikiException>(() => grey.Prepare(ImageInput.FromBytes(Png(Rgba())), ImageInput.FromBytes(default, "x"))).Message);
    }

    [Fact]
    public void Threshold_DoesNotChangeTheAnswer_ButWhetherItIsAccepted()
    {
        byte[] png = Png(Rgba());
        float probability = grey.Predict(png).Probability;
        Assert.True(grey.Predict(png).IsAccepted);
        Assert.True(grey.Predict(png, new PredictOptions { Threshold = probability }).IsAccepted);
        var refused = grey.Predict(png, new PredictOptions { Threshold = MathF.BitIncrement(probability) });
        Assert.Equal((false, probability), (refused.IsAccepted, refused.Probability));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PredictOptions { Threshold = 1.5f });
        Assert.Throws<ArgumentOutOfRangeException>(() => new PredictOptions { Threshold = float.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => new PredictOptions { Top = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new PredictOptions { BatchSize = 0 });
    }

    [Fact]
    public void Probabilities_AreThoseOfTheAnswers()
    {
        var x = colour.Prepare(ImageInput.FromBytes(Png(Rgba())), ImageInput.FromBytes(MadeImages.Grey()));
        Assert.Equal([2, 3, 12, 16], x.Shape);
        var probabilities = colour.Probabilities(x);
        Assert.Equal([2, 4], probabilities.Shape);
        var top = colour.Predict(Png(Rgba())).Top;
        Assert.All(top, t => Assert.Equal(t.Probability, probabilities.ToArray()[colour.Classes.ToList().IndexOf(t.Label)], 1e-6f));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Features_AreWhatTheLastLayerTakes(string model)
    {
        var entry = Catalogue.Find(model);
        var recognizer = new Recognizer(entry.Create(entry.DefaultInput, 3, seed: 1), new ModelCard(model, ["a", "b", "c"], Preprocessing.For(entry.DefaultInput)));
        var generator = new Generator(5);
        var x = Tensor.Uniform([2, entry.DefaultInput.Channels, entry.DefaultInput.Height, entry.DefaultInput.Width], ref generator);
        var features = recognizer.Features(x);
        Assert.Equal(2, features.Shape[0]);
        // The last linear layer, by its weights alone, makes the scores of them; an ensemble's members each have a part of them.
        var state = recognizer.Network.StateDict().ToDictionary(t => t.Name, t => t.Tensor);
        string[] layers = [.. recognizer.Network.StateDict().Select(t => t.Name).Where(n => n.EndsWith(".weight", StringComparison.Ordinal) && state[n].Shape is { Rank: 2 } shape && shape[0] == 3
            && !n.StartsWith("aux", StringComparison.Ordinal)).Select(n => n[..^7])];
        int at = 0;
        Tensor? sum = null;
        foreach (string layer in layers)
        {
            int length = state[layer + ".weight"].Shape[1];
            var part = features.Narrow(1, at, length).MatMul(state[layer + ".weight"].Transpose(0, 1));
            if (state.TryGetValue(layer + ".bias", out var bias))
                part += bias;
            (sum, at) = (sum is null ? part : sum + part, at + length);
        }

        Assert.Equal(features.Shape[1], at);
        Assert.Equal(recognizer.Scores(x).ToArray(), (sum! * (1f / (recognizer.Network is Airbench ? 9 : layers.Length))).ToArray(), (a, b) => Math.Abs(a - b) <= 1e-4f * (1 + Math.Abs(a)));
    }

    [Fact]
    public void Features_OfANetworkThatHasNone_SayWhatToDo()
    {
        var recognizer = new Recognizer(new Bare(), new ModelCard("bare", ["a"], new Preprocessing(1, 2, 2)));
        Assert.Equal("Features: expected a network that is IHasFeatures, got Bare. Implement IHasFeatures in it.", Assert.Throws<NotSupportedException>(() => recognizer.Features(Tensor.Zeros([1, 1, 2, 2]))).Message);
    }

    [Fact]
    public async Task Stream_OfImages_IsAnsweredInOrder_WithoutWaitingForImagesThatHaveNotCome()
    {
        byte[] png = Png(Rgba());
        var gate = new TaskCompletionSource();
        var answers = colour.PredictAsync(Images(), new PredictOptions { BatchSize = 3 }, Token).GetAsyncEnumerator(Token);
        // The fifth image comes only when four were answered.
        for (int i = 0; i < 4; i++)
        {
            Assert.True(await answers.MoveNextAsync());
            Assert.Equal(i.ToString(), answers.Current.Image);
            Assert.Equal(i == 2 ? "expected an image, got 0 bytes" : null, answers.Current.Error);
        }

        gate.SetResult();
        Assert.True(await answers.MoveNextAsync());
        Assert.Equal("4", answers.Current.Image);
        Assert.False(await answers.MoveNextAsync());
        await answers.DisposeAsync();

        async IAsyncEnumerable<ImageInput> Images()
        {
            for (int i = 0; i < 5; i++)
            {
                if (i == 4)
                    await gate.Task;
                yield return ImageInput.FromBytes(i == 2 ? default : png, i.ToString());
            }
        }
    }

    [Fact]
    public async Task Stream_ThatFails_GivesItsErrorAfterTheAnswers_AndOneThatIsLeft_IsDisposed()
    {
        byte[] png = Png(Rgba());
        bool isDisposed = false;
        int answered = 0;
        var problem = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (var _ in colour.PredictAsync(Images(fail: true, Token), cancellation: Token))
                answered++;
        });
        Assert.Equal(("the camera is gone", 2, true), (problem.Message, answered, isDisposed));

        isDisposed = false;
        await foreach (var _ in colour.PredictAsync(Images(fail: false, Token), cancellation: Token))
            break;
        Assert.True(isDisposed);

        using var source = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in colour.PredictAsync(Images(fail: false, Token), cancellation: source.Token))
                source.Cancel();
        });

        async IAsyncEnumerable<ImageInput> Images(bool fail, [EnumeratorCancellation] CancellationToken cancellation = default)
        {
            try
            {
                for (int i = 0; ; i++)
                {
                    if (fail && i == 2)
                        throw new InvalidDataException("the camera is gone");
                    await Task.Delay(1, cancellation);
                    yield return ImageInput.FromBytes(png);
                }
            }
            finally
            {
                isDisposed = true;
            }
        }
    }

    [Fact]
    public void ManyImages_CanBeStoppedBetweenBatches()
    {
        using var source = new CancellationTokenSource();
        int answered = 0;
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (var _ in grey.Predict(Enumerable.Repeat(ImageInput.FromBytes(Png(Rgba())), 100), new PredictOptions { BatchSize = 10 }, source.Token))
                if (++answered == 15)
                    source.Cancel();
        });
        Assert.Equal(20, answered);
    }

    private sealed class Bare : Module
    {
        public override Tensor Forward(Tensor x) => x.Flatten().Narrow(1, 0, 1);
    }

    /// <summary>Brings three bytes at a time.</summary>
    private sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(3, buffer.Length)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(3, count));
    }

    private sealed class Endless : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Given += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
