using System.Diagnostics;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;

namespace Mekiki.Serving.Tests;

/// <summary>Clients that are broken or hostile get an answer that is no 500, or a closed connection; the others do not notice. Changed requests by the million: Mekiki.Fuzz.</summary>
[Collection(nameof(SteadyMemoryTests))]
public class BadClientTests
{
    private static readonly byte[] png = Made.Pngs[0];

    [Fact]
    public async Task Lengths_ThatLie_TakeNoMemory()
    {
        await using var service = await Service.Start(o => (o.MostBody, o.MostTime) = (128, 2));
        long before = Process.GetCurrentProcess().WorkingSet64;
        var clients = new List<TcpClient>();
        for (int i = 0; i < 100; i++)
        {
            var client = new TcpClient();
            clients.Add(client);
            await client.ConnectAsync(service.Address.Host, service.Address.Port, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("POST /models/kana/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\nabc"), TestContext.Current.CancellationToken);
        }

        // Beside them, others are answered.
        await Service.Json(service.Post("/models/kana/predict", png));
        Assert.InRange(Process.GetCurrentProcess().WorkingSet64 - before, long.MinValue, 200L << 20);
        foreach (var client in clients)
        {
            string answer = await ReadAll(client.GetStream(), TimeSpan.FromSeconds(20));
            Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 503", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 408", StringComparison.Ordinal), answer);
            client.Dispose();
        }
    }

    [Fact]
    public async Task Bombs_AreRefusedBeforeMemoryIsTaken()
    {
        await using var service = await Service.Start();
        byte[] bomb = Bomb(60_000, 60_000);
        await Allocated.AtMostAsync(64L << 20, async () =>
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Service.Problem(service.Post("/models/kana/predict", bomb))));
            Assert.All(answers, a => Assert.Equal((422, "image: expected at most 64 megapixels, got a header that claims 60,000 x 60,000. Check the file."), a));
        });
        // One that claims few pixels, and whose data are more: they are not unpacked.
        byte[] packed = Bomb(16, 16, 50_000_000);
        await Allocated.AtMostAsync(64L << 20, () => Service.Json(service.Post("/models/kana/predict", packed)));
    }

    [Theory]
    [InlineData("GET /models HTTP/1.1\r\nHost: localhost\r\nX-Long: ", 1 << 20, 1)]
    [InlineData("GET /models?", 1 << 20, 1)]
    [InlineData("GET /models HTTP/1.1\r\nHost: localhost\r\n", 8, 1 << 17)]
    public async Task Headers_OfAMegabyte_AreRefused(string begin, int length, int lines)
    {
        await using var service = await Service.Start();
        byte[] request = Encoding.ASCII.GetBytes($"{begin}{string.Concat(Enumerable.Repeat(new string('a', length / 2) + ":" + new string('b', length / 2) + "\r\n", lines))}\r\n");
        Assert.InRange(request.Length, 1 << 20, 2 << 20);
        string[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Send(service, request)));
        Assert.All(answers, a => Assert.True(a.Length == 0 || a.StartsWith("HTTP/1.1 431", StringComparison.Ordinal) || a.StartsWith("HTTP/1.1 414", StringComparison.Ordinal), a));
        await Service.Json(service.Post("/models/kana/predict", png));
    }

    [Theory]
    [InlineData("Content-Length: -1")]
    [InlineData("Content-Length: 1e9")]
    [InlineData("Content-Length: 99999999999999999999")]
    [InlineData("Content-Length: 3\r\nContent-Length: 4")]
    [InlineData("Content-Length: 0")]
    [InlineData("Content-Length: 3")]
    [InlineData("Content-Length: 3\r\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding: chunked", "ffffffffffffffff\r\n")]
    [InlineData("Transfer-Encoding: chunked", "-3\r\nabc\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked", "2\r\nabcdef\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: gzip, chunked", "0\r\n\r\n")]
    public async Task Lengths_ThatAreWrong_AreRefused(string headers, string body = "abcdefgh\r\n\r\n")
    {
        await using var service = await Service.Start(o => o.MostTime = 2);
        string answer = await Send(service, Encoding.ASCII.GetBytes($"POST /models/kana/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n{headers}\r\n\r\n{body}"));
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal), answer);
        await Service.Json(service.Post("/models/kana/predict", png));
    }

    [Fact]
    public Task SlowClients_DelayNobody() => SlowLoris(clients: 200, everyMilliseconds: 200, waitForHeads: false);

    /// <summary>The same as it is met: a byte a second of 600 clients, until the server has closed those whose heads do not end. A minute.</summary>
    [Fact(Explicit = true)]
    public Task SlowClients_WithAByteASecond_AreClosed() => SlowLoris(clients: 600, everyMilliseconds: 1000, waitForHeads: true);

    [Fact]
    public Task IdleConnections_DelayNobody() => Idle(1000);

    /// <summary>The same with as many as a service may meet; half of the clients are another process, so that 20,000 open files suffice.</summary>
    [Fact(Explicit = true)]
    public async Task IdleConnections_TenThousand_DelayNobody()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The other clients are Bash's.");
        await Idle(5000, others: 5000);
    }

    [Fact]
    public async Task Clients_ThatGo_CostNothingMore()
    {
        await using var service = await Service.Start(null, ("gone", Made.Trained));
        for (int i = 0; i < 50; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(service.Address.Host, service.Address.Port, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync(Good().AsMemory(0, i % 2 == 0 ? 300 : Good().Length), TestContext.Current.CancellationToken);
            client.Client.LingerState = new LingerOption(true, 0);
        }

        await Service.Json(service.Post("/models/gone/predict", png));
        Assert.Contains("mekiki_queue_length{model=\"gone\"} 0\n", await service.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken));
    }

    // A third send heads, a third bodies, a third forms, byte by byte. Those with bodies have no longer than any request; for heads the server has half a minute.
    private static async Task SlowLoris(int clients, int everyMilliseconds, bool waitForHeads)
    {
        await using var service = await Service.Start(o => (o.MostTime, o.MostWaiting) = (3, 8));
        await Service.Json(service.Post("/models/kana/predict", png));
        long before = Process.GetCurrentProcess().WorkingSet64;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        byte[] good = Good(), form = Form();
        Task<string>[] slow = [.. Enumerable.Range(0, clients).Select(i => (i % 3) switch
        {
            0 => Drip(service, good, 1, everyMilliseconds, end.Token),
            1 => Drip(service, good, good.AsSpan().IndexOf("\r\n\r\n"u8) + 4, everyMilliseconds, end.Token),
            _ => Drip(service, form, form.AsSpan().IndexOf("\r\n\r\n"u8) + 4, everyMilliseconds, end.Token),
        })];
        // Beside them, others are answered, though the queue has room for few.
        for (int i = 0; i < 20; i++)
        {
            await Service.Json(service.Post("/models/kana/predict", Made.Pngs[i]));
            await Task.Delay(50, end.Token);
        }

        Assert.InRange(Process.GetCurrentProcess().WorkingSet64 - before, long.MinValue, 200L << 20);
        string[] answers = await Task.WhenAll(slow.Where((_, i) => waitForHeads || i % 3 != 0));
        Assert.All(answers, a => Assert.True(a.Length == 0 || a.StartsWith("HTTP/1.1 408", StringComparison.Ordinal) || a.StartsWith("HTTP/1.1 503", StringComparison.Ordinal), a));
        await end.CancelAsync();
        await Task.WhenAll(slow);
        await Service.Json(service.Post("/models/kana/predict", png));
    }

    // Sends the first bytes at once, the others one by one, until there is an answer or the connection is closed.
    private static async Task<string> Drip(Service service, byte[] request, int atOnce, int everyMilliseconds, CancellationToken cancellation)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(service.Address.Host, service.Address.Port, cancellation);
            var stream = client.GetStream();
            var answer = ReadAll(stream, TimeSpan.FromSeconds(120));
            await stream.WriteAsync(request.AsMemory(0, atOnce), cancellation);
            for (int i = atOnce; !answer.IsCompleted; i++)
            {
                await Task.WhenAny(answer, Task.Delay(everyMilliseconds, cancellation));
                cancellation.ThrowIfCancellationRequested();
                await stream.WriteAsync(request.AsMemory(i % request.Length, 1), cancellation);
            }

            return await answer;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            return "";
        }
    }

    private static async Task Idle(int count, int others = 0)
    {
        await using var service = await Service.Start();
        await Service.Json(service.Post("/models/kana/predict", png));
        long before = Process.GetCurrentProcess().WorkingSet64;
        var clients = new List<TcpClient>();
        using var shell = others == 0 ? null : Process.Start(new ProcessStartInfo("bash", ["-c", $"for i in {{1..{others}}}; do exec {{f}}<> /dev/tcp/127.0.0.1/{service.Address.Port}; done; echo open; read"]) { RedirectStandardInput = true, RedirectStandardOutput = true });
        try
        {
            for (int i = 0; i < count; i++)
            {
                var client = new TcpClient();
                clients.Add(client);
                await client.ConnectAsync(service.Address.Host, service.Address.Port, TestContext.Current.CancellationToken);
                // Some have asked once, and stay.
                if (i % 10 == 0)
                    await client.GetStream().WriteAsync("GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            }

            if (shell is not null)
                Assert.Equal("open", await shell.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            long since = Stopwatch.GetTimestamp();
            for (int i = 0; i < 20; i++)
                await Service.Json(service.Post("/models/kana/predict", Made.Pngs[i]));
            long grown = Process.GetCurrentProcess().WorkingSet64 - before;
            TestContext.Current.TestOutputHelper?.WriteLine($"{count + others:N0} idle connections: {(double)grown / (count + others) / 1024:0.0} KiB each; 20 answers in {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms");
            Assert.InRange(grown, long.MinValue, (64L << 20) + (count + others) * (48L << 10));
        }
        finally
        {
            shell?.Kill();
            clients.ForEach(c => c.Dispose());
        }
    }

    private static byte[] Form()
    {
        byte[] body = [.. "--abc\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n"u8, .. png, .. "\r\n--abc--\r\n"u8];
        return Request("/models/kana/predict", "multipart/form-data; boundary=abc", body);
    }

    private static byte[] Good() => Request("/models/kana/predict?top=3&explain=false", "image/png", png);

    private static byte[] Request(string path, string type, byte[] body) =>
        [.. Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];

    private static async Task<string> Send(Service service, byte[] request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(service.Address.Host, service.Address.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(request, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
        }

        return await ReadAll(stream, TimeSpan.FromSeconds(60));
    }

    private static async Task<string> ReadAll(NetworkStream stream, TimeSpan most)
    {
        using var time = new CancellationTokenSource(most);
        var text = new StringBuilder();
        byte[] bytes = new byte[4096];
        try
        {
            while (await stream.ReadAsync(bytes, time.Token) is var length and > 0)
            {
                text.Append(Encoding.Latin1.GetString(bytes, 0, length));
                // A connection that is kept open: the head is enough.
                if (text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) && !text.ToString().StartsWith("HTTP/1.1 1", StringComparison.Ordinal))
                    break;
            }
        }
        catch (IOException)
        {
        }

        return text.ToString();
    }

    // A PNG of white pixels that claims a size.
    private static byte[] Bomb(int width, int height, int length = 1 << 20)
    {
        var data = new MemoryStream();
        using (var deflate = new ZLibStream(data, CompressionLevel.SmallestSize, leaveOpen: true))
            deflate.Write(new byte[length]);
        byte[] head = [.. Big(width), .. Big(height), 8, 0, 0, 0, 0];
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. Chunk("IHDR", head), .. Chunk("IDAT", data.ToArray()), .. Chunk("IEND", [])];

        static byte[] Big(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

        static byte[] Chunk(string type, byte[] content)
        {
            byte[] named = [.. Encoding.ASCII.GetBytes(type), .. content];
            uint crc = uint.MaxValue;
            foreach (byte b in named)
            {
                crc ^= b;
                for (int i = 0; i < 8; i++)
                    crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
            }

            return [.. Big(content.Length), .. named, .. Big((int)~crc)];
        }
    }
}
