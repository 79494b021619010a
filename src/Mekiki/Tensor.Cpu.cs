using Mekiki.Backends;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki;

public sealed unsafe partial class Tensor
{
    internal float* Pointer => ((CpuStorage)Data).Pointer;

    internal bool ChannelsLast => Layout == Layout.ChannelsLast;
}
