using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Tests;

/// <summary>Tests that set the vector width run one after another.</summary>
[CollectionDefinition(nameof(VectorWidth), DisableParallelization = true)]
public class VectorWidthCollection;

/// <summary>The register widths that tests go through.</summary>
internal static class VectorWidths
{
    /// <summary>All that kernels are written for, in bits; those that this machine has not run emulated, slowly, with the same results.</summary>
    public static IReadOnlyList<int> All { get; } = [512, 256, 128];

    /// <summary>Those, and 32: one number at a time, where a kernel has such a twin.</summary>
    public static IEnumerable<int> AllAndScalar => All.Append(32);

    /// <summary>Uses a width until disposed.</summary>
    public static Scope Use(int bits)
    {
        int before = VectorWidth.Bits;
        VectorWidth.Bits = bits;
        return new Scope(before);
    }

    internal readonly ref struct Scope(int before)
    {
        public void Dispose() => VectorWidth.Bits = before;
    }
}
