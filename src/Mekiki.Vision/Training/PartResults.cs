using Mekiki.Layers;
using Mekiki.Vision.Ranks;

namespace Mekiki.Vision.Training;

/// <summary>Brings together what a step's parts give, which ranks may have computed: gradients, losses, and what batch norms measured.</summary>
/// <remarks>
/// The result depends on the number of parts alone: gradients are summed along the tree of <see cref="SumTree"/>; losses are added, and batch
/// norms' running statistics changed, in the order of the parts.
/// Gradients go in buckets, those of the last layers first: while the last of a rank's parts goes back through the network, a bucket
/// whose gradients are complete is sent. Sums are made number by number, so buckets change no bit.
/// </remarks>
internal sealed class PartResults
{
    private const int Loss = 0, Correct = 1, Measured = 2;

    private readonly RankGroup? ranks;
    private readonly IReadOnlyList<Tensor> parameters;
    private readonly GradientBucket[] buckets;
    private readonly BatchStatistics? statistics;
    private readonly int[] runs;
    private readonly int length;    // of what a part tells beside its gradients
    private float[] told = [];
    private int parts;
    private int last = -1;      // the last part of this rank, if buckets are sent while it goes back
    private bool isLast;        // which is on its way
    private int begun, sent;    // buckets whose messages have begun, and which have sent all that others wait for

    /// <param name="network">What is trained.</param>
    /// <param name="parameters">Those of its parameters that have gradients.</param>
    /// <param name="ranks">The ranks; null: this process has all parts.</param>
    /// <param name="bucketBytes">How many bytes of gradients are sent at once, while others are computed; 0: all, when they are there.</param>
    public PartResults(Module network, IReadOnlyList<Tensor> parameters, RankGroup? ranks, double bucketBytes = 0)
    {
        (this.ranks, this.parameters, runs) = (ranks, parameters, new int[ranks?.Size ?? 1]);
        // Alone, nothing is sent.
        buckets = GradientBucket.Of(parameters, ranks, ranks is null ? 0 : bucketBytes);
        // Alone, batch norms see the parts in order anyway.
        statistics = ranks is null ? null : new BatchStatistics(network);
        length = Measured + (statistics?.Length ?? 0);
    }

    /// <summary>Until it is disposed of, batch norms change their running statistics where <see cref="Finish"/> says, not in each pass, and gradients are sent as soon as they are complete.</summary>
    public IDisposable? Watch() => ranks is null ? null : new Watched(this);

    /// <summary>Begins a step; no parameter has a gradient.</summary>
    /// <param name="parts">How many parts its batch has, on all ranks.</param>
    public void Begin(int parts)
    {
        this.parts = parts;
        if (told.Length < parts * length)
            told = new float[parts * length];
        foreach (var bucket in buckets)
            bucket.Begin(parts);
        (begun, sent, isLast) = (0, 0, false);
        var (from, to) = PartSum.RunOf(ranks?.Rank ?? 0, ranks?.Size ?? 1, parts);
        last = to > from ? to - 1 : -1;
    }

    /// <summary>Says which part goes back through the network next.</summary>
    public void Expect(int part) => isLast = buckets.Length > 1 && part == last;

    /// <summary>Takes what a part has given, and its gradients from the parameters.</summary>
    /// <param name="part">Its number; this rank's parts come in order.</param>
    /// <param name="loss">Its contribution to the batch's loss.</param>
    /// <param name="correct">How many of its images are right.</param>
    public void Add(int part, float loss, int correct)
    {
        (told[part * length + Loss], told[part * length + Correct]) = (loss, correct);
        statistics?.Take(told.AsSpan(part * length + Measured, length - Measured));
        isLast = false;
        if (parts == 1 && ranks is null)
            return;
        // Those that are sent already have been taken.
        for (int b = begun; b < buckets.Length; b++)
            buckets[b].Add(part);
        foreach (var parameter in parameters)
            parameter.ZeroGrad();
    }

    /// <summary>Gives the parameters the gradients of the whole batch, and brings batch norms up to date.</summary>
    /// <returns>The batch's loss, and how many of its images are right.</returns>
    public (double Loss, int Correct) Finish()
    {
        if (parts > 1 || ranks is not null)
        {
            while (begun < buckets.Length)
                Start();
            // While sums of one bucket travel, those of the next are made.
            for (; sent < buckets.Length; sent++)
                buckets[sent].Send();
            foreach (var bucket in buckets)
                bucket.Finish();
        }

        if (ranks is not null)
        {
            for (int r = 0; r < runs.Length; r++)
                runs[r] = PartSum.RunOf(r, runs.Length, parts) is var run ? (run.To - run.From) * length : 0;
            ranks.AllGather(told.AsSpan(0, parts * length), runs);
        }

        var (loss, correct) = (0.0, 0);
        for (int part = 0; part < parts; part++)
        {
            var own = told.AsSpan(part * length, length);
            loss += own[Loss];
            correct += (int)own[Correct];
            statistics?.Apply(own[Measured..]);
        }

        return (loss, correct);
    }

    // A gradient is complete. All ranks begin messages in the order of buckets, whichever is complete first.
    private void Came(GradientBucket bucket)
    {
        if (!isLast)
            return;
        bucket.Missing--;
        while (begun < buckets.Length && buckets[begun].Missing == 0)
        {
            buckets[begun].Add(last);
            Start();
        }

        GoOn();
    }

    private void Start()
    {
        buckets[begun++].Start();
        GoOn();
    }

    private void GoOn()
    {
        while (sent < begun && buckets[sent].GoOn())
            sent++;
    }

    private sealed class Watched(PartResults results) : IDisposable
    {
        private readonly IDisposable? statistics = results.statistics?.Hold();
        private readonly IDisposable[] hooks = results.buckets.Length < 2 ? [] : [.. results.buckets.SelectMany(b => b.Parameters.Select(p => p.OnGradient(_ => results.Came(b))))];

        public void Dispose()
        {
            statistics?.Dispose();
            foreach (var hook in hooks)
                hook.Dispose();
        }
    }
}
