using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki;

/// <summary>What a program runs on: the facts that a measured figure needs beside it.</summary>
/// <example>
/// <code>
/// Console.WriteLine($"{Machine.This.Processor}, vectors of {Machine.This.VectorBits} bits, Mekiki {Machine.Version}");
/// </code>
/// </example>
public sealed class Machine
{
    private Machine()
    {
        (Features, Unused) = FindFeatures();
        (Processor, Processors, VectorBits) = (FindProcessor(), Environment.ProcessorCount, VectorWidth.Bits);
        MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        System = $"{RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}";
        Runtime = RuntimeInformation.FrameworkDescription + (RuntimeFeature.IsDynamicCodeSupported ? "" : ", compiled ahead of time");
    }

    /// <summary>The processor's own name.</summary>
    public string Processor { get; }

    /// <summary>How many threads can run at once.</summary>
    public int Processors { get; }

    /// <summary>The processor's vector instructions that this program uses, such as AVX2; the widest last.</summary>
    public IReadOnlyList<string> Features { get; }

    /// <summary>Vector instructions that the processor has and this program does not use.</summary>
    public IReadOnlyList<string> Unused { get; }

    /// <summary>The width of the registers that the kernels use: 512, 256 or 128.</summary>
    public int VectorBits { get; }

    /// <summary>Memory that the process may take.</summary>
    public long MemoryBytes { get; }

    /// <summary>The operating system and its architecture.</summary>
    public string System { get; }

    /// <summary>The .NET runtime, and whether the program was compiled ahead of time.</summary>
    public string Runtime { get; }

    /// <summary>The machine that this program runs on.</summary>
    public static Machine This => field ??= new();

    /// <summary>The version of Mekiki, with the commit that it was built from: <c>0.1.0+64653fb</c>.</summary>
    public static string Version { get; } = ReadVersion();

    /// <summary>The most memory that this process has held at once, in bytes.</summary>
    public static long PeakMemoryBytes
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }

    /// <summary>Measures the limit of arithmetic: floating-point operations a second of <see cref="Threads.Count"/> threads together, two for a multiply-add of the widest vectors, on registers alone.</summary>
    /// <param name="seconds">How long is measured, about, above 0; the best of several short runs counts. Let nothing else run.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not above 0.</exception>
    public static double MeasurePeakFlopsPerSecond(double seconds = 0.25)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seconds);
        return FmaPeak.Measure(seconds);
    }

    /// <summary>One line: <c>Intel Xeon (2 threads, 512-bit vectors), Debian GNU/Linux 12 X64, .NET 10.0.0</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Processor} ({Processors} {(Processors == 1 ? "thread" : "threads")}, {VectorBits}-bit vectors), {System}, {Runtime}");

    private static (string[] Used, string[] Unused) FindFeatures()
    {
        if (!X86Base.IsSupported)
            return ([.. Names(("NEON", AdvSimd.IsSupported), ("dot product", Dp.IsSupported))], []);
        // Leaf 1 and 7 of CPUID: what the processor has, whatever this program was compiled for.
        int leaf1 = X86Base.CpuId(1, 0).Ecx, leaf7 = X86Base.CpuId(0, 0).Eax >= 7 ? X86Base.CpuId(7, 0).Ebx : 0;
        (string Name, bool Used, bool Has)[] all =
        [
            ("SSE4.2", Sse42.IsSupported, Bit(leaf1, 20)),
            ("AVX", Avx.IsSupported, Bit(leaf1, 28)),
            ("FMA", Fma.IsSupported, Bit(leaf1, 12)),
            ("AVX2", Avx2.IsSupported, Bit(leaf7, 5)),
            ("AVX-512", Avx512F.IsSupported, Bit(leaf7, 16)),
        ];
        return ([.. Names([.. all.Select(f => (f.Name, f.Used))])], [.. Names([.. all.Select(f => (f.Name, f.Has && !f.Used))])]);
    }

    private static bool Bit(int register, int bit) => (register >> bit & 1) != 0;

    private static IEnumerable<string> Names(params (string Name, bool Has)[] features) => features.Where(f => f.Has).Select(f => f.Name);

    private static string FindProcessor()
    {
        if (X86Base.IsSupported && (uint)X86Base.CpuId(unchecked((int)0x80000000), 0).Eax >= 0x80000004)
            return BrandOfX86();
        string? named = Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return named is { Length: > 0 } ? named : $"{RuntimeInformation.ProcessArchitecture} processor";
    }

    // CPUID, leaves 0x80000002 to 0x80000004: 48 bytes of text.
    private static string BrandOfX86()
    {
        Span<int> words = stackalloc int[12];
        for (int i = 0; i < 3; i++)
            (words[4 * i], words[4 * i + 1], words[4 * i + 2], words[4 * i + 3]) = X86Base.CpuId(unchecked((int)0x80000002) + i, 0);
        string text = global::System.Text.Encoding.ASCII.GetString(MemoryMarshal.AsBytes(words)).Trim('\0', ' ');
        return string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string ReadVersion()
    {
        string text = typeof(Machine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
        int plus = text.IndexOf('+');
        return plus > 0 && text.Length > plus + 8 ? text[..(plus + 8)] : text;
    }
}
