namespace Mekiki.Cli.Hosting;

/// <summary>Standard error as commands see it: what it cannot take is lost, and the work goes on.</summary>
/// <remarks>
/// Its disk may be full, its terminal or reader gone. The next write is tried again. .NET's console starts a thread at its first
/// write; where there is no memory for one, the message goes to the system as it is.
/// </remarks>
internal sealed class LossyStream(Stream stream) : Stream
{
    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            stream.Write(buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
        }
        catch (Exception)
        {
            StandardDescriptors.WriteError(buffer);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
