using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Mekiki.Serving;
using Mekiki.Vision;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Mekiki.Cli.Tests.Commands;

/// <summary>What <c>mekiki predict</c> and the service say of the same 2,000 scanned characters is the same, by each route.</summary>
public sealed class ServedAnswersTests : IDisposable
{
    private const int Count = 2000, AtOnce = 32;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // Half a minute.
    [Fact(Explicit = true)]
    public async Task RealImages_ByEachRoute_EqualTheCommandsAnswers()
    {
        using (var zip = ZipFile.OpenRead(Shared.File("data/hiragana73-64k.zip")))
        {
            Directory.CreateDirectory(folder["scans"]);
            var entries = zip.Entries.Where(e => e.Name.EndsWith(".png", StringComparison.Ordinal)).ToArray();
            for (int i = 0; i < Count; i++)
                entries[(long)i * entries.Length / Count].ExtractToFile(folder[$"scans/{i:0000}.png"]);
        }

        Assert.Equal(0, TestHost.Run("train", "--model", "kana-net", "--train", "2190", "--test", "219", "--validation", "365", "--epochs", "2", "--out", folder["run"]).Code);
        var told = TestHost.Run("predict", folder["run"], folder["scans"], "--json", "--set", "90", "--unknown-at", "95");
        JsonElement[] lines = [.. told.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal(Count, lines.Length);
        string[] files = [.. lines.Select(l => l.GetProperty("image").GetString()!)];
        byte[][] images = [.. files.Select(File.ReadAllBytes)];
        // The command prints six digits; these are all of them.
        var recognizer = Recognizer.Load(folder["run"]);
        var own = recognizer.Predict(files, new PredictOptions { Coverage = 90, UnknownAt = 95 }, TestContext.Current.CancellationToken).Select(p => p.Prediction!).ToArray();

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddMekiki("kana", folder["run"]);
        await using var app = builder.Build();
        app.MapMekiki();
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        await Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken }, async (i, _) =>
        {
            var answer = await Post("/models/kana/predict?set=90&unknown_at=95", images[i], "image/png");
            Same(i, answer.GetProperty("top"), "probability");
            Assert.Equal(own[i].Set, answer.GetProperty("set").EnumerateArray().Select(s => s.GetString()!));
            Assert.Equal(!own[i].IsKnown, answer.GetProperty("unknown").GetBoolean());
            Same(i, await Post("/models/kana", images[i], "image/png"), "score");
            // And what the command printed: the same, rounded.
            var line = lines[i];
            Assert.Equal(line.GetProperty("label").GetString(), answer.GetProperty("label").GetString());
            Assert.Equal(line.GetProperty("set").EnumerateArray().Select(s => s.GetProperty("label").GetString()), answer.GetProperty("set").EnumerateArray().Select(s => s.GetString()));
            Assert.Equal(line.GetProperty("top").EnumerateArray().Select(t => (t.GetProperty("label").GetString(), t.GetProperty("probability").GetDouble())),
                answer.GetProperty("top").EnumerateArray().Select(t => (t.GetProperty("label").GetString(), Math.Round((double)t.GetProperty("probability").GetSingle(), 6))));
        });
        await Parallel.ForAsync(0, Count / 50, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, async (part, _) =>
        {
            int[] some = [.. Enumerable.Range(50 * part, 50)];
            using var form = new MultipartFormDataContent();
            foreach (int i in some)
                form.Add(new ByteArrayContent(images[i]), "image", $"{i}.png");
            using var response = await client.PostAsync("/models/kana/predict", form);
            var many = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("images");
            foreach (int i in some)
                Same(i, many[i - 50 * part].GetProperty("top"), "probability");
            string data = string.Join(',', some.Select(i => $"\"{Convert.ToBase64String(images[i])}\""));
            Infer(some, await Post("/v2/models/kana/infer", Encoding.UTF8.GetBytes($"{{\"inputs\":[{{\"name\":\"image\",\"shape\":[50],\"datatype\":\"BYTES\",\"data\":[{data}]}}]}}"), "application/json"));
        });

        void Same(int image, JsonElement top, string score) => Assert.Equal(own[image].Top, top.EnumerateArray().Select(t => new LabelProbability(t.GetProperty("label").GetString()!, t.GetProperty(score).GetSingle())));

        void Infer(int[] some, JsonElement answer)
        {
            var outputs = answer.GetProperty("outputs").EnumerateArray().ToDictionary(o => o.GetProperty("name").GetString()!, o => o.GetProperty("data").EnumerateArray().ToArray());
            int classes = recognizer.Classes.Count;
            foreach (var (n, i) in some.Index())
            {
                Assert.Equal(own[i].Label, outputs["label"][n].GetString());
                var probabilities = outputs["probabilities"][(n * classes)..((n + 1) * classes)].Select((p, c) => new LabelProbability(recognizer.Classes[c], p.GetSingle())).ToArray();
                foreach (var one in own[i].Top)
                    Assert.Contains(one, probabilities);
            }
        }

        async Task<JsonElement> Post(string path, byte[] body, string type)
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
            using var response = await client.PostAsync(path, content);
            string text = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, text);
            return JsonDocument.Parse(text).RootElement;
        }
    }
}
