namespace Mekiki.Optimizers;

/// <summary>An exponential moving average of a model's weights and of its norms' statistics, in a second model of the same form.</summary>
/// <remarks>
/// a += (1 - keepₜ) (p - a), keepₜ = min(keep, (1 + t) / (10 + t)) at step t = 1, 2, …: the average is long only when there is something to average.
/// Polyak, Juditsky, "Acceleration of Stochastic Approximation by Averaging", SIAM J. Control Optim. 30, 1992; exponential as
/// in Tarvainen, Valpola, "Mean teachers are better role models", 2017, arXiv:1703.01780, section 2. Differs from the papers: the
/// beginning (as in TensorFlow's ExponentialMovingAverage), and that running means and variances are averaged too.
/// </remarks>
/// <example>
/// <code>
/// var average = new WeightAverage(net, average: copy, keep: 0.998);
/// optimizer.Step();
/// average.Update(optimizer.StepCount);
/// var logits = average.Average[x];
/// </code>
/// </example>
public sealed class WeightAverage
{
    private readonly (Tensor From, Tensor To)[] pairs;

    /// <summary>Makes the second model equal to the first.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="average">A model of the same form; its weights and buffers become the average.</param>
    /// <param name="keep">How much of the average a step keeps, in [0, 1).</param>
    /// <exception cref="MekikiException">The models differ in form.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is out of its range.</exception>
    public WeightAverage(Module model, Module average, double keep)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(average);
        Keep = Ranges.Share(keep, "Weight average");
        Average = average;
        var from = model.StateDict();
        average.LoadStateDict(from.ToDictionary(), "average");
        pairs = [.. from.Zip(average.StateDict(), (a, b) => (a.Tensor, b.Tensor))];
    }

    /// <summary>How much of the average a step keeps.</summary>
    public double Keep { get; }

    /// <summary>The averaged model.</summary>
    public Module Average { get; }

    /// <summary>Brings the average nearer to what the model is now.</summary>
    /// <param name="step">How many steps were made, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="step"/> is below 1.</exception>
    public void Update(long step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        using var use = Average.Root.Lock.Enter(writes: true);
        float share = (float)(1 - Math.Min(Keep, (1.0 + step) / (10.0 + step)));
        foreach (var (from, to) in pairs)
        {
            if (from.DType != DType.Float32)
                to.CopyFrom(from);
            else
                to.Backend.Approach(from.Data, share, to.Data);
        }
    }
}
