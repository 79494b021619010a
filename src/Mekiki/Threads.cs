using Mekiki.Backends.Cpu.Threading;

namespace Mekiki;

/// <summary>How many threads compute, in the whole process.</summary>
public static class Threads
{
    /// <summary>At first one for each processor. Setting it to more than 64 means 64. It changes speed, never results.</summary>
    /// <exception cref="MekikiException">The number is out of range.</exception>
    public static int Count
    {
        get => Workers.Count;
        set => Workers.Count = value is >= 1 and <= 1024 ? Math.Min(value, 64) : throw new MekikiException($"--threads: expected 1 to 1,024, got {value}.");
    }

    /// <summary>One for each processor that the process may use, at most 64.</summary>
    public static int Default => Workers.DefaultCount;
}
