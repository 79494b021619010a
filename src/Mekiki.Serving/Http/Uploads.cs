using Mekiki.Serving.Options;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Mekiki.Serving.Http;

/// <summary>Reads what clients send, within the limits.</summary>
internal sealed class Uploads(ServingOptions options)
{
    private const int MostHeaders = 1 << 14, MostBoundary = 200;
    private static readonly string[] rawTypes = ["application/octet-stream", "application/x-www-form-urlencoded", "binary/octet-stream"];

    private readonly UploadRoom room = new(options.MostUploadBytes);

    /// <summary>The whole body.</summary>
    /// <exception cref="ProblemException">It is too large (413), or there is no memory now (429).</exception>
    public ValueTask<Body> Read(HttpContext context, CancellationToken cancellation) => Body.Read(context, room, options.MostBodyBytes, cancellation);

    /// <summary>Whether the body is several parts, of which each may be an image.</summary>
    /// <exception cref="ProblemException">It is neither that nor an image (415).</exception>
    public static bool IsMultipart(HttpRequest request)
    {
        string? given = request.ContentType;
        if (string.IsNullOrEmpty(given))
            return false;
        if (!MediaTypeHeaderValue.TryParse(given, out var type) || type.MediaType.Value is not { } media)
            throw Unsupported(given);
        if (media.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return true;
        return media.StartsWith("image/", StringComparison.OrdinalIgnoreCase) || rawTypes.Contains(media, StringComparer.OrdinalIgnoreCase) ? false : throw Unsupported(given);
    }

    /// <summary>The files of a multipart body, one after another; fields that are no files are given with an empty name.</summary>
    /// <exception cref="ProblemException">It is no such body (400), too large or of too many parts (413), or there is no memory now (429).</exception>
    public async IAsyncEnumerable<(string Field, string? Name, Body Body)> Parts(HttpContext context, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        if (context.Request.ContentLength > options.MostBodyBytes)
            throw Body.TooLarge(options.MostBodyBytes);
        string boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(context.Request.ContentType).Boundary).Value ?? "";
        if (boundary.Length is 0 or > MostBoundary)
            throw new ProblemException(StatusCodes.Status400BadRequest, $"Content-Type: expected multipart/form-data with a boundary of 1 to {MostBoundary} characters, got {boundary.Length}.");
        var reader = new MultipartReader(boundary, new LimitedStream(context.Request.Body, options.MostBodyBytes)) { HeadersLengthLimit = MostHeaders, HeadersCountLimit = 16 };
        int count = 0;
        while (await reader.ReadNextSectionAsync(cancellation).ConfigureAwait(false) is { } section)
        {
            if (++count > options.MostImages)
                throw new ProblemException(StatusCodes.Status413PayloadTooLarge, $"Images: expected at most {options.MostImages:N0} in one request, got more. Send them in several.");
            var disposition = section.GetContentDispositionHeader();
            string? file = disposition?.FileNameStar.Value ?? (disposition is null ? null : HeaderUtilities.RemoveQuotes(disposition.FileName).Value);
            string field = disposition is null ? "" : HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "";
            yield return (field, file, await Body.Read(section.Body, room, options.MostBodyBytes, cancellation).ConfigureAwait(false));
        }
    }

    private static ProblemException Unsupported(string given) =>
        new(StatusCodes.Status415UnsupportedMediaType, $"Content-Type: expected an image (image/png, image/jpeg, application/octet-stream) or multipart/form-data, got '{Printed.Short(given)}'.");

    // Parts that are thrown away count, too.
    private sealed class LimitedStream(Stream inner, int most) : Stream
    {
        private long read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => read; set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            return (read += count) <= most ? count : throw Body.TooLarge(most);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
