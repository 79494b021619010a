namespace Mekiki.Vision.Images;

/// <summary>Memory for pictures while they are decoded: all decoders together take a bounded amount.</summary>
/// <remarks>
/// A file of 500 bytes may claim 64 megapixels, and several are decoded at once. Who decodes takes room before memory, by what the header claims, and
/// waits until there is some; who waits longest is the first. What needs more than the whole room waits until it is alone, and is never refused.
/// </remarks>
/// <param name="mostBytes">How much all take together, but for one that needs more.</param>
internal sealed class DecodingRoom(long mostBytes)
{
    private const long Least = 256L << 20, Most = 1L << 30;
    private const int Small = 1 << 20, MostSpare = 8;

    private readonly object gate = new();
    private readonly Queue<object> waiting = new();
    private readonly List<WeakReference<byte[]>> spare = [];
    private long taken;

    /// <summary>The room of this process: an eighth of the memory, 256 MiB to 1 GiB.</summary>
    public static DecodingRoom Shared { get; } = new(Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8, Least, Most));

    /// <summary>How much was taken at most at one time.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Takes room, and waits for it. Little pictures, of less than 1 MiB, need none.</summary>
    /// <param name="bytes">How much.</param>
    /// <returns>What gives it back when disposed.</returns>
    public Place Take(long bytes)
    {
        if (bytes < Small)
            return Place.Free;
        lock (gate)
        {
            object ticket = new();
            waiting.Enqueue(ticket);
            while (waiting.Peek() != ticket || (taken > 0 && taken + bytes > mostBytes))
                Monitor.Wait(gate);
            waiting.Dequeue();
            taken += bytes;
            PeakBytes = Math.Max(PeakBytes, taken);
            Monitor.PulseAll(gate);
        }

        return new Place(this, bytes);
    }

    private byte[] Rent(int length)
    {
        lock (gate)
            for (int i = spare.Count - 1; i >= 0; i--)
            {
                if (spare[i].TryGetTarget(out byte[]? array) && (array.Length < length || array.Length / 2 > length))
                    continue;
                spare.RemoveAt(i);
                if (array is not null)
                    return array;
            }

        return GC.AllocateUninitializedArray<byte>(length);
    }

    private void Return(long bytes, List<byte[]> arrays)
    {
        lock (gate)
        {
            taken -= bytes;
            // The next picture is often as large; the garbage collector takes what nobody needs.
            foreach (byte[] array in arrays)
                spare.Add(new WeakReference<byte[]>(array));
            if (spare.Count > MostSpare)
                spare.RemoveRange(0, spare.Count - MostSpare);
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Room that one decoder has.</summary>
    internal sealed class Place : IDisposable
    {
        /// <summary>The place of a little picture.</summary>
        public static readonly Place Free = new(null, 0);

        private readonly DecodingRoom? room;
        private readonly long bytes;
        private readonly List<byte[]> arrays = [];
        private bool isGivenBack;

        internal Place(DecodingRoom? room, long bytes) => (this.room, this.bytes) = (room, bytes);

        /// <summary>An array of at least a length, whose contents are anything, until the place is given back.</summary>
        public byte[] Array(int length)
        {
            if (room is null)
                return GC.AllocateUninitializedArray<byte>(length);
            byte[] array = room.Rent(length);
            arrays.Add(array);
            return array;
        }

        /// <summary>An array of at least a length: of a little picture the thread's own, which grows as needed.</summary>
        public byte[] Array(int length, ref byte[] scratch)
        {
            if (room is not null)
                return Array(length);
            if (scratch.Length < length)
                scratch = new byte[length];
            return scratch;
        }

        public void Dispose()
        {
            if (room is null || isGivenBack)
                return;
            isGivenBack = true;
            room.Return(bytes, arrays);
        }
    }
}
