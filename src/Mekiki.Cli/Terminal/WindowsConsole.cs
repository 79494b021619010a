using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mekiki.Cli.Terminal;

/// <summary>The streams of Windows: consoles obey escape sequences only when they are asked to.</summary>
internal static class WindowsConsole
{
    /// <summary>The numbers of the streams, as Windows counts them.</summary>
    public const int Input = -10, Output = -11, Error = -12;

    private const uint EscapeSequences = 4, Pipe = 3;

    /// <summary>Switches escape sequences on.</summary>
    /// <param name="stream"><see cref="Output"/> or <see cref="Error"/>.</param>
    /// <returns>Whether the stream's console obeys them now; false where it is no console, or too old.</returns>
    [SupportedOSPlatform("windows")]
    public static bool TakesEscapeSequences(int stream)
    {
        nint handle = Handle(stream);
        return GetMode(handle, out uint mode) != 0 && ((mode & EscapeSequences) != 0 || SetMode(handle, mode | EscapeSequences) != 0);
    }

    /// <summary>Whether a stream is a pipe.</summary>
    [SupportedOSPlatform("windows")]
    public static bool IsPipe(int stream) => Kind(Handle(stream)) == Pipe;

    [SupportedOSPlatform("windows")]
    [DllImport("kernel32.dll", EntryPoint = "GetFileType")]
    private static extern uint Kind(nint handle);

    [SupportedOSPlatform("windows")]
    [DllImport("kernel32.dll", EntryPoint = "GetStdHandle")]
    private static extern nint Handle(int stream);

    [SupportedOSPlatform("windows")]
    [DllImport("kernel32.dll", EntryPoint = "GetConsoleMode")]
    private static extern int GetMode(nint handle, out uint mode);

    [SupportedOSPlatform("windows")]
    [DllImport("kernel32.dll", EntryPoint = "SetConsoleMode")]
    private static extern int SetMode(nint handle, uint mode);
}
