using Microsoft.Win32.SafeHandles;

namespace Mekiki.Cli.Hosting;

/// <summary>The process's standard output, which notices when its reader has gone.</summary>
internal static class StandardOutput
{
    public static Stream Open()
    {
        var console = Console.OpenStandardOutput();
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
            return console;
        // The console's stream swallows what a closed pipe says. Files stay with it: it appends where others write too.
        var direct = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return direct.CanSeek ? console : new PipeStream(direct);
    }

    private sealed class PipeStream(FileStream pipe) : WriteOnlyStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                pipe.Write(buffer);
            }
            catch (IOException e)
            {
                throw new OutputClosedException(e);
            }
        }
    }
}

/// <summary>Whoever read standard output has seen enough, as <c>head</c> does.</summary>
internal sealed class OutputClosedException(Exception cause) : IOException("Standard output is closed.", cause);
