using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Mekiki.Benchmarks;

/// <summary>A service under load for as long as a million requests take: a tenth of them bad, its model swapped meanwhile; then killed again and again under load, and started by a supervisor.</summary>
/// <remarks>bench/endurance runs it. A good answer is right only if its bytes are those of one of the two models that are swapped.</remarks>
internal sealed class ServiceEndurance : IDisposable
{
    private const int Connections = 64, Port = 5095, Images = 256;

    private readonly string program, work;
    private readonly string[] models;
    private readonly byte[][] pngs = ServingFigures.Pngs(Images);
    private readonly HashSet<string>[] right = [.. Enumerable.Range(0, Images).Select(_ => new HashSet<string>())];
    private readonly (byte[] Bytes, int Status)[] bad;
    private readonly ConcurrentDictionary<string, byte> corrected = new();
    private readonly ConcurrentQueue<string> failures = new();
    private readonly List<(long Done, long Resident)> samples = [];
    private readonly CancellationTokenSource end = new();
    private Process? service;
    private long sent, done, good, refused, lost, starts;
    private volatile bool mayBreak, isKilled, isOver;

    /// <param name="program">The program <c>mekiki</c>.</param>
    /// <param name="models">Two model files of the same classes.</param>
    public ServiceEndurance(string program, string[] models)
    {
        (this.program, this.models) = (program, models);
        work = Directory.CreateTempSubdirectory("mekiki-endurance-").FullName;
        byte[] png = pngs[0];
        bad =
        [
            (Post("/models/m/predict", "image/png", "no image"u8), 422),
            (Post("/models/m/predict", "image/png", png.AsSpan(0, png.Length / 2)), 422),
            (Post("/models/none/predict", "image/png", png), 404),
            (Post("/models/m/predict?top=none", "image/png", png), 400),
            (Post("/models/m/predict", "text/html", png), 415),
            (Post("/models/m/predict", "multipart/form-data; boundary=abc", "--abc\r\nno head"u8), 400),
            (Post("/v2/models/m/infer", "application/json", "{\"inputs\":[{\"name\":\"image\",\"shape\":[-1]"u8), 400),
            // A picture that claims 3,600 megapixels, and a client that goes in the middle.
            (Post("/models/m/predict", "image/png", Claim(png, 60_000)), 422),
            (Post("/models/m/predict", "image/png", png)[..^100], 0),
        ];
    }

    private string ModelFile => Path.Combine(work, "m.safetensors");

    private string Corrections => Path.Combine(work, "corrected");

    /// <summary>Runs all of it.</summary>
    /// <param name="requests">How many while the model is swapped.</param>
    /// <param name="swaps">How often.</param>
    /// <param name="kills">How often the service is killed afterwards.</param>
    /// <returns>Whether all held.</returns>
    public async Task<bool> Run(long requests, int swaps, int kills)
    {
        for (int m = 0; m < 2; m++)
        {
            Swap(m);
            Start();
            await Ready();
            for (int i = 0; i < Images; i++)
                right[i].Add(await Once(Post("/models/m/predict", "image/png", pngs[i])) is (200, var body) ? body : throw new InvalidOperationException("The service does not answer."));
            if (m == 0)
                Kill();
        }

        long begun = Stopwatch.GetTimestamp();
        var clients = Clients(() => Volatile.Read(ref sent) >= requests && isOver);
        var watch = Task.Run(Sample);
        for (int s = 1; s <= swaps; s++)
        {
            while (Volatile.Read(ref done) < requests * s / (swaps + 1))
                await Task.Delay(20);
            int version = await Version();
            Swap(s % 2);
            while (await Version() == version)
                await Task.Delay(50);
        }

        int swapped = await Version() - 1;
        isOver = true;
        await Task.WhenAll(clients);
        await Task.Delay(2000);
        end.Cancel();
        await watch;
        var (first, last) = (Median(50_000), Median(done));
        Print($"{{\"part\":\"swaps\",\"requests\":{done},\"good\":{good},\"refused\":{refused},\"failed\":{failures.Count},\"swaps\":{swapped},\"seconds\":{Stopwatch.GetElapsedTime(begun).TotalSeconds:0},\"resident_mib_at_50000\":{first >> 20},\"resident_mib_at_end\":{last >> 20},\"resident_mib_by_tenths\":[{string.Join(',', Enumerable.Range(1, 10).Select(t => Median(done * t / 10) >> 20))}],\"most_mib\":{samples.Max(s => s.Resident) >> 20},\"growth\":{(double)last / first - 1:0.000}}}");
        bool holds = failures.IsEmpty && swapped == swaps && Math.Abs((double)last / first - 1) <= 0.05;

        (mayBreak, isOver) = (true, false);
        (sent, done, good, refused, starts) = (0, 0, 0, 0, 0);
        var supervisor = Task.Run(Supervise);
        clients = Clients(() => isOver);
        for (int k = 0; k < kills; k++)
        {
            await Task.Delay(RandomNumberGenerator.GetInt32(300, 3000));
            isKilled = true;
            var killed = service!;
            killed.Kill();
            await killed.WaitForExitAsync();
            await Ready();
            isKilled = false;
        }

        await Task.Delay(1000);
        isOver = true;
        await Task.WhenAll(clients);
        long begins = starts;
        Kill();
        await supervisor;
        string? kept = WhatIsWrong();
        Print($"{{\"part\":\"kills\",\"kills\":{kills},\"starts\":{begins},\"requests\":{done},\"good\":{good},\"refused\":{refused},\"failed\":{failures.Count},\"lost\":{lost},\"corrections\":{corrected.Count},\"half_written\":\"{kept ?? "none"}\"}}");
        foreach (string failure in failures.Take(10))
            Console.Error.WriteLine(failure);
        return holds && failures.IsEmpty && begins == kills && kept is null;
    }

    public void Dispose()
    {
        isOver = true;
        Kill();
        end.Dispose();
        Directory.Delete(work, recursive: true);
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private void Swap(int model)
    {
        File.Copy(models[model], ModelFile + ".next", overwrite: true);
        File.SetLastWriteTimeUtc(ModelFile + ".next", DateTime.UtcNow);
        File.Move(ModelFile + ".next", ModelFile, overwrite: true);
    }

    private void Start()
    {
        var started = Process.Start(new ProcessStartInfo(program, ["serve", "m=" + ModelFile, "--urls", $"http://127.0.0.1:{Port}", "--corrections", Corrections]) { RedirectStandardError = true })!;
        // Its log is long, and nobody reads it.
        started.BeginErrorReadLine();
        service = started;
    }

    private void Kill()
    {
        if (service is null)
            return;
        service.Kill();
        service.WaitForExit();
    }

    private void Supervise()
    {
        while (true)
        {
            service!.WaitForExit();
            if (isOver)
                return;
            Start();
            starts++;
        }
    }

    private async Task Ready()
    {
        while (true)
        {
            if (await Once("GET /v2/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray()) is (200, _))
                return;
            await Task.Delay(20);
        }
    }

    private async Task<int> Version()
    {
        var (_, body) = await Once("GET /models HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        string text = body[(body.IndexOf("\"version\":", StringComparison.Ordinal) + 10)..];
        return int.Parse(text[..text.AsSpan().IndexOfAnyExceptInRange('0', '9')], CultureInfo.InvariantCulture);
    }

    private void Sample()
    {
        while (!end.IsCancellationRequested)
        {
            string line = File.ReadLines($"/proc/{service!.Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            samples.Add((Volatile.Read(ref done), long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10));
            Thread.Sleep(100);
        }
    }

    // Around a number of requests; a single look may fall before or behind a collection of garbage.
    private long Median(long at)
    {
        long[] near = [.. samples.OrderBy(s => Math.Abs(s.Done - at)).Take(50).Select(s => s.Resident).Order()];
        return near[near.Length / 2];
    }

    private Task[] Clients(Func<bool> isEnd) => [.. Enumerable.Range(0, Connections).Select(_ => Task.Run(() => Client(isEnd)))];

    private async Task Client(Func<bool> isEnd)
    {
        Connection? connection = null;
        while (!isEnd())
        {
            connection ??= await Connection.Open(mayBreak);
            if (connection is null)
            {
                await Task.Delay(10);
                continue;
            }

            long number = Interlocked.Increment(ref sent);
            bool isBad = number % 10 == 0, corrects = !isBad && mayBreak && number % 20 == 1;
            int image = (int)(number % Images);
            byte[] file = corrects ? [.. pngs[image], .. BitConverter.GetBytes(number)] : pngs[image];
            var (bytes, expected) = isBad ? bad[number / 10 % bad.Length]
                : corrects ? (Post("/corrections?model=m&label=%E3%81%82", "image/png", file), 201)
                : (Post("/models/m/predict", "image/png", file), 200);
            if (await connection.Ask(bytes, expected == 0) is not var (status, body))
            {
                connection.Dispose();
                connection = null;
                if (expected == 0)
                    Interlocked.Increment(ref refused);
                else if (isKilled)
                    Interlocked.Increment(ref lost);
                else
                    failures.Enqueue($"request {number}: expected {expected}, got no answer");
            }
            else if (status != expected || (status == 200 && !right[image].Contains(body)))
                failures.Enqueue($"request {number}: expected {expected}, got {status} {body}");
            else
            {
                Interlocked.Increment(ref isBad ? ref refused : ref good);
                if (corrects)
                    corrected.TryAdd(Convert.ToHexStringLower(SHA256.HashData(file)), 0);
            }

            Interlocked.Increment(ref done);
        }

        connection?.Dispose();
    }

    // Every correction that was acknowledged is a whole file and a whole row; no row is without its file.
    private string? WhatIsWrong()
    {
        var files = Directory.EnumerateFiles(Corrections, "*.png", SearchOption.AllDirectories).ToDictionary(f => Path.GetFileNameWithoutExtension(f));
        if (files.FirstOrDefault(f => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f.Value))) != f.Key).Value is { } half)
            return half;
        string text = File.ReadAllText(Path.Combine(Corrections, "corrections.csv"));
        string[][] rows = [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(r => r.Split(','))];
        if (!text.EndsWith('\n') || rows.Any(r => r.Length != 6 || !files.ContainsKey(r[1])))
            return "a row of corrections.csv";
        var named = rows.Select(r => r[1]).ToHashSet();
        return corrected.Keys.Any(c => !named.Contains(c)) ? "a correction that was acknowledged is not in corrections.csv" : null;
    }

    private static async Task<(int Status, string Body)> Once(byte[] request)
    {
        using var connection = await Connection.Open(mayFail: true);
        return connection is null ? (0, "") : await connection.Ask(request, goes: false) ?? (0, "");
    }

    private static byte[] Post(string path, string type, ReadOnlySpan<byte> body) =>
        [.. Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];

    // A PNG whose head claims other sides; its checksum is right.
    private static byte[] Claim(byte[] png, int side)
    {
        byte[] claim = [.. png];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(claim.AsSpan(16), side);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(claim.AsSpan(20), side);
        uint crc = uint.MaxValue;
        foreach (byte b in claim.AsSpan(12, 17))
        {
            crc ^= b;
            for (int i = 0; i < 8; i++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }

        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(claim.AsSpan(29), ~crc);
        return claim;
    }

    private sealed class Connection : IDisposable
    {
        private readonly TcpClient client = new() { NoDelay = true };
        private readonly byte[] bytes = new byte[1 << 16];

        public static async Task<Connection?> Open(bool mayFail)
        {
            var connection = new Connection();
            try
            {
                await connection.client.ConnectAsync("127.0.0.1", Port);
                return connection;
            }
            catch (SocketException) when (mayFail)
            {
                connection.Dispose();
                return null;
            }
        }

        /// <summary>Sends a request, and waits for its answer unless the client goes; null: there was none.</summary>
        public async Task<(int Status, string Body)?> Ask(byte[] request, bool goes)
        {
            try
            {
                var stream = client.GetStream();
                await stream.WriteAsync(request);
                if (goes)
                    return null;
                for (int count = 0; ;)
                {
                    int more = await stream.ReadAsync(bytes.AsMemory(count));
                    if (more == 0)
                        return null;
                    count += more;
                    int head = bytes.AsSpan(0, count).IndexOf("\r\n\r\n"u8);
                    if (head < 0)
                        continue;
                    string text = Encoding.ASCII.GetString(bytes, 0, head);
                    int place = text.IndexOf("Content-Length: ", StringComparison.Ordinal) + 16, over = text.IndexOf('\r', place);
                    int length = int.Parse(over < 0 ? text[place..] : text[place..over], CultureInfo.InvariantCulture);
                    if (count >= head + 4 + length)
                        return (int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture), Encoding.UTF8.GetString(bytes, head + 4, length));
                }
            }
            catch (IOException)
            {
                return null;
            }
        }

        public void Dispose() => client.Dispose();
    }
}
