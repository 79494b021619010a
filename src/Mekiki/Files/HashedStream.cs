namespace Mekiki.Files;

/// <summary>Passes bytes on to a stream and keeps the sha256 of all of them. Disposing it leaves that stream open.</summary>
internal sealed class HashedStream(Stream stream) : Stream
{
    private readonly Sha256Hash hash = new();

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Writes the sha256 of what was written so far, and begins anew.</summary>
    public void WriteHash() => stream.Write(hash.Finish());

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        hash.Append(buffer);
        stream.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => stream.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            hash.Dispose();
        base.Dispose(disposing);
    }
}
