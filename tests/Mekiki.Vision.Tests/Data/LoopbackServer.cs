using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Mekiki.Vision.Tests.Data;

/// <summary>A small HTTP server on loopback that serves one file, or those of a folder, and can misbehave.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public LoopbackServer(byte[] content)
    {
        Content = content;
        listener.Start();
        _ = Task.Run(ServeAsync);
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/file.zip";

    public byte[] Content { get; set; }

    public string? ETag { get; set; } = "\"one\"";

    /// <summary>A folder whose files are served by their names, with ETags of their contents; null: <see cref="Content"/>, whatever is asked.</summary>
    public string? Folder { get; set; }

    /// <summary>Of a folder, what was asked: <c>GET name</c>.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Methods that it does not know.</summary>
    public string? Unknown { get; set; }

    public bool Ranges { get; set; } = true;

    public bool DeclaresLength { get; set; } = true;

    /// <summary>Whether the body comes in one chunk, so that its length is not told, and its end is.</summary>
    public bool IsChunked { get; set; }

    public string? Status { get; set; }

    /// <summary>Whether it goes on with a part whatever If-Range says.</summary>
    public bool IgnoresIfRange { get; set; }

    /// <summary>What it calls the whole length of a file of which it sends a part; null: what it is.</summary>
    public string? Total { get; set; }

    /// <summary>Where the whole file shall be sought instead; null: here.</summary>
    public string? Location { get; set; }

    /// <summary>For how long it is silent before each body.</summary>
    public TimeSpan Silence { get; set; }

    /// <summary>Of each coming answer, after how many bytes of the body the connection breaks; of a folder, of those with a tar.</summary>
    public Queue<int> Breaks { get; } = new();

    /// <summary>What was asked: each request's Range header, or "".</summary>
    public List<string> Asked { get; } = [];

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                await AnswerAsync(client.GetStream());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task AnswerAsync(NetworkStream stream)
    {
        var (content, etag, status) = (Content, ETag, Status);
        string method = "GET", name = "file.tar";
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var reader = new StreamReader(stream, Encoding.ASCII);
        for (string? line = await reader.ReadLineAsync(); !string.IsNullOrEmpty(line); line = await reader.ReadLineAsync())
            if (headers.Count == 0 && line.EndsWith(" HTTP/1.1", StringComparison.Ordinal))
            {
                method = line.Split(' ')[0];
                if (Folder is null)
                    continue;
                name = line.Split(' ')[1][1..].Split('?')[0];
                string path = Path.Combine(Folder, name);
                Requests.Add($"{method} {name}");
                (content, status) = File.Exists(path) ? (File.ReadAllBytes(path), status) : ([], "404 Not Found");
                etag = ETag is null ? null : $"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))[..16]}\"";
            }
            else if (line.IndexOf(':') is var colon and > 0)
                headers[line[..colon]] = line[(colon + 1)..].Trim();

        string range = headers.GetValueOrDefault("Range", "");
        Asked.Add(range);
        var head = new StringBuilder();
        int from = 0;
        bool partial = Ranges && range.Length > 0 && (IgnoresIfRange || headers.GetValueOrDefault("If-Range") == etag);
        if (partial)
            from = int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
        if (method == Unknown)
            status = "405 Method Not Allowed";
        if (status is not null)
            head.Append($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n").Append(Location is null ? "" : $"Location: {Location}\r\n");
        else if (partial && from >= content.Length)
            head.Append($"HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */{Total ?? $"{content.Length}"}\r\nContent-Length: 0\r\n");
        else if (partial)
            head.Append($"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{content.Length - 1}/{Total ?? $"{content.Length}"}\r\nContent-Length: {content.Length - from}\r\n");
        else
            head.Append("HTTP/1.1 200 OK\r\n").Append(IsChunked ? "Transfer-Encoding: chunked\r\n" : DeclaresLength ? $"Content-Length: {content.Length}\r\n" : "");
        if (etag is not null)
            head.Append($"ETag: {etag}\r\n");
        head.Append("Connection: close\r\n\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ToString()));
        if (status is not null || from >= content.Length || method == "HEAD")
            return;
        await Task.Delay(Silence);
        int count = content.Length - from;
        if (name.EndsWith(".tar", StringComparison.Ordinal) && Breaks.TryDequeue(out int most))
            count = Math.Min(count, most);
        bool isChunked = IsChunked && !partial;
        if (isChunked)
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{content.Length - from:x}\r\n"));
        await stream.WriteAsync(content.AsMemory(from, count));
        if (isChunked && from + count == content.Length)
            await stream.WriteAsync("\r\n0\r\n\r\n"u8.ToArray());
    }

    public void Dispose() => listener.Stop();
}
