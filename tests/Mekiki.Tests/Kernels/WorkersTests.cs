using System.Runtime.InteropServices;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Tests.Kernels;

/// <summary>The fork-join pool under threads that lose their processor at any moment.</summary>
[Collection(nameof(Mekiki.Backends.Cpu.Simd.VectorWidth))]
public unsafe class WorkersTests
{
    private const int Rows = 64, MostItems = 24;

    // Jobs follow each other at once, and the caller has mostly done a job before a helper comes: that is when one may come too late.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void Run_OfJobsInQuickSuccession_DoesEachItemOnceAndOfTheJobAtHand(int helpersPerProcessor)
    {
        int before = Workers.Count;
        var counts = (int*)NativeMemory.AllocZeroed(2 * Rows * MostItems, sizeof(int));
        try
        {
            Workers.Count = Math.Min(64, helpersPerProcessor * Environment.ProcessorCount);
            int rounds = 0;
            for (var until = DateTime.UtcNow.AddSeconds(1); DateTime.UtcNow < until; rounds++)
            {
                for (int row = 0; row < Rows; row++)
                {
                    var even = new Even { Counts = counts + row * MostItems };
                    Workers.Run(ref even, Items(row));
                    var odd = new Odd { Room = 7, Counts = counts + (Rows + row) * MostItems };
                    Workers.Run(ref odd, Items(row));
                }

                for (int row = 0; row < 2 * Rows; row++)
                    for (int i = 0; i < MostItems; i++)
                        Assert.Equal(i < Items(row % Rows) ? 1 + row / Rows : 0, counts[row * MostItems + i]);
                NativeMemory.Clear(counts, 2 * Rows * MostItems * sizeof(int));
            }

            Assert.True(rounds > 1);
        }
        finally
        {
            Workers.Count = before;
            NativeMemory.Free(counts);
        }

        static int Items(int row) => 2 + row % 5;
    }

    private struct Even : IJob
    {
        public int* Counts;

        public readonly void Run(int item) => Interlocked.Increment(ref Counts[item]);
    }

    private struct Odd : IJob
    {
        public long Room;
        public int* Counts;

        public readonly void Run(int item) => Interlocked.Add(ref Counts[item], 2);
    }
}
