using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Mekiki.Fuzz.Formats;
using Mekiki.Fuzz.Mutations;
using Mekiki.Serving;
using Mekiki.Vision.Images;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Mekiki.Fuzz;

/// <summary>A service of this process, with a model named m, to which requests are sent byte for byte.</summary>
/// <remarks>It listens on a socket in a folder: there are not enough ports for so many connections.</remarks>
internal static class FuzzedService
{
    /// <summary>How long an answer may take; the service itself ends a request after two seconds.</summary>
    private const int MostSeconds = 20;

    // In microseconds: whole requests are answered, of half a one the client waits a little for a refusal.
    private const int PatienceOfWhole = 1_000_000, PatienceOfHalf = 5_000;
    private static readonly BugLog bugs = new();
    private static readonly Lazy<Workspace> started = new(Start);

    private static string Corrections => Path.Combine(started.Value.Folder, "corrections");

    /// <summary>The answer to a request, with its head; empty: the connection was closed.</summary>
    public static string Answer(byte[] request)
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = MostSeconds * 1000 };
        client.Connect(new UnixDomainSocketEndPoint(Path.Combine(started.Value.Folder, "s")));
        return Answer(client, request);
    }

    /// <summary>Sends a request; what is refused with a status of 400 and above, or by closing the connection, is an unreadable image.</summary>
    /// <exception cref="UnreadableImageException">It was refused.</exception>
    /// <exception cref="InvalidDataException">It was answered with a status of a service that is broken, or with no HTTP.</exception>
    public static void Send(byte[] request)
    {
        string answer = Answer(request);
        CleanCorrections(started.Value.Folder);
        if (answer.Length == 0)
            throw new UnreadableImageException("the connection was closed");
        string status = answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) && answer.Length > 12 ? answer[9..12] : throw new InvalidDataException($"no HTTP: {answer}");
        if (status[0] is not ('2' or '4') && status is not ("304" or "503" or "505"))
            throw bugs.Take() is { } bug ? new AggregateException(bug) : new InvalidDataException(answer);
        if (status[0] != '2')
            throw new UnreadableImageException(answer[..answer.IndexOf('\r', StringComparison.Ordinal)]);
    }

    private static string Answer(Socket client, byte[] request)
    {
        var answer = new StringBuilder();
        byte[] bytes = new byte[1 << 16];
        try
        {
            client.Send(request);
            // Half a request ends here: the service must not wait for the rest of it.
            if (!client.Poll(IsWhole(request) ? PatienceOfWhole : PatienceOfHalf, SelectMode.SelectRead))
                client.Shutdown(SocketShutdown.Send);
            while (client.Receive(bytes) is var length and > 0)
            {
                answer.Append(Encoding.Latin1.GetString(bytes, 0, length));
                // A connection that stays open: the head of the answer is enough.
                if (answer.ToString() is var text && text.Contains("\r\n\r\n", StringComparison.Ordinal) && !text.StartsWith("HTTP/1.1 1", StringComparison.Ordinal))
                    break;
            }
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted)
        {
        }

        return answer.ToString();
    }

    // By what it claims of itself, if that can be read.
    private static bool IsWhole(byte[] request)
    {
        int end = request.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return false;
        string head = Encoding.Latin1.GetString(request, 0, end + 2);
        if (head.Contains("chunked", StringComparison.OrdinalIgnoreCase))
            return request.AsSpan().EndsWith("\r\n0\r\n\r\n"u8);
        int at = head.IndexOf("\r\n" + RequestMutation.Length, StringComparison.OrdinalIgnoreCase) + 2;
        return at < 2 || (long.TryParse(head.AsSpan(at + RequestMutation.Length.Length, head.IndexOf('\r', at) - at - RequestMutation.Length.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long length) && length <= request.Length - end - 4);
    }

    // What it keeps lies in its folder, and nothing beside it.
    private static void CleanCorrections(string folder)
    {
        foreach (string path in Directory.GetFileSystemEntries(folder))
            if (Path.GetFileName(path) is not ("s" or "m.safetensors" or "corrections"))
                throw new InvalidDataException($"wrote {path}");
        Directory.Delete(Corrections, recursive: true);
        Directory.CreateDirectory(Corrections);
    }

    private static Workspace Start()
    {
        var work = new Workspace();
        string model = Path.Combine(work.Folder, "m.safetensors");
        WeightsFormats.Small().Save(model);
        Directory.CreateDirectory(Path.Combine(work.Folder, "corrections"));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(bugs);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Path.Combine(work.Folder, "s")));
        builder.Services.AddMekiki("m", model).AddMekiki(o => (o.MostBody, o.MostTime, o.MostPixels, o.WatchInterval, o.Threads, o.Corrections) = (1, 2, 1, 0, 1, Path.Combine(work.Folder, "corrections")));
        var app = builder.Build();
        app.MapMekiki();
        app.StartAsync().GetAwaiter().GetResult();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => work.Dispose();
        return work;
    }

    // The service answers a bug with 500 and logs its exception: that is what is to be seen.
    private sealed class BugLog : ILoggerProvider, ILogger
    {
        private Exception? last;

        public Exception? Take() => Interlocked.Exchange(ref last, null);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Interlocked.Exchange(ref last, exception);

        public void Dispose()
        {
        }
    }
}
