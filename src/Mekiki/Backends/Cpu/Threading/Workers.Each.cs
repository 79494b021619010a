using System.Runtime.InteropServices;

namespace Mekiki.Backends.Cpu.Threading;

internal static unsafe partial class Workers
{
    /// <summary>Runs <paramref name="body"/> for each of 0, 1, … <paramref name="items"/> − 1, in any order, on all threads. For items of some microseconds and more.</summary>
    /// <remarks>Kernels that the body calls run on the thread that called them.</remarks>
    public static void Each(int items, Action<int> body)
    {
        var handle = GCHandle.Alloc(body);
        try
        {
            var job = new ActionJob { Handle = GCHandle.ToIntPtr(handle) };
            Run(ref job, items);
        }
        finally
        {
            handle.Free();
        }
    }

    private struct ActionJob : IJob
    {
        public nint Handle;

        public readonly void Run(int item) => ((Action<int>)GCHandle.FromIntPtr(Handle).Target!)(item);
    }
}
