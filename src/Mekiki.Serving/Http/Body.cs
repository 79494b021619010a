using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Mekiki.Serving.Http;

/// <summary>Bytes that a client sent: a body, or a part of one. They take memory as they come.</summary>
internal sealed class Body : IDisposable
{
    private const int Small = 1 << 14;

    private readonly UploadRoom room;
    private byte[] bytes = [];

    private Body(UploadRoom room) => this.room = room;

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => bytes.AsMemory(0, Length);

    public ReadOnlySpan<byte> Span => bytes.AsSpan(0, Length);

    /// <summary>Reads the whole body of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="room">The memory of all bodies.</param>
    /// <param name="most">The most bytes.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ProblemException">It is larger (413), or there is no memory now (429).</exception>
    public static async ValueTask<Body> Read(HttpContext context, UploadRoom room, int most, CancellationToken cancellation)
    {
        if (context.Request.ContentLength > most)
            throw TooLarge(most);
        var body = new Body(room);
        try
        {
            var reader = context.Request.BodyReader;
            while (true)
            {
                var result = await reader.ReadAsync(cancellation).ConfigureAwait(false);
                try
                {
                    if (result.Buffer.Length > most - body.Length)
                        throw TooLarge(most);
                    body.Grow((int)result.Buffer.Length);
                    result.Buffer.CopyTo(body.bytes.AsSpan(body.Length));
                    body.Length += (int)result.Buffer.Length;
                }
                finally
                {
                    reader.AdvanceTo(result.Buffer.End);
                }

                if (result.IsCompleted)
                    return body;
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="stream">A part of a body.</param>
    /// <param name="room">The memory of all bodies.</param>
    /// <param name="most">The most bytes.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ProblemException">It is larger (413), or there is no memory now (429).</exception>
    public static async ValueTask<Body> Read(Stream stream, UploadRoom room, int most, CancellationToken cancellation)
    {
        var body = new Body(room);
        try
        {
            while (true)
            {
                body.Grow(1);
                int count = await stream.ReadAsync(body.bytes.AsMemory(body.Length), cancellation).ConfigureAwait(false);
                if (count == 0)
                    return body;
                body.Length += count;
                if (body.Length > most)
                    throw TooLarge(most);
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (bytes.Length == 0)
            return;
        room.Return(bytes.Length);
        ArrayPool<byte>.Shared.Return(bytes);
        (bytes, Length) = ([], 0);
    }

    /// <summary>The refusal of a body that is larger than it may be.</summary>
    public static ProblemException TooLarge(int most) =>
        new(StatusCodes.Status413PayloadTooLarge, $"Body: expected at most {most >> 20:N0} MiB, got more. Send fewer or smaller images.");

    // Room for so many bytes more.
    private void Grow(int more)
    {
        if (bytes.Length - Length >= more)
            return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(Small, Math.Max(Length + more, 2 * bytes.Length)));
        try
        {
            room.Take(larger.Length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(larger);
            throw;
        }

        bytes.AsSpan(0, Length).CopyTo(larger);
        if (bytes.Length > 0)
        {
            room.Return(bytes.Length);
            ArrayPool<byte>.Shared.Return(bytes);
        }

        bytes = larger;
    }
}
