using System.Runtime.InteropServices;

namespace Mekiki.Backends.Cpu.Threading;

/// <summary>A piece of parallel work: a struct of sizes and pointers whose items may run in any order.</summary>
internal interface IJob
{
    void Run(int item);
}

/// <summary>The one standing fork-join pool. Work is cut by shape, so results never depend on the number of threads.</summary>
/// <remarks>
/// The calling thread works too. Each thread has its share of the items, the same from job to job, so that it finds in its
/// cache what it wrote there; it claims them one at a time, and then what is left of the others' shares. Waiting threads
/// spin for some tens of microseconds, so that a fork costs about one; then they sleep. Nested calls, and calls from a
/// second thread while a job runs, are carried out at once on the calling thread.
/// </remarks>
internal static unsafe partial class Workers
{
    private const int SpinsBeforeSleep = 4000, MostThreads = 64;
    private const long LeastShared = 1 << 18;
    private static readonly Lock Gate = new();
    private static Thread[] threads = [];
    private static int count = DefaultCount;
    private static volatile int generation;
    private static delegate*<void*, int, void> entry;
    private static void* job;
    private static readonly Share* shares = (Share*)NativeMemory.AlignedAlloc(MostThreads * (nuint)sizeof(Share), (nuint)sizeof(Share));
    private static Padded state;
    private static volatile Exception? failure;
    [ThreadStatic] private static bool inside;
    [ThreadStatic] private static int ownCount;

    /// <summary>As many threads as the process may use processors, at most 64.</summary>
    public static int DefaultCount => Math.Clamp(Environment.ProcessorCount, 1, MostThreads);

    /// <summary>Threads that work, the caller included: 1 or more. It changes speed, never results.</summary>
    public static int Count
    {
        get => count;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            lock (Gate)
                count = Math.Min(value, MostThreads);
        }
    }

    /// <summary>Threads that work for the calling thread's jobs, it included; 0: <see cref="Count"/>.</summary>
    public static int OwnCount
    {
        get => ownCount;
        set => ownCount = Math.Clamp(value, 0, MostThreads);
    }

    /// <summary>Threads that work for the calling thread's jobs, it included: 1 or more.</summary>
    public static int Current => ownCount == 0 ? count : ownCount;

    /// <summary>Runs all items of a job, on the calling thread alone if the whole is too little to share.</summary>
    /// <param name="work">The job.</param>
    /// <param name="items">How many items it has.</param>
    /// <param name="operations">About how many multiply-adds the whole is.</param>
    public static void Run<TJob>(ref TJob work, int items, long operations) where TJob : unmanaged, IJob
    {
        if (operations >= LeastShared)
            Run(ref work, items);
        else
            for (int i = 0; i < items; i++)
                work.Run(i);
    }

    /// <summary>Runs all items of a job and returns when the last has ended.</summary>
    public static void Run<TJob>(ref TJob work, int items) where TJob : unmanaged, IJob
    {
        if (items <= 0)
            return;
        int workers = Current;
        if (workers == 1 || items == 1 || inside || !Gate.TryEnter())
        {
            for (int i = 0; i < items; i++)
                work.Run(i);
            return;
        }

        try
        {
            inside = true;
            if (threads.Length < workers - 1)
                Start(workers - 1);
            fixed (TJob* pinned = &work)
                Fork(pinned, &Call<TJob>, items, workers);
        }
        finally
        {
            inside = false;
            Gate.Exit();
        }
    }

    private static void Call<TJob>(void* job, int item) where TJob : unmanaged, IJob => ((TJob*)job)->Run(item);

    private static void Fork(void* work, delegate*<void*, int, void> function, int items, int workers)
    {
        failure = null;
        job = work;
        entry = function;
        state.Done = 0;
        state.Shares = workers;
        for (int i = 0; i < workers; i++)
            shares[i] = new Share { Next = (int)((long)items * i / workers), End = (int)((long)items * (i + 1) / workers) };
        Volatile.Write(ref state.IsOpen, 1);
        generation++;
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref state.Sleepers) > 0)
            lock (threads)
                Monitor.PulseAll(threads);
        Work(function, work, own: 0);
        var spin = 0;
        while (Volatile.Read(ref state.Done) < items)
            Pause(ref spin);
        // Closed first, and only then are helpers waited for: who enters later finds it closed, and who came earlier is seen here.
        Interlocked.Exchange(ref state.IsOpen, 0);
        while (Volatile.Read(ref state.Helpers) > 0)
            Pause(ref spin);
        if (failure is { } error)
            throw new AggregateException("A kernel failed.", error);
    }

    private static void Work(delegate*<void*, int, void> function, void* work, int own)
    {
        int done = 0;
        while (Claim(own, out int item))
        {
            try
            {
                function(work, item);
            }
            catch (Exception e)
            {
                failure = e;
            }

            done++;
        }

        if (done > 0)
            Interlocked.Add(ref state.Done, done);
    }

    /// <summary>Takes the next item of a thread's own share, or else of another's.</summary>
    private static bool Claim(int own, out int item)
    {
        int count = state.Shares;
        for (int i = 0; i < count; i++)
        {
            var share = shares + (own + i < count ? own + i : own + i - count);
            if (Volatile.Read(ref share->Next) < share->End && (item = Interlocked.Increment(ref share->Next) - 1) < share->End)
                return true;
        }

        item = -1;
        return false;
    }

    private static void Pause(ref int spin)
    {
        // On a busy machine the other thread may be off its processor: let it have this one now and then.
        if (++spin % 512 == 0)
            Thread.Yield();
        else
            Thread.SpinWait(4);
    }

    private static void Start(int wanted)
    {
        int started = threads.Length;
        var all = new Thread[wanted];
        threads.CopyTo(all, 0);
        threads = all;
        for (int i = started; i < all.Length; i++)
        {
            int index = i;
            all[i] = new Thread(() => Loop(index)) { IsBackground = true, Name = $"mekiki worker {i + 1}" };
            all[i].Start();
        }
    }

    private static void Loop(int index)
    {
        inside = true;
        int seen = generation - 1;
        int spins = 0;
        while (true)
        {
            int now = generation;
            if (now == seen)
            {
                if (++spins < SpinsBeforeSleep)
                    Thread.SpinWait(8);
                else
                    Sleep(seen);
                continue;
            }

            seen = now;
            spins = 0;
            // Entering is announced before the job is read, so that the caller cannot leave while it is in use here.
            Interlocked.Increment(ref state.Helpers);
            if (generation == now && Volatile.Read(ref state.IsOpen) != 0 && index + 1 < state.Shares)
                Work(entry, job, own: index + 1);
            Interlocked.Decrement(ref state.Helpers);
        }
    }

    private static void Sleep(int seen)
    {
        object monitor = threads;
        lock (monitor)
        {
            Interlocked.Increment(ref state.Sleepers);
            Interlocked.MemoryBarrier();
            if (generation == seen && ReferenceEquals(monitor, threads))
                Monitor.Wait(monitor, 1000);
            Interlocked.Decrement(ref state.Sleepers);
        }
    }

    /// <summary>The items that a thread takes first: [Next, End) are left. On cache lines of its own.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct Share
    {
        public int Next, End;
    }

    [StructLayout(LayoutKind.Explicit, Size = 512)]
    private struct Padded
    {
        [FieldOffset(64)] public int IsOpen;
        [FieldOffset(68)] public int Shares;
        [FieldOffset(192)] public int Done;
        [FieldOffset(320)] public int Helpers;
        [FieldOffset(448)] public int Sleepers;
    }
}
