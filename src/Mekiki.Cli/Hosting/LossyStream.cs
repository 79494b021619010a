namespace Mekiki.Cli.Hosting;

/// <summary>Standard error as commands see it: what it cannot take is lost, and the work goes on.</summary>
/// <remarks>
/// Its disk may be full, its terminal or reader gone. The next write is tried again. .NET's console starts a thread at its first
/// write; where there is no memory for one, the message goes to the system as it is.
/// </remarks>
internal sealed class LossyStream(Stream stream) : WriteOnlyStream
{
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
}
