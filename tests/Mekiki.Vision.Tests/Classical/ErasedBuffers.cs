using System.Runtime.CompilerServices;
using Mekiki.Vision.Classical;

namespace Mekiki.Vision.Tests.Classical;

/// <summary>All tests here run with buffers that become NaN when they are given back: what reads a buffer for too long answers NaN.</summary>
internal static class ErasedBuffers
{
    [ModuleInitializer]
    internal static void Erase() => BufferPool.ErasesOnReturn = true;
}
