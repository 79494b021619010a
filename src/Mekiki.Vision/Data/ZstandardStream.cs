using System.Numerics;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Mekiki.Vision.Data;

/// <summary>The unpacked bytes of a file that Zstandard has packed (RFC 8878), from the first to the last.</summary>
/// <remarks>A frame says itself how much memory it needs (its window): more than a hundred times the file is not believed, nor more than 128 MiB.</remarks>
internal sealed class ZstandardStream : Stream
{
    private const int LeastWindow = 23, MostWindow = 27;    // logarithms: 8 MiB, which every reader must have; 128 MiB, as `zstd` reads without being asked

    private readonly DecompressionStream unpacked;

    /// <param name="file">The packed bytes; it is closed with this stream.</param>
    /// <param name="length">How many they are.</param>
    public ZstandardStream(Stream file, long length)
    {
        unpacked = new DecompressionStream(file, leaveOpen: false);
        unpacked.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, Math.Clamp(BitOperations.Log2((ulong)length * 100), LeastWindow, MostWindow));
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="InvalidDataException">They are not whole, or need too much memory.</exception>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return unpacked.Read(buffer);
        }
        catch (ZstdException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            unpacked.Dispose();
        base.Dispose(disposing);
    }
}
