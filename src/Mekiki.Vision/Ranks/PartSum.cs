namespace Mekiki.Vision.Ranks;

/// <summary>The sum of the vectors of all parts, which ranks hold: the same bits on every rank, and with any number of ranks.</summary>
/// <remarks>
/// Each rank takes a run of parts and adds up the largest whole nodes of the tree in it. The ranks cut the vector into slices, one for each;
/// every rank receives its slice of all nodes, adds them up to the top, and sends the result to all.
/// Messages may be on their way while the rank computes: then <see cref="Start"/>, now and then <see cref="GoOn"/>, and at last <see cref="Finish"/>.
/// Each way carries n (R - 1) / R numbers where runs are whole nodes, as where parts and ranks are powers of two.
/// </remarks>
/// <param name="ranks">The ranks; null: this process has all parts.</param>
/// <param name="length">How long the vectors are.</param>
internal sealed class PartSum(RankGroup? ranks, int length)
{
    private readonly Stack<Memory<float>> free = [], given = [];
    private readonly int rank = ranks?.Rank ?? 0, size = ranks?.Size ?? 1;
    private readonly int[] slices = GC.AllocateUninitializedArray<int>(ranks?.Size ?? 1, pinned: true);
    private readonly List<int[]> sent = [], received = [];      // of each round
    private readonly List<PendingMessage> pending = [];
    private Stage stage;
    private int parts;
    private SumTree own = new(1), slice = new(1);
    private SumTree[] runs = [];
    private int[] places = [];      // of each node in the order of parts, when its slice comes
    private int rounds;
    private float[] room = [];
    private Memory<float> whole;

    /// <summary>The run of parts that a rank takes.</summary>
    public static (int From, int To) RunOf(int rank, int size, int parts) => ((int)((long)parts * rank / size), (int)((long)parts * (rank + 1) / size));

    /// <summary>Begins a sum.</summary>
    /// <param name="parts">How many parts there are on all ranks.</param>
    public void Begin(int parts)
    {
        stage = Stage.Adding;
        foreach (var (_, _, values) in own.Nodes)
            free.Push(values);
        own.Clear();
        if (this.parts != parts)
            Plan(this.parts = parts);
    }

    /// <summary>A vector to fill for the next part.</summary>
    public Memory<float> Take() => free.Count > 0 ? free.Pop() : GC.AllocateUninitializedArray<float>(length, pinned: true);

    /// <summary>Adds the vector of a part of this rank's run; they come in order.</summary>
    public void Add(int part, Memory<float> values) => own.Add(0, part, values, free);

    /// <summary>Begins to bring the ranks' sums together; all parts of this rank are added.</summary>
    public void Start()
    {
        stage = Stage.Sent;
        if (ranks is null)
            return;
        int mine = slices[rank];
        if (room.Length < (long)places.Length * mine)
            room = GC.AllocateUninitializedArray<float>(checked(places.Length * mine), pinned: true);
        // In round i every rank that has an i-th node sends its slices.
        for (int i = 0, at = 0; i < rounds; i++)
        {
            int count = 0;
            for (int r = 0; r < size; r++)
                count += received[i][r];
            Await(ranks.StartAllToAll(own.Nodes.Count > i ? own.Nodes[i].Values : default, sent[i], room.AsMemory(at, count), received[i]));
            at += count;
        }
    }

    /// <summary>Does what messages that have come allow.</summary>
    /// <returns>Whether this rank has sent all that others wait for.</returns>
    public bool GoOn()
    {
        while (pending.Count > 0 && pending[^1].IsDone)
            pending.RemoveAt(pending.Count - 1);
        if (stage == Stage.Sent && pending.Count == 0)
            SendSums();
        return stage != Stage.Sent;
    }

    /// <summary>Waits for what others send, until this rank has sent all that they wait for.</summary>
    public void Send()
    {
        if (stage == Stage.Adding)
            Start();
        Wait();
        if (stage == Stage.Sent)
            SendSums();
    }

    /// <summary>The sum of all parts, on every rank; it is valid until <see cref="Begin"/>.</summary>
    public ReadOnlySpan<float> Finish()
    {
        if (stage != Stage.Summed)
            Send();
        Wait();
        return ranks is null ? own.Nodes[0].Values.Span : whole.Span;
    }

    // The slice of all nodes is there.
    private void SendSums()
    {
        stage = Stage.Summed;
        if (ranks is null)
            return;
        int mine = slices[rank];
        slice.Clear();
        int place = 0;
        foreach (var run in runs)
            foreach (var (level, index, _) in run.Nodes)
                slice.Add(level, index, room.AsMemory(places[place++] * mine, mine), given);
        given.Clear();
        if (whole.IsEmpty)
            whole = GC.AllocateUninitializedArray<float>(length, pinned: true);
        slice.Nodes[0].Values.Span.CopyTo(whole.Span[RunOf(rank, size, length).From..]);
        Await(ranks.StartAllGather(whole, slices));
    }

    private void Await(PendingMessage? message)
    {
        if (message is not null)
            pending.Add(message);
    }

    private void Wait()
    {
        foreach (var message in pending)
            message.Wait();
        pending.Clear();
    }

    private void Plan(int parts)
    {
        (own, slice, runs, rounds) = (new SumTree(parts), new SumTree(parts), new SumTree[size], 0);
        for (int r = 0; r < size; r++)
        {
            var (from, to) = RunOf(r, size, parts);
            runs[r] = SumTree.OfRun(parts, from, to);
            rounds = Math.Max(rounds, runs[r].Nodes.Count);
            (from, to) = RunOf(r, size, length);
            slices[r] = to - from;
        }

        // They stay where they are while messages are on their way.
        while (sent.Count < rounds)
        {
            sent.Add(GC.AllocateUninitializedArray<int>(size, pinned: true));
            received.Add(GC.AllocateUninitializedArray<int>(size, pinned: true));
        }

        for (int i = 0; i < rounds; i++)
            for (int r = 0; r < size; r++)
            {
                received[i][r] = runs[r].Nodes.Count > i ? slices[rank] : 0;
                sent[i][r] = runs[rank].Nodes.Count > i ? slices[r] : 0;
            }

        // Round by round they come, in the order of ranks.
        var all = new List<(int Rank, int Round)>();
        for (int i = 0; i < rounds; i++)
            for (int r = 0; r < size; r++)
                if (runs[r].Nodes.Count > i)
                    all.Add((r, i));
        places = new int[all.Count];
        int node = 0;
        foreach (int came in Enumerable.Range(0, all.Count).OrderBy(n => all[n].Rank).ThenBy(n => all[n].Round))
            places[node++] = came;
    }

    private enum Stage
    {
        Adding,
        Sent,
        Summed,
    }
}
