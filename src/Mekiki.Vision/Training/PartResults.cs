using Mekiki.Layers;
using Mekiki.Optimizers;
using Mekiki.Vision.Ranks;

namespace Mekiki.Vision.Training;

/// <summary>Brings together what a step's parts give, which ranks may have computed: gradients, losses, and what batch norms measured.</summary>
/// <remarks>
/// The result depends on the number of parts alone: gradients are summed along the tree of <see cref="SumTree"/>; losses are added, and batch
/// norms' running statistics changed, in the order of the parts.
/// </remarks>
internal sealed class PartResults
{
    private const int Loss = 0, Correct = 1, Measured = 2;

    private readonly RankGroup? ranks;
    private readonly IReadOnlyList<Tensor> parameters;
    private readonly GradientVector vector;
    private readonly BatchStatistics? statistics;
    private readonly PartSum sum;
    private readonly int[] runs;
    private readonly int length;    // of what a part tells beside its gradients
    private float[] told = [];
    private int parts;

    /// <param name="network">What is trained.</param>
    /// <param name="parameters">Those of its parameters that have gradients.</param>
    /// <param name="ranks">The ranks; null: this process has all parts.</param>
    public PartResults(Module network, IReadOnlyList<Tensor> parameters, RankGroup? ranks)
    {
        (this.ranks, this.parameters, vector, runs) = (ranks, parameters, new GradientVector(parameters), new int[ranks?.Size ?? 1]);
        sum = new PartSum(ranks, vector.Length);
        // Alone, batch norms see the parts in order anyway.
        statistics = ranks is null ? null : new BatchStatistics(network);
        length = Measured + (statistics?.Length ?? 0);
    }

    /// <summary>Until it is disposed of, batch norms change their running statistics where <see cref="Finish"/> says, not in each pass.</summary>
    public IDisposable? HoldStatistics() => statistics?.Hold();

    /// <summary>Begins a step; no parameter has a gradient.</summary>
    /// <param name="parts">How many parts its batch has, on all ranks.</param>
    public void Begin(int parts)
    {
        this.parts = parts;
        if (told.Length < parts * length)
            told = new float[parts * length];
        sum.Begin(parts);
    }

    /// <summary>Takes what a part has given, and its gradients from the parameters.</summary>
    /// <param name="part">Its number; this rank's parts come in order.</param>
    /// <param name="loss">Its contribution to the batch's loss.</param>
    /// <param name="correct">How many of its images are right.</param>
    public void Add(int part, float loss, int correct)
    {
        (told[part * length + Loss], told[part * length + Correct]) = (loss, correct);
        statistics?.Take(told.AsSpan(part * length + Measured, length - Measured));
        if (parts == 1 && ranks is null)
            return;
        var gradients = sum.Take();
        vector.CopyTo(gradients.Span);
        foreach (var parameter in parameters)
            parameter.ZeroGrad();
        sum.Add(part, gradients);
    }

    /// <summary>Gives the parameters the gradients of the whole batch, and brings batch norms up to date.</summary>
    /// <returns>The batch's loss, and how many of its images are right.</returns>
    public (double Loss, int Correct) Finish()
    {
        if (parts > 1 || ranks is not null)
            vector.Set(sum.Finish());
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
}
