namespace Mekiki.Cli.Hosting;

/// <summary>A standard output that was closed when the program began. What has nothing to say does not notice.</summary>
internal sealed class ClosedStream : WriteOnlyStream
{
    public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("Standard output is closed.");
}
