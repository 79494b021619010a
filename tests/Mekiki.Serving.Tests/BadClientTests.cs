using System.Diagnostics;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;

namespace Mekiki.Serving.Tests;

/// <summary>Clients that are broken or hostile get an answer that is no 500, or a closed connection; the others do not notice. Changed requests by the million: Mekiki.Fuzz.</summary>
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
        long before = GC.GetTotalAllocatedBytes();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Service.Problem(service.Post("/models/kana/predict", bomb))));
        Assert.All(answers, a => Assert.Equal((422, "image: expected at most 64 megapixels, got a header that claims 60,000 x 60,000. Check the file."), a));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64L << 20);
        // One that claims few pixels, and whose data are more: they are not unpacked.
        before = GC.GetTotalAllocatedBytes();
        await Service.Json(service.Post("/models/kana/predict", Bomb(16, 16, 50_000_000)));
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 128L << 20);
    }

    [Fact]
    public async Task Headers_ThatAreHuge_AreRefused()
    {
        await using var service = await Service.Start();
        string answer = await Send(service, Encoding.ASCII.GetBytes($"GET /models HTTP/1.1\r\nHost: localhost\r\nX-Long: {new string('a', 1 << 20)}\r\n\r\n"));
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 431", StringComparison.Ordinal), answer);
        await Service.Json(service.Post("/models/kana/predict", png));
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
