using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mekiki.Cli.Hosting;

/// <summary>The three files that a shell opens for a program, or does not: <c>2>&amp;-</c>.</summary>
/// <remarks>
/// The number of one that is closed goes to the next file that is opened, be it a checkpoint, into which messages would then be
/// written. So it is taken at the start. The runtime may have been quicker: what it opens is closed on exec, which nothing is that a shell handed over.
/// </remarks>
internal static class StandardDescriptors
{
    private const int GetFlags = 1, CloseOnExec = 1, ReadAndWrite = 2;

    /// <summary>Whether standard input, output and error were open when the program began. To be called once, before any file is opened.</summary>
    public static (bool In, bool Out, bool Error) Take()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            return (true, true, true);
        bool[] open = new bool[3];
        for (int number = 0; number < open.Length; number++)
        {
            int flags = Control(number, GetFlags);
            open[number] = flags >= 0 && (flags & CloseOnExec) == 0;
            // The lowest number that is free is given away.
            if (flags < 0)
                Open("/dev/null", ReadAndWrite);
        }

        return (open[0], open[1], open[2]);
    }

    /// <summary>Writes to standard error, past .NET; what it does not take at once is lost.</summary>
    public static void WriteError(ReadOnlySpan<byte> bytes)
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
            Write(2, bytes.ToArray(), bytes.Length);
    }

    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("macos")]
    [DllImport("libc", EntryPoint = "fcntl")]
    private static extern int Control(int descriptor, int command);

    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("macos")]
    [DllImport("libc", EntryPoint = "write")]
    private static extern nint Write(int descriptor, byte[] bytes, nint count);

    [SupportedOSPlatform("linux")]
    [SupportedOSPlatform("macos")]
    [DllImport("libc", EntryPoint = "open")]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
