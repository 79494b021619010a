using Mekiki.Backends;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Tests;

/// <summary>Settings of the whole process, changed until disposed. Tests that use them belong to the collection <see cref="Mekiki.Backends.Cpu.Simd.VectorWidth"/>, which runs alone.</summary>
internal static class Switches
{
    public static Threading UseThreads(int count)
    {
        var before = new Threading(Workers.Count);
        Workers.Count = count;
        return before;
    }

    public static Fusing UseFusion(bool on)
    {
        var before = new Fusing(Deferral.IsEnabled);
        Deferral.IsEnabled = on;
        return before;
    }

    /// <summary>New tensors of this thread are made there.</summary>
    public static Computing UseBackend(Backend backend)
    {
        var before = new Computing(Backend.Current);
        Backend.Current = backend;
        return before;
    }

    internal readonly ref struct Threading(int before)
    {
        public void Dispose() => Workers.Count = before;
    }

    internal readonly ref struct Fusing(bool before)
    {
        public void Dispose() => Deferral.IsEnabled = before;
    }

    internal readonly ref struct Computing(Backend before)
    {
        public void Dispose() => Backend.Current = before;
    }
}
