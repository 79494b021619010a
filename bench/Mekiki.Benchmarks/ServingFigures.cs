using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using SkiaSharp;

namespace Mekiki.Benchmarks;

/// <summary>How many images a second a recognizer answers from PNG files in memory, and how long a service lets clients wait. bench/serving runs both.</summary>
internal static class ServingFigures
{
    /// <summary>Drawn characters as PNG files of 48x48 pixels.</summary>
    public static byte[][] Pngs(int count)
    {
        var set = KanaSet.Draw(trainCount: 1, testCount: count, seed: 9);
        return [.. Enumerable.Range(1, count).Select(i => Png(set.Image(i), set.Shape.Width, set.Shape.Height))];
    }

    /// <summary>A recognizer in batches of 32, decoding included; the median of several stretches.</summary>
    public static void Recognizer(string model, double seconds, int stretches)
    {
        var recognizer = Vision.Recognizer.Load(model);
        ImageInput[] images = [.. Pngs(1024).Select(p => ImageInput.FromBytes(p))];
        var options = new PredictOptions { BatchSize = 32 };
        Run(1);
        double[] rates = [.. Enumerable.Range(0, stretches).Select(_ => Run(seconds)).Order()];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"subject\":\"recognizer\",\"batch\":32,\"img_per_s\":{rates[rates.Length / 2]:0},\"least\":{rates[0]:0},\"most\":{rates[^1]:0}}}"));

        double Run(double time)
        {
            long count = 0, since = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(since).TotalSeconds < time)
                count += recognizer.Predict(images, options).Count();
            return count / Stopwatch.GetElapsedTime(since).TotalSeconds;
        }
    }

    /// <summary>Asks a service at a rate, whether it answers in time or not: how long an answer takes from when it was due.</summary>
    /// <param name="url">The route.</param>
    /// <param name="rate">Requests a second; 0: each connection asks again at once.</param>
    /// <param name="seconds">How long.</param>
    /// <param name="connections">How many.</param>
    public static async Task Load(Uri url, double rate, double seconds, int connections)
    {
        byte[][] requests = [.. Pngs(256).Select(p => (byte[])[.. Encoding.ASCII.GetBytes($"POST {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Type: image/png\r\nContent-Length: {p.Length}\r\n\r\n"), .. p])];
        await Ask(1);
        var (times, bad, elapsed) = await Ask(seconds);
        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"subject\":\"service\",\"rate\":{rate:0},\"connections\":{connections},\"img_per_s\":{times.Count / elapsed:0},\"p50_ms\":{At(0.5):0.00},\"p99_ms\":{At(0.99):0.00},\"most_ms\":{times[^1]:0.00},\"bad\":{bad}}}"));

        double At(double share) => times[(int)((times.Count - 1) * share)];

        async Task<(List<double> Times, int Bad, double Elapsed)> Ask(double time)
        {
            long start = Stopwatch.GetTimestamp();
            var all = await Task.WhenAll(Enumerable.Range(0, connections).Select(c => Task.Run(() => Connection(c, start, time))));
            return ([.. all.SelectMany(a => a.Times)], all.Sum(a => a.Bad), Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        async Task<(List<double> Times, int Bad)> Connection(int number, long start, double time)
        {
            using var client = new TcpClient { NoDelay = true };
            await client.ConnectAsync(url.Host, url.Port);
            var stream = client.GetStream();
            var times = new List<double>();
            byte[] bytes = new byte[1 << 14];
            int bad = 0;
            for (int i = 0; Stopwatch.GetElapsedTime(start).TotalSeconds is var now && now < time; i++)
            {
                double due = rate > 0 ? (i + (double)number / connections) * connections / rate : now;
                if (due > now)
                    await Task.Delay(TimeSpan.FromSeconds(due - now));
                await stream.WriteAsync(requests[(i * connections + number) % requests.Length]);
                if (!await IsGood(stream, bytes))
                    bad++;
                times.Add((Stopwatch.GetElapsedTime(start).TotalSeconds - due) * 1000);
            }

            return (times, bad);
        }
    }

    // One whole answer.
    private static async Task<bool> IsGood(NetworkStream stream, byte[] bytes)
    {
        int count = 0;
        while (true)
        {
            count += await stream.ReadAsync(bytes.AsMemory(count));
            int head = bytes.AsSpan(0, count).IndexOf("\r\n\r\n"u8);
            if (head < 0)
                continue;
            int place = bytes.AsSpan(0, head).IndexOf("Content-Length: "u8) + 16, end = place;
            while (bytes[end] is >= (byte)'0' and <= (byte)'9')
                end++;
            if (count >= head + 4 + int.Parse(bytes.AsSpan(place, end - place), CultureInfo.InvariantCulture))
                return bytes.AsSpan().StartsWith("HTTP/1.1 200"u8);
        }
    }

    private static byte[] Png(ReadOnlySpan<byte> grey, int width, int height)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque));
        grey.CopyTo(bitmap.GetPixelSpan());
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }
}
