using System.Numerics;
using System.Runtime.InteropServices;

namespace Mekiki.Backends.Cpu.Memory;

/// <summary>Keeps freed blocks for the next user of the same size, so that a steady step takes no memory from the system.</summary>
/// <remarks>Sizes are rounded up to a quarter of a power of two, so at most a fifth is unused.</remarks>
internal static unsafe class StoragePool
{
    /// <summary>Bytes that kernels may read (never write) past a tensor's end: two of the widest registers.</summary>
    public const int Padding = 256;

    private const int SmallestLog = 10, Classes = 4 * 40;
    private const long SmallestCollection = 256L << 20;
    private static readonly Lock Gate = new();
    private static readonly Stack<nint>[] Free = CreateLists();
    private static long reserved, inUse, collectAt = SmallestCollection;

    /// <summary>Bytes taken from the system, in use or kept.</summary>
    public static long ReservedBytes => Interlocked.Read(ref reserved);

    /// <summary>Bytes of the blocks in use now.</summary>
    public static long UsedBytes => Interlocked.Read(ref inUse);

    public static nint Rent(long bytes, out int sizeClass)
    {
        sizeClass = ClassOf(bytes + Padding);
        long size = SizeOf(sizeClass);
        Interlocked.Add(ref inUse, size);
        return TryPop(sizeClass, out nint block) || (IsCollectionDue(size) && TryPop(sizeClass, out block)) ? block : Take(size, mayRetry: true);
    }

    public static void Return(nint block, int sizeClass)
    {
        Interlocked.Add(ref inUse, -SizeOf(sizeClass));
        lock (Gate)
            Free[sizeClass].Push(block);
    }

    /// <summary>Gives all kept blocks back to the system.</summary>
    public static void Trim()
    {
        lock (Gate)
            for (int i = 0; i < Free.Length; i++)
                while (Free[i].TryPop(out nint block))
                {
                    NativeMemory.AlignedFree((void*)block);
                    Interlocked.Add(ref reserved, -SizeOf(i));
                }
    }

    private static bool TryPop(int sizeClass, out nint block)
    {
        lock (Gate)
            return Free[sizeClass].TryPop(out block);
    }

    /// <summary>Looks for forgotten blocks when the pool would grow to twice what was in use after the last search.</summary>
    /// <remarks>
    /// A result that nobody differentiates keeps all that it came from. The garbage collector sees small objects
    /// there, not the memory behind them, and would let it grow for long.
    /// </remarks>
    private static bool IsCollectionDue(long size)
    {
        if (ReservedBytes + size <= Interlocked.Read(ref collectAt))
            return false;
        Collect();
        Interlocked.Exchange(ref collectAt, Math.Max(SmallestCollection, 2 * UsedBytes));
        return true;
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private static nint Take(long size, bool mayRetry)
    {
        try
        {
            bool large = LargePages.Suit(size);
            var block = (nint)NativeMemory.AlignedAlloc((nuint)size, large ? LargePages.Size : 64u);
            if (large)
                LargePages.Advise(block, size);
            Interlocked.Add(ref reserved, size);
            return block;
        }
        catch (OutOfMemoryException) when (mayRetry)
        {
            Collect();
            Trim();
            return Take(size, mayRetry: false);
        }
        catch (OutOfMemoryException e)
        {
            Interlocked.Add(ref inUse, -size);
            throw new MekikiException($"Memory: expected {size >> 20:N0} MiB more, got none from the system ({ReservedBytes >> 20:N0} MiB are in use). Use a smaller batch, smaller images or a smaller model.", e);
        }
    }

    private static int ClassOf(long bytes)
    {
        int log = Math.Max(SmallestLog, BitOperations.Log2((ulong)bytes));
        if (bytes <= 1L << log)
            return (log - SmallestLog) * 4;
        long quarter = 1L << (log - 2);
        return (log - SmallestLog) * 4 + (int)((bytes - (1L << log) + quarter - 1) / quarter);
    }

    private static long SizeOf(int sizeClass)
    {
        int log = sizeClass / 4 + SmallestLog;
        return (1L << log) + sizeClass % 4 * (1L << (log - 2));
    }

    private static Stack<nint>[] CreateLists()
    {
        var lists = new Stack<nint>[Classes];
        for (int i = 0; i < lists.Length; i++)
            lists[i] = new Stack<nint>();
        return lists;
    }
}
