using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mekiki.Backends.Cpu.Memory;

/// <summary>Keeps freed blocks for the next user of the same size, so that a steady step takes no memory from the system.</summary>
/// <remarks>
/// Sizes are rounded up to a quarter of a power of two, so at most a fifth is unused; where no block of a large
/// size is free, one that is less than twice as large serves: a training's way back so finds the blocks of its way there. The garbage collector is told what the blocks
/// take, and collects forgotten ones in its own time; blocks that the last two periods (of ten seconds or more, between full collections) did not need go back to
/// the system. Nothing here forces a collection, but where the system has no memory left.
/// </remarks>
internal static unsafe partial class StoragePool
{
    /// <summary>Bytes that kernels may read (never write) past a tensor's end: two of the widest registers.</summary>
    public const int Padding = 256;

    private const int SmallestLog = 10, Classes = 4 * 40, LargerClasses = 3;
    private const long LeastPressure = 256 << 10, MostIdleForgotten = 16 << 20, MostIdle = 64 << 20, TrimEvery = 32 << 20, LeastLarge = 1 << 20;
    private static readonly Lock Gate = new();
    private static readonly Stack<PoolBlock>[] Free = CreateLists();
    private static readonly long LeastPeriod = 10 * Stopwatch.Frequency;
    private static long reserved, inUse, peak, lastPeak, freedSinceTrim, periodBegan = Stopwatch.GetTimestamp();

    static StoragePool() => _ = new AfterFullCollection();

    /// <summary>Bytes taken from the system, in use or kept.</summary>
    public static long ReservedBytes => Interlocked.Read(ref reserved);

    /// <summary>Bytes of the blocks in use now.</summary>
    public static long UsedBytes => Interlocked.Read(ref inUse);

    /// <summary>A block of so many bytes and the padding, or more; its content is arbitrary.</summary>
    public static PoolBlock Rent(long bytes)
    {
        int sizeClass = ClassOf(bytes + Padding);
        long size = SizeOf(sizeClass);
        var block = Kept(sizeClass);
        long used = Interlocked.Add(ref inUse, block is null ? size : SizeOf(block.SizeClass));
        if (used > Volatile.Read(ref peak))
            Volatile.Write(ref peak, used);
        if (block is not null)
            return block;
        // Blocks of other sizes lie idle, more than were in use at once: they were needed once, and are not now. What is in use at this moment
        // would not tell: on a training's way back that is little, and the next step needs all again.
        long needed = Math.Max(Volatile.Read(ref lastPeak), Volatile.Read(ref peak));
        if (ReservedBytes - needed > needed + MostIdle)
            Trim();
        return Take(sizeClass, size, mayRetry: true);
    }

    private static PoolBlock? Kept(int sizeClass)
    {
        // Threads take small ones in another order each time, so that their sizes would mix anew.
        int last = SizeOf(sizeClass) < LeastLarge ? sizeClass : Math.Min(sizeClass + LargerClasses, Classes - 1);
        lock (Gate)
            for (int i = sizeClass; i <= last; i++)
                if (Free[i].TryPop(out var block))
                    return block;
        return null;
    }

    /// <summary>Takes a block back from an owner who has done with it.</summary>
    public static void Return(PoolBlock block)
    {
        Interlocked.Add(ref inUse, -SizeOf(block.SizeClass));
        lock (Gate)
            Free[block.SizeClass].Push(block);
    }

    /// <summary>Takes a block back that the garbage collector found: such blocks come late and many at once, so few of them are kept.</summary>
    public static void Forget(PoolBlock block)
    {
        long size = SizeOf(block.SizeClass), used = Interlocked.Add(ref inUse, -size);
        if (ReservedBytes - used > MostIdleForgotten)
        {
            GiveBack(block);
            return;
        }

        GC.ReRegisterForFinalize(block);
        lock (Gate)
            Free[block.SizeClass].Push(block);
    }

    /// <summary>Gives all kept blocks back to the system.</summary>
    public static void Trim()
    {
        TrimTo(0);
        ReturnPages();
    }

    // Gives kept blocks back, the largest first, until no more than so many bytes are reserved.
    private static void TrimTo(long most)
    {
        for (int i = Free.Length - 1; i >= 0; i--)
            while (ReservedBytes > most)
            {
                PoolBlock? block;
                lock (Gate)
                    if (!Free[i].TryPop(out block))
                        break;
                GiveBack(block);
            }
    }

    private static void GiveBack(PoolBlock block)
    {
        long size = SizeOf(block.SizeClass);
        NativeMemory.AlignedFree(block.Pointer);
        GC.SuppressFinalize(block);
        Interlocked.Add(ref reserved, -size);
        if (size >= LeastPressure)
            GC.RemoveMemoryPressure(size);
        if (Interlocked.Add(ref freedSinceTrim, size) >= TrimEvery)
            ReturnPages();
    }

    private static PoolBlock Take(int sizeClass, long size, bool mayRetry)
    {
        try
        {
            bool large = LargePages.Suit(size);
            void* memory = NativeMemory.AlignedAlloc((nuint)size, large ? LargePages.Size : 64u);
            if (large)
                LargePages.Advise((nint)memory, size);
            Interlocked.Add(ref reserved, size);
            if (size >= LeastPressure)
                GC.AddMemoryPressure(size);
            return new PoolBlock((float*)memory, sizeClass);
        }
        catch (OutOfMemoryException) when (mayRetry)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Trim();
            return Take(sizeClass, size, mayRetry: false);
        }
        catch (OutOfMemoryException e)
        {
            Interlocked.Add(ref inUse, -size);
            throw new MekikiException($"Memory: expected {size >> 20:N0} MiB more, got none from the system ({ReservedBytes >> 20:N0} MiB are in use). Use a smaller batch, smaller images or a smaller model.", e);
        }
    }

    /// <summary>The C library keeps freed memory for itself, as we do; glibc can be asked to let go of whole pages.</summary>
    private static void ReturnPages()
    {
        Interlocked.Exchange(ref freedSinceTrim, 0);
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = ReturnPages(0);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
        }
    }

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int ReturnPages(nuint pad);

    private static void EndPeriod()
    {
        long now = Stopwatch.GetTimestamp();
        if (now - periodBegan < LeastPeriod)
            return;
        periodBegan = now;
        long needed = Math.Max(lastPeak, Volatile.Read(ref peak));
        (lastPeak, peak) = (Volatile.Read(ref peak), UsedBytes);
        TrimTo(needed);
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

    private static Stack<PoolBlock>[] CreateLists()
    {
        var lists = new Stack<PoolBlock>[Classes];
        for (int i = 0; i < lists.Length; i++)
            lists[i] = new Stack<PoolBlock>();
        return lists;
    }

    /// <summary>Found by each full collection, and made ready for the next.</summary>
    private sealed class AfterFullCollection
    {
        private int collections = GC.CollectionCount(2);

        ~AfterFullCollection()
        {
            if (Environment.HasShutdownStarted)
                return;
            if (GC.CollectionCount(2) is var now && now != collections)
            {
                collections = now;
                EndPeriod();
            }

            GC.ReRegisterForFinalize(this);
        }
    }
}
