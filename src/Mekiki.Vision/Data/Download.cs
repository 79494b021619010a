using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Mekiki.Files;

namespace Mekiki.Vision.Data;

/// <summary>Fetches a file over HTTP: resumes, tries again, and gives it its name only when it is whole.</summary>
/// <remarks>
/// What has arrived lies in <c>NAME.part</c>, and what identifies the server's file (ETag or date, and length) in <c>NAME.part.tag</c>;
/// a resume asks with Range and If-Range (RFC 9110, sections 13.1.5 and 14), and checks what the answer says of the same, so that parts
/// of two different files are never joined. <c>NAME.part.lock</c> is there while a process fetches.
/// The proxy is taken from the environment (http_proxy, https_proxy, no_proxy).
/// </remarks>
/// <example>
/// <code>
/// var download = new Download("https://example.com/photos.zip", "photos.zip");
/// var file = await download.RunAsync(cancellation);
/// Console.WriteLine($"{file.Path}: {file.Length} bytes, sha256 {file.Sha256}");
/// </code>
/// </example>
public sealed class Download
{
    private const int MostRedirections = 10;
    private static readonly TimeSpan longestPause = TimeSpan.FromMinutes(1);

    // One for all, which keeps connections open: of a thousand files, few need one of their own.
    private static readonly Lazy<HttpClient> client = new(() => new HttpClient(new HttpClientHandler { MaxAutomaticRedirections = MostRedirections }) { Timeout = Timeout.InfiniteTimeSpan });

    private readonly Uri url;
    private readonly string path, part, tag, held;
    private readonly DownloadOptions options;

    /// <summary>Prepares a download.</summary>
    /// <param name="url">An http or https address.</param>
    /// <param name="path">Where the file shall lie; the folder is made if needed.</param>
    /// <param name="options">Retries, checks, progress.</param>
    /// <exception cref="MekikiException">The address is none.</exception>
    public Download(string url, string path, DownloadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(path);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
            throw new MekikiException($"Download: expected an address that begins with http:// or https://, got '{url}'. Give the whole address.");
        (this.url, this.path, this.options) = (parsed, Path.GetFullPath(path), options ?? new DownloadOptions());
        part = this.path + ".part";
        (tag, held) = (part + ".tag", part + ".lock");
    }

    /// <summary>The sha256 that was stored when <paramref name="path"/> arrived, or null when there is none.</summary>
    public static string? StoredSha256(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        // Before the file has its name, the sum that lies beside it is another's.
        return File.Exists(path) && File.Exists(path + ".sha256") && File.ReadAllText(path + ".sha256").Split(' ')[0] is { Length: 64 } hash ? hash : null;
    }

    /// <summary>What is known of a file that has arrived; its sha256 is computed and stored where a process was ended before it could, and what else that process left is taken away.</summary>
    /// <param name="path">A file that is there.</param>
    /// <exception cref="MekikiException">It cannot be read.</exception>
    public static DownloadedFile Arrived(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        path = Path.GetFullPath(path);
        try
        {
            string? sha256 = StoredSha256(path);
            if (sha256 is null)
            {
                using var stream = File.OpenRead(path);
                sha256 = Convert.ToHexStringLower(Sha256Hash.OfAsync(stream, CancellationToken.None).GetAwaiter().GetResult());
            }

            var file = new DownloadedFile(path, new FileInfo(path).Length, sha256);
            file.TidyAround();
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{path}: expected a file that can be read, got: {e.Message} Check its permissions.", e);
        }
    }

    /// <summary>Fetches the file.</summary>
    /// <exception cref="MekikiException">The server refuses, the file is not what was expected, the disk is full, or all retries were in vain.
    /// What has arrived is kept where a resume can use it.</exception>
    public async Task<DownloadedFile> RunAsync(CancellationToken cancellation = default)
    {
        CheckEncryption();
        try
        {
            OutputFile.MakeFolder(Path.GetDirectoryName(path)!);
            using var mine = Hold();
            DownloadedFile.DeleteStray(path);
            var pause = options.FirstPause;
            for (int failures = 0; ;)
            {
                long before = PartLength();
                string? trouble = await TryOnceAsync(cancellation);
                if (trouble is null)
                    return await FinishAsync(cancellation);
                if (PartLength() > before)
                    (failures, pause) = (0, options.FirstPause);
                if (failures++ >= options.Retries)
                    throw new MekikiException($"{url}: expected the whole file, got a connection that broke {(failures == 1 ? "once" : $"{failures:N0} times")}: {trouble}. {PartLength():N0} bytes are kept; start the same download again to resume.");
                options.Progress?.Invoke(new DownloadProgress(PartLength(), null, $"{trouble}; trying again in {pause.TotalSeconds:0.#} s"));
                await Task.Delay(pause, options.Clock, cancellation);
                pause = pause * 2 < longestPause ? pause * 2 : longestPause;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{path}: expected a file that can be written, got: {e.Message} {WriteFailure.Remedy(e, path).TrimEnd('.')}, then start the same download again to resume.", e);
        }
    }

    /// <summary>Asks the server for what identifies the file, and not for the file.</summary>
    /// <exception cref="MekikiException">There is no answer, or it leads nowhere.</exception>
    internal async Task<ServerFile> AskAsync(CancellationToken cancellation = default)
    {
        CheckEncryption();
        var pause = options.FirstPause;
        for (int failures = 0; ;)
        {
            var (file, trouble) = await HeadOnceAsync(HttpMethod.Head, cancellation);
            if (trouble is null)
                return file;
            if (failures++ >= options.Retries)
                throw new MekikiException($"{url}: expected an answer, got none {(failures == 1 ? "at the first try" : $"in {failures:N0} tries")}: {trouble}. Check the address and the connection, and start again.");
            await Task.Delay(pause, options.Clock, cancellation);
            pause = pause * 2 < longestPause ? pause * 2 : longestPause;
        }
    }

    private async Task<(ServerFile File, string? Trouble)> HeadOnceAsync(HttpMethod method, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(options.Silence);
        try
        {
            using var request = new HttpRequestMessage(method, url);
            request.Headers.AcceptEncoding.ParseAdd("identity");
            using var response = await client.Value.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
            // Some servers only know GET; the body is not read.
            if (method == HttpMethod.Head && response.StatusCode is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented)
                return await HeadOnceAsync(HttpMethod.Get, cancellation);
            if (response.IsSuccessStatusCode)
                return (new(ConditionOf(response), response.Content.Headers.ContentLength, null), null);
            if ((int)response.StatusCode is >= 400 and < 500 && response.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests))
                return (new(null, null, StatusOf(response)), null);
            return (default, Refusal(response));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (default, Silent());
        }
        catch (HttpRequestException e)
        {
            return (default, e.Message.TrimEnd('.'));
        }
    }

    // .NET would end the process.
    private void CheckEncryption()
    {
        if (url.Scheme == "https" && !Sha256Hash.HasSystemHash)
            throw new MekikiException($"{url}: expected OpenSSL (libssl.so.3 or libssl.so.1.1), which addresses with https need, got none. Install it: the package is libssl3 on Debian, Ubuntu and Alpine, openssl-libs on Fedora.");
    }

    private string Silent() => $"the server was silent for {options.Silence.TotalSeconds:0.#} s";

    private static string StatusOf(HttpResponseMessage response) => $"{(int)response.StatusCode} {response.ReasonPhrase}".Trim();

    /// <returns>Null when all bytes are there, else what went wrong and may go better next time.</returns>
    private async Task<string?> TryOnceAsync(CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(options.Silence);
        try
        {
            using var request = Request();
            using var response = await client.Value.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                // The part is as long as the file, or longer: the file has changed, or all is there.
                if (response.Content.Headers.ContentRange?.Length == PartLength() && PartLength() > 0 && IsSameFile(response))
                    return null;
                Forget();
                return "the file on the server is shorter than what had arrived; starting anew";
            }

            if (!response.IsSuccessStatusCode)
                return Refusal(response);
            var (offset, total) = Place(response);
            if (offset < 0)
            {
                Forget();
                return "the server sent another part than was asked for; starting anew";
            }

            if (offset > 0 && !IsSameFile(response))
            {
                Forget();
                return "the file on the server has changed; starting anew";
            }

            CheckTotal(total);
            CheckSpace(total - offset);
            if (offset == 0)
                Begin(response, total);
            total ??= ReadTag()?.Total;
            return await ReceiveAsync(response, offset, total, silence);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Silent();
        }
        catch (HttpRequestException e)
        {
            return e.Message.TrimEnd('.');
        }
    }

    private async Task<string?> ReceiveAsync(HttpResponseMessage response, long offset, long? total, CancellationTokenSource silence)
    {
        using var file = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        file.Position = offset;
        using var body = await response.Content.ReadAsStreamAsync(silence.Token);
        var buffer = new byte[1 << 16];
        while (true)
        {
            silence.CancelAfter(options.Silence);
            int got;
            try
            {
                got = await body.ReadAsync(buffer, silence.Token);
            }
            catch (HttpIOException e) when (e.HttpRequestError == HttpRequestError.ResponseEnded)
            {
                return Ended();
            }
            catch (IOException e)
            {
                return e.Message.TrimEnd('.');
            }

            if (got == 0)
                break;
            FileStep.Before("append", part);
            // A server that never ends would fill the disk.
            if ((options.ExpectedLength ?? options.MostLength) is { } most && file.Position + got > most)
            {
                file.Dispose();
                throw Wrong($"at most {most:N0} bytes", "more");
            }

            await file.WriteAsync(buffer.AsMemory(0, got), silence.Token);
            options.Progress?.Invoke(new DownloadProgress(file.Position, total));
        }

        FileStep.Before("flush", part);
        file.Flush(flushToDisk: true);
        return total is null || file.Position == total ? null : Ended();

        string Ended() => total is { } all ? $"the connection ended after {file.Position:N0} of {all:N0} bytes" : $"the connection ended after {file.Position:N0} bytes";
    }

    private HttpRequestMessage Request()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        // Bytes as they lie on the server: a compressed transfer has other offsets.
        request.Headers.AcceptEncoding.ParseAdd("identity");
        if (PartLength() is var length and > 0)
        {
            if (ReadTag() is { } known)
            {
                request.Headers.Range = new RangeHeaderValue(length, null);
                request.Headers.TryAddWithoutValidation("If-Range", known.Condition);
            }
        }

        return request;
    }

    /// <summary>Where the response's bytes belong, and the length of the whole file; a negative place: not what was asked for.</summary>
    private (long Offset, long? Total) Place(HttpResponseMessage response)
    {
        var content = response.Content.Headers;
        if (response.StatusCode != HttpStatusCode.PartialContent)
            return (0, content.ContentLength);
        bool asked = content.ContentRange is { From: { } from } && from == PartLength();
        return (asked ? PartLength() : -1, content.ContentRange?.Length);
    }

    private string Refusal(HttpResponseMessage response)
    {
        int code = (int)response.StatusCode;
        string status = StatusOf(response);
        if (code >= 500 || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests)
            return $"the server answered {status}";
        // .NET follows the others.
        if (code is >= 300 and < 400 && response.Headers.Location is { } next)
            throw new MekikiException(response.RequestMessage?.RequestUri?.Scheme == "https" && next is { IsAbsoluteUri: true, Scheme: "http" }
                ? $"{url}: expected a file, got sent on from https to {next}, which is not safe. Give that address if you trust it, or that of a mirror."
                : $"{url}: expected a file, got sent on to other addresses more than {MostRedirections} times, at last to {next} ({status}). They lead in a circle; give the address of a mirror.");
        throw new MekikiException($"{url}: expected a file, got the answer {status}. Check the address, or give that of a mirror.");
    }

    private void CheckTotal(long? total)
    {
        if (options.ExpectedLength is { } expected && total is { } got && got != expected)
            throw new MekikiException($"{url}: expected {expected:N0} bytes, got a file of {got:N0}. The server holds another file; try the address of a mirror.");
    }

    private void CheckSpace(long? needed)
    {
        string folder = Path.GetDirectoryName(path)!;
        long free = options.FreeSpace?.Invoke(folder) ?? new DriveInfo(folder).AvailableFreeSpace;
        if (needed > free)
            throw new MekikiException($"{folder}: expected {needed:N0} free bytes for the download, got {free:N0}. Free some space or choose another folder.");
    }

    private async Task<DownloadedFile> FinishAsync(CancellationToken cancellation)
    {
        long length = PartLength();
        if (options.ExpectedLength is { } expected && expected != length)
            throw Wrong($"{expected:N0} bytes", $"{length:N0}");
        string sha256;
        using (var stream = File.OpenRead(part))
            sha256 = Convert.ToHexStringLower(await Sha256Hash.OfAsync(stream, cancellation));
        if (options.ExpectedSha256 is { } wanted && !wanted.Equals(sha256, StringComparison.OrdinalIgnoreCase))
            throw Wrong($"sha256 {wanted}", sha256);
        if (options.Sha256Start is { } start && !sha256.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            throw Wrong($"a file whose sha256 begins with {start}", sha256);
        if (options.Check?.Invoke(part) is { } whatElse)
            throw Wrong(whatElse, $"{length:N0} bytes of something else");
        // Never the sum of the file that was there before beside this one.
        AtomicFile.TryDelete(path + ".sha256");
        AtomicFile.Rename(part, path);
        var file = new DownloadedFile(path, length, sha256);
        file.TidyAround();
        return file;
    }

    private MekikiException Wrong(string expected, string got)
    {
        Forget();
        return new MekikiException($"{url}: expected {expected}, got {got}. What arrived was deleted; try again, or the address of a mirror.");
    }

    private long PartLength() => File.Exists(part) ? new FileInfo(part).Length : 0;

    private FileStream Hold()
    {
        try
        {
            return new FileStream(held, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (WriteFailure.IsHeld(e))
        {
            throw new MekikiException($"{path}: expected a file that no other process fetches, got: {e.Message} Wait for that process, or end it.", e);
        }
    }

    private void Forget()
    {
        FileStep.Before("delete", part);
        File.Delete(part);
        FileStep.Before("delete", tag);
        File.Delete(tag);
    }

    // The old part is gone before the new tag is written: at no moment does a tag stand beside bytes of another file.
    private void Begin(HttpResponseMessage response, long? total)
    {
        FileStep.Before("delete", part);
        File.Delete(part);
        FileStep.Before("write", tag);
        if (ConditionOf(response) is { } condition)
            File.WriteAllText(tag, string.Create(CultureInfo.InvariantCulture, $"{url}\n{condition}\n{total}\n"));
        else
            File.Delete(tag);
    }

    // A server may ignore If-Range. What the answer says must be what the first one said; what it leaves out tells nothing.
    private bool IsSameFile(HttpResponseMessage response)
    {
        if (ReadTag() is not { } known || (known.Total is { } length && response.Content.Headers.ContentRange?.Length is { } total && total != length))
            return false;
        if (!known.Condition.StartsWith('"'))
            return response.Content.Headers.LastModified is not { } date || date.ToString("R") == known.Condition;
        return response.Headers.ETag is not { } etag || (!etag.IsWeak && etag.Tag == known.Condition);
    }

    // Only a strong ETag, or the date, may join two parts.
    private static string? ConditionOf(HttpResponseMessage response) =>
        response.Headers.ETag is { IsWeak: false } etag ? etag.Tag : response.Content.Headers.LastModified?.ToString("R");

    // The tag belongs to this address alone. An earlier version wrote no length.
    private (string Condition, long? Total)? ReadTag() =>
        File.Exists(tag) && File.ReadAllLines(tag) is [var from, var condition, .. var rest] && from == url.ToString()
            ? (condition, rest is [var text, ..] && long.TryParse(text, CultureInfo.InvariantCulture, out long total) ? total : null)
            : null;
}
