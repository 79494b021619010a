using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Tests.Kernels;

/// <summary>The elements as kernels see them.</summary>
internal static unsafe class TensorPointer
{
    extension(Tensor x)
    {
        public float* Pointer => ((CpuStorage)x.Data).Pointer;
    }
}
