using Mekiki.Backends.Cpu.Memory;

namespace Mekiki;

/// <summary>The memory behind tensors, in the whole process.</summary>
/// <remarks>
/// Freed blocks are kept for the next tensor of the same size. What is not needed for long goes back to the system by itself;
/// <see cref="Trim"/> gives it back at once, for instance after a large model was dropped.
/// </remarks>
public static class TensorMemory
{
    /// <summary>Bytes that tensors take now, forgotten ones that the garbage collector has not found yet among them.</summary>
    public static long UsedBytes => StoragePool.UsedBytes;

    /// <summary>Bytes taken from the system: in use, or kept for the next tensor.</summary>
    public static long ReservedBytes => StoragePool.ReservedBytes;

    /// <summary>Gives all kept memory back to the system. What is in use stays; call the garbage collector before, if tensors were just dropped.</summary>
    public static void Trim() => StoragePool.Trim();
}
