using System.Buffers.Binary;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Mekiki.Vision;
using Mekiki.Vision.Images;

namespace Mekiki.Serving.Tests;

/// <summary>Served answers are the recognizer's own, bit for bit, by each route and whatever is recognized together.</summary>
public class EqualAnswersTests
{
    private static readonly int classes = Made.Trained.Classes.Count;

    private static Prediction Own(byte[] image, PredictOptions? options = null) => Made.Trained.Predict(ImageInput.FromBytes(image), options);

    // All at once, so that they meet in batches.
    private static Task<T[]> All<T>(Func<byte[], Task<T>> ask) => Task.WhenAll(Made.Pngs.Select(ask));

    [Fact]
    public async Task Predict_OneImage_IsTheRecognizersAnswer()
    {
        await using var service = await Service.Start();
        var options = new PredictOptions { Top = 7, UnknownAt = 95, Coverage = 90 };
        var answers = await All(png => Service.Json(service.Post("/models/kana/predict?top=7&unknown_at=95&set=90", png)));
        foreach (var (answer, png) in answers.Zip(Made.Pngs))
        {
            var own = Own(png, options);
            Assert.Equal(own.Top, Top(answer));
            Assert.Equal(own.Label, answer.GetProperty("label").GetString());
            Assert.Equal(own.Probability, answer.GetProperty("probability").GetSingle());
            Assert.Equal(!own.IsKnown, answer.GetProperty("unknown").GetBoolean());
            Assert.Equal(own.KnownScore, answer.GetProperty("known_score").GetDouble());
            Assert.Equal(own.Set, answer.GetProperty("set").EnumerateArray().Select(s => s.GetString()!));
        }
    }

    [Fact]
    public async Task Predict_Many_AnswersEachAndSaysWhichCannotBeRead()
    {
        await using var service = await Service.Start(o => o.MostImages = 200);
        byte[][] images = [.. Made.Pngs[..70], Encoding.UTF8.GetBytes("no image"), .. Made.Pngs[70..]];
        var answers = (await Service.Json(service.Post("/models/kana/predict", images))).GetProperty("images").EnumerateArray().ToArray();
        Assert.Equal(images.Length, answers.Length);
        for (int i = 0; i < images.Length; i++)
        {
            Assert.Equal($"{i}.png", answers[i].GetProperty("image").GetString());
            if (i == 70)
                Assert.StartsWith("70.png: expected an image", answers[i].GetProperty("error").GetString());
            else
                Assert.Equal(Own(images[i]).Top, Top(answers[i]));
        }
    }

    [Fact]
    public async Task HuggingFace_RawAndBase64_IsTheRecognizersAnswer()
    {
        await using var service = await Service.Start();
        var raw = await All(png => Service.Json(service.Post("/models/kana", png)));
        var text = await All(png => Service.Json(service.Post("/models/kana", Encoding.UTF8.GetBytes($"{{\"inputs\":\"{Convert.ToBase64String(png)}\",\"parameters\":{{\"top_k\":3}}}}"), "application/json")));
        foreach (var (i, png) in Made.Pngs.Index())
        {
            Assert.Equal(Own(png).Top, Scores(raw[i]));
            Assert.Equal(Own(png, new() { Top = 3 }).Top, Scores(text[i]));
        }

        static IEnumerable<LabelProbability> Scores(JsonElement list) => list.EnumerateArray().Select(e => new LabelProbability(e.GetProperty("label").GetString()!, e.GetProperty("score").GetSingle()));
    }

    [Theory]
    [InlineData("BYTES")]
    [InlineData("UINT8")]
    [InlineData("FP32")]
    public async Task Infer_Json_IsTheRecognizersAnswer(string type)
    {
        await using var service = await Service.Start(o => o.MostImages = 200);
        int count = 40;
        string data = type == "BYTES"
            ? string.Join(",", Made.Pngs[..count].Select(p => $"\"{Convert.ToBase64String(p)}\""))
            : string.Join(",", Enumerable.Range(1, count).Select(i => $"[[{string.Join(",", Made.Images.Image(i).ToArray())}]]"));
        string shape = type == "BYTES" ? $"[{count}]" : $"[{count},1,48,48]";
        string body = $"{{\"id\":\"7\",\"inputs\":[{{\"name\":\"{(type == "BYTES" ? "image" : "pixels")}\",\"shape\":{shape},\"datatype\":\"{type}\",\"data\":[{data}]}}]}}";
        var answer = await Service.Json(service.Post("/v2/models/kana/infer", Encoding.UTF8.GetBytes(body), "application/json"));
        Assert.Equal("7", answer.GetProperty("id").GetString());
        var outputs = answer.GetProperty("outputs").EnumerateArray().ToDictionary(o => o.GetProperty("name").GetString()!);
        Assert.Equal([count, classes], outputs["probabilities"].GetProperty("shape").EnumerateArray().Select(s => s.GetInt32()));
        float[] probabilities = [.. outputs["probabilities"].GetProperty("data").EnumerateArray().Select(v => v.GetSingle())];
        Assert.Equal(ExpectedProbabilities(count), probabilities);
        Assert.Equal(Made.Pngs[..count].Select(p => Own(p).Label), outputs["label"].GetProperty("data").EnumerateArray().Select(v => v.GetString()!));
    }

    [Theory]
    [InlineData("BYTES")]
    [InlineData("UINT8")]
    [InlineData("FP32")]
    public async Task Infer_Binary_IsTheRecognizersAnswer(string type)
    {
        await using var service = await Service.Start(o => o.MostImages = 200);
        int count = 40;
        var tensor = new MemoryStream();
        for (int i = 0; i < count; i++)
            if (type == "BYTES")
            {
                tensor.Write(BitConverter.GetBytes(Made.Pngs[i].Length));
                tensor.Write(Made.Pngs[i]);
            }
            else
                foreach (byte pixel in Made.Images.Image(i + 1))
                    tensor.Write(type == "UINT8" ? [pixel] : BitConverter.GetBytes((float)pixel));
        string shape = type == "BYTES" ? $"[{count},1]" : $"[{count},1,48,48]";
        string head = $"{{\"inputs\":[{{\"name\":\"{(type == "BYTES" ? "image" : "pixels")}\",\"shape\":{shape},\"datatype\":\"{type}\",\"parameters\":{{\"binary_data_size\":{tensor.Length}}}}}],"
            + "\"outputs\":[{\"name\":\"probabilities\",\"parameters\":{\"binary_data\":true}},{\"name\":\"label\",\"parameters\":{\"binary_data\":true}}]}";
        using var response = await Infer(service, head, tensor.ToArray());
        byte[] body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        int length = int.Parse(response.Headers.GetValues("Inference-Header-Content-Length").Single(), CultureInfo.InvariantCulture);
        var outputs = JsonDocument.Parse(body.AsMemory(0, length)).RootElement.GetProperty("outputs").EnumerateArray().ToArray();
        int[] sizes = [.. outputs.Select(o => o.GetProperty("parameters").GetProperty("binary_data_size").GetInt32())];
        Assert.Equal(body.Length - length, sizes.Sum());
        float[] probabilities = [.. Enumerable.Range(0, sizes[0] / 4).Select(i => BinaryPrimitives.ReadSingleLittleEndian(body.AsSpan(length + 4 * i)))];
        Assert.Equal(ExpectedProbabilities(count), probabilities);
        var labels = new List<string>();
        for (int at = length + sizes[0]; at < body.Length; at += 4 + BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(at)))
            labels.Add(Encoding.UTF8.GetString(body.AsSpan(at + 4, BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(at)))));
        Assert.Equal(Made.Pngs[..count].Select(p => Own(p).Label), labels);
    }

    [Fact]
    public async Task Infer_Classification_TellsTheBestInWords()
    {
        await using var service = await Service.Start();
        string body = $"{{\"inputs\":[{{\"name\":\"image\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"{Convert.ToBase64String(Made.Pngs[0])}\"]}}],\"outputs\":[{{\"name\":\"probabilities\",\"parameters\":{{\"classification\":3}}}}]}}";
        var output = (await Service.Json(service.Post("/v2/models/kana/versions/1/infer", Encoding.UTF8.GetBytes(body), "application/json"))).GetProperty("outputs").EnumerateArray().Single();
        Assert.Equal("BYTES", output.GetProperty("datatype").GetString());
        Assert.Equal([1, 3], output.GetProperty("shape").EnumerateArray().Select(s => s.GetInt32()));
        var own = Own(Made.Pngs[0]);
        Assert.Equal(own.Top.Take(3).Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Probability}:{Made.Trained.Classes.ToList().IndexOf(t.Label)}:{t.Label}")), output.GetProperty("data").EnumerateArray().Select(v => v.GetString()!));
    }

    [Fact]
    public async Task Pictures_OfOtherSizesAndColours_ArePreparedAsTheRecognizerDoes()
    {
        await using var service = await Service.Start();
        byte[] grey = [.. Enumerable.Range(0, 90 * 70).Select(i => (byte)(i * 7))], large = new byte[1200 * 1100];
        new Random(3).NextBytes(large);
        foreach (byte[] picture in new[] { Made.Png(grey, 90, 70), Made.Png(grey, 70, 90), Made.Png(large, 1200, 1100) })
            Assert.Equal(Own(picture).Top, Top(await Service.Json(service.Post("/models/kana/predict", picture))));
    }

    internal static Task<HttpResponseMessage> Infer(Service service, string head, byte[] tensor, int? headLength = null)
    {
        byte[] text = Encoding.UTF8.GetBytes(head);
        var content = new ByteArrayContent([.. text, .. tensor]) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        content.Headers.Add("Inference-Header-Content-Length", (headLength ?? text.Length).ToString(CultureInfo.InvariantCulture));
        return service.Client.PostAsync("/v2/models/kana/infer", content, TestContext.Current.CancellationToken);
    }

    private static float[] ExpectedProbabilities(int count) =>
        [.. Made.Pngs[..count].SelectMany(p => Own(p, new() { Top = classes }) is var own ? Made.Trained.Classes.Select(c => own.Top.Single(t => t.Label == c).Probability) : [])];

    private static LabelProbability[] Top(JsonElement answer) => [.. answer.GetProperty("top").EnumerateArray().Select(t => new LabelProbability(t.GetProperty("label").GetString()!, t.GetProperty("probability").GetSingle()))];
}
