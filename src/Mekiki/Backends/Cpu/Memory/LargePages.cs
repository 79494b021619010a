using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mekiki.Backends.Cpu.Memory;

/// <summary>Asks Linux to back large blocks with large pages: fewer faults when they are first touched, and fewer address translations when weights are read across.</summary>
internal static partial class LargePages
{
    /// <summary>Bytes of a large page, to which blocks that use them are aligned.</summary>
    public const int Size = 2 << 20;

    private const int HugePageAdvice = 14;

    /// <summary>Whether a block is large enough, and the system one that takes the advice.</summary>
    public static bool Suit(long bytes) => bytes >= 2 * Size && OperatingSystem.IsLinux();

    /// <summary>Gives the advice; a system that cannot follow it goes on with small pages.</summary>
    public static void Advise(nint block, long bytes)
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = Advise(block, (nuint)bytes, HugePageAdvice);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
        }
    }

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint block, nuint bytes, int advice);
}
