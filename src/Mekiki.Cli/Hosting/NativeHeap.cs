using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mekiki.Cli.Hosting;

/// <summary>The C library's memory, in a program that runs for weeks.</summary>
/// <remarks>
/// glibc serves threads from up to eight arenas a processor, and lets blocks of up to 32 MiB lie in them once such a block was freed. Weights
/// come and go with each swap, on whichever thread: what lives between them holds the pages of all arenas, a third more memory after 200 swaps.
/// </remarks>
internal static partial class NativeHeap
{
    private const int MapThreshold = -3, MostArenas = -8, LargeBytes = 256 << 10;

    /// <summary>From now on a large block has pages of its own, which go back to the system when it is freed, and there are no more arenas than processors. Other C libraries than glibc stay as they are.</summary>
    public static void KeepSmall()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetOption(MapThreshold, LargeBytes);
            _ = SetOption(MostArenas, Environment.ProcessorCount);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
        }
    }

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
