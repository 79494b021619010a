using Mekiki.Optimizers;
using Mekiki.Vision.Ranks;

namespace Mekiki.Vision.Training;

/// <summary>Gradients of some parameters that follow each other, which ranks send together.</summary>
internal sealed class GradientBucket
{
    private readonly GradientVector vector;
    private readonly PartSum sum;

    private GradientBucket(IReadOnlyList<Tensor> parameters, RankGroup? ranks)
    {
        Parameters = parameters;
        vector = new GradientVector(parameters);
        sum = new PartSum(ranks, vector.Length);
    }

    /// <summary>Whose gradients they are.</summary>
    public IReadOnlyList<Tensor> Parameters { get; }

    /// <summary>How many of them are not complete in the last pass back.</summary>
    public int Missing { get; set; }

    /// <summary>Cuts parameters into buckets, those first whose gradients come first: the last layers'.</summary>
    /// <param name="parameters">In the order of use.</param>
    /// <param name="ranks">Who sums them.</param>
    /// <param name="bytes">How many bytes a bucket has, or more by its last parameter; 0: there is one bucket.</param>
    public static GradientBucket[] Of(IReadOnlyList<Tensor> parameters, RankGroup? ranks, double bytes)
    {
        if (bytes <= 0)
            return [new(parameters, ranks)];
        var buckets = new List<GradientBucket>();
        long length = 0;
        for (int from = parameters.Count - 1, to = parameters.Count; from >= 0; from--)
        {
            length += parameters[from].Count * sizeof(float);
            if (length < bytes && from > 0)
                continue;
            buckets.Add(new([.. parameters.Skip(from).Take(to - from)], ranks));
            (to, length) = (from, 0);
        }

        return [.. buckets];
    }

    /// <summary>Begins a step.</summary>
    /// <param name="parts">How many parts there are on all ranks.</param>
    public void Begin(int parts)
    {
        Missing = Parameters.Count;
        sum.Begin(parts);
    }

    /// <summary>Takes the gradients of a part.</summary>
    public void Add(int part)
    {
        var gradients = sum.Take();
        vector.CopyTo(gradients.Span);
        sum.Add(part, gradients);
    }

    /// <inheritdoc cref="PartSum.Start"/>
    public void Start() => sum.Start();

    /// <inheritdoc cref="PartSum.GoOn"/>
    public bool GoOn() => sum.GoOn();

    /// <inheritdoc cref="PartSum.Send"/>
    public void Send() => sum.Send();

    /// <summary>Gives the parameters the sums.</summary>
    public void Finish() => vector.Set(sum.Finish());
}
