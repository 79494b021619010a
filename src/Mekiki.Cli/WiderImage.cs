using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Runtime.Versioning;
using System.Text;
using Mekiki.Cli.Commands;

namespace Mekiki.Cli;

/// <summary>Lets a native program use the widest vectors of the processor, and still start where they are absent.</summary>
/// <remarks>
/// Code that is compiled ahead of time is compiled for one width, and an image for a wider one refuses to start on a
/// processor without it. So the published folder holds images for AVX2 and AVX-512 beside <c>mekiki</c>, which starts
/// anywhere and, before it does anything else, becomes the widest that the processor runs (execve). MEKIKI_VECTOR_BITS
/// asks for at most 128, 256 or 512 bits.
/// </remarks>
internal static partial class WiderImage
{
    // What Linux says of the processor if it runs code for x86-64-v3 and -v4 (System V ABI, AMD64 supplement, section 3.1.1).
    private static readonly (int Bits, string Suffix, string[] Flags)[] images =
    [
        (512, "-avx512", ["avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]),
        (256, "-avx2", ["avx2", "bmi1", "bmi2", "f16c", "fma", "movbe"]),
    ];

    /// <summary>Becomes a wider image, if there is one for this processor; otherwise returns.</summary>
    public static void Become(string[] args)
    {
        // A shell that completes a line waits, as who asks for help does.
        if (args is [] or [CompletionScript.Request or CompletionScript.RequestNext, ..] || args.Any(a => a is "--help" or "-h" or "--version"))
            return;
        if (RuntimeFeature.IsDynamicCodeSupported || !OperatingSystem.IsLinux() || !X86Base.IsSupported || Vector256.IsHardwareAccelerated)
            return;
        int most = int.TryParse(Environment.GetEnvironmentVariable("MEKIKI_VECTOR_BITS"), out int bits) ? bits : 512;
        // Some virtual machines leave this one out of what Linux says, though the processor has it.
        const int LeadingZeroCount = 1 << 5;
        if ((X86Base.CpuId(unchecked((int)0x80000001), 0).Ecx & LeadingZeroCount) == 0)
            return;
        var flags = ReadFlags();
        foreach (var (width, suffix, needed) in images)
            if (width <= most && needed.All(flags.Contains))
                Execute(Environment.ProcessPath + suffix, args);
    }

    private static HashSet<string> ReadFlags()
    {
        try
        {
            // All processors are alike; the first one's paragraph is enough.
            var head = new byte[8192];
            using var file = File.OpenRead("/proc/cpuinfo");
            string text = Encoding.ASCII.GetString(head, 0, file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false));
            string? line = text.Split('\n').FirstOrDefault(l => l.StartsWith("flags", StringComparison.Ordinal));
            return [.. (line ?? "").Split(' ')];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // Returns only if the file is not there or cannot be run; then this image goes on.
    [SupportedOSPlatform("linux")]
    private static unsafe void Execute(string path, string[] args)
    {
        var words = new nint[args.Length + 2];
        words[0] = Marshal.StringToCoTaskMemUTF8(path);
        for (int i = 0; i < args.Length; i++)
            words[i + 1] = Marshal.StringToCoTaskMemUTF8(args[i]);
        fixed (nint* argv = words)
            _ = ExecV(words[0], argv);
    }

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "execv")]
    private static unsafe partial int ExecV(nint path, nint* argv);
}
