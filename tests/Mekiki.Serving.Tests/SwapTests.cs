using System.Net.Sockets;
using System.Text;

namespace Mekiki.Serving.Tests;

/// <summary>Model files change, and services end, while requests go on: none is lost.</summary>
public class SwapTests
{
    [Fact]
    public async Task Swaps_UnderLoad_LoseNothing()
    {
        await using var service = await Service.Start(o => o.WatchInterval = 5, ("m", Made.Fresh(1, "a", "b")));
        var models = new[] { Made.Fresh(2, "c", "d", "e"), Made.Fresh(3, "f", "g") };
        using var end = new CancellationTokenSource();
        int good = 0;
        var clients = Enumerable.Range(0, 8).Select(async c =>
        {
            while (!end.IsCancellationRequested)
            {
                var answer = await Service.Json(service.Post("/models/m/predict", Made.Pngs[Interlocked.Increment(ref good) % Made.Pngs.Length]));
                // Always of one model: never the labels of one with the number of classes of another.
                string labels = string.Concat(answer.GetProperty("top").EnumerateArray().Select(t => t.GetProperty("label").GetString()).Order());
                Assert.Contains(labels, new[] { "ab", "cde", "fg" });
            }
        }).ToArray();
        int swaps = 20;
        for (int i = 0; i < swaps; i++)
        {
            string next = service.FileOf("m") + ".next";
            models[i % 2].Save(next);
            File.SetLastWriteTimeUtc(next, DateTime.UtcNow.AddSeconds(i - 1000));
            File.Move(next, service.FileOf("m"), overwrite: true);
            await Until(async () => (await Service.Json(service.Client.GetAsync("/models", TestContext.Current.CancellationToken))).GetProperty("models")[0].GetProperty("version").GetInt32() == i + 2);
        }

        await end.CancelAsync();
        await Task.WhenAll(clients);
        Assert.True(good > swaps);
    }

    [Fact]
    public async Task BadFile_KeepsTheOldModel()
    {
        await using var service = await Service.Start(o => o.WatchInterval = 5, ("swapped", Made.Fresh(1, "a", "b")));
        File.WriteAllText(service.FileOf("swapped"), "no model");
        await Until(async () => (await service.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken)).Contains("mekiki_model_reloads_total{model=\"swapped\",outcome=\"failed\"} ", StringComparison.Ordinal));
        Assert.Contains((await Service.Json(service.Post("/models/swapped/predict", Made.Pngs[0]))).GetProperty("label").GetString(), new[] { "a", "b" });
        Made.Fresh(2, "c", "d").Save(service.FileOf("swapped"));
        await Until(async () => (await Service.Json(service.Post("/models/swapped/predict", Made.Pngs[0]))).GetProperty("label").GetString() is "c" or "d");
    }

    [Fact]
    public async Task Stop_AnswersWhatWasBegun()
    {
        await using var service = await Service.Start();
        using var client = new TcpClient();
        await client.ConnectAsync(service.Address.Host, service.Address.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        byte[] png = Made.Pngs[0];
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /models/kana/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: {png.Length}\r\nExpect: 100-continue\r\n\r\n"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        // The service says so when it begins to read the body.
        Assert.Equal("HTTP/1.1 100 Continue", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Equal("", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        await stream.WriteAsync(png.AsMemory(0, 100), TestContext.Current.CancellationToken);
        var stop = service.Stop();
        await Task.Delay(100, TestContext.Current.CancellationToken);
        await stream.WriteAsync(png.AsMemory(100), TestContext.Current.CancellationToken);
        string answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains("\"label\":", answer);
        Assert.StartsWith("HTTP/1.1 200", answer);
        await stop;
    }

    private static async Task Until(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await isSo())
            await Task.Delay(5, limit.Token);
    }
}
