using Mekiki.Backends;
using Mekiki.Backends.Cpu;

namespace Mekiki.Tests.Reference;

/// <summary>The backends that tests go through; a new one is a row.</summary>
internal static class TestedBackends
{
    private static readonly Dictionary<string, Backend> all = new()
    {
        ["cpu"] = CpuBackend.Instance,
        ["reference"] = ReferenceBackend.Instance,
    };

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => all.Keys;

    /// <summary>New tensors of this thread are made there until disposed.</summary>
    public static Switches.Computing Use(string name) => Switches.UseBackend(all[name]);

    /// <summary>Each case on each backend.</summary>
    public static TheoryData<string, string> With(IEnumerable<string> cases)
    {
        var data = new TheoryData<string, string>();
        foreach (string one in cases)
            foreach (string backend in all.Keys)
                data.Add(one, backend);
        return data;
    }

    /// <summary>Each case on each backend, on the processor at each of the vector widths.</summary>
    public static TheoryData<string, string, int> With(IEnumerable<string> cases, IEnumerable<int> widths)
    {
        var data = new TheoryData<string, string, int>();
        foreach (string one in cases)
            foreach (var (name, backend) in all)
                foreach (int bits in backend is CpuBackend ? widths : widths.Take(1))
                    data.Add(one, name, bits);
        return data;
    }
}
