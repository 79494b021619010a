using Mekiki.Schedules;

namespace Mekiki.Vision.Training;

/// <summary>The linear rule for large batches: the learning rate of another schedule, times a factor that is reached in a straight line from 1.</summary>
/// <remarks>Goyal et al., "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour", 2017, arXiv:1706.02677, sections 2.1 and 2.2. Differs: of short trainings the warm-up is at most a fifth.</remarks>
/// <param name="Inner">The schedule.</param>
/// <param name="Factor">Images of a step by the images that the learning rate is meant for.</param>
/// <param name="Warmup">Steps of the line; 0 where the factor is below 1.</param>
internal sealed record ScaledRate(Schedule Inner, double Factor, long Warmup) : Schedule
{
    /// <summary>The images of a step that learning rates are meant for, as the chapter's.</summary>
    public const int UsualImages = 32;

    private const int WarmupEpochs = 5, LeastSteps = 5;

    /// <summary>What the options ask for; null: nothing.</summary>
    /// <param name="options">The options.</param>
    /// <param name="stepsPerEpoch">Steps in an epoch.</param>
    /// <param name="steps">Steps in all.</param>
    public static (double Factor, long Warmup)? Of(TrainOptions options, long stepsPerEpoch, long steps)
    {
        if (!options.ScaleRate)
            return null;
        double factor = (double)options.ImagesPerStep() / UsualImages;
        return (factor, factor > 1 ? Math.Min(WarmupEpochs * stepsPerEpoch, steps / LeastSteps) : 0);
    }

    /// <inheritdoc/>
    protected override double At(long step) => Inner.LearningRateAt(step) * (step < Warmup ? Line(1, Factor, (double)step / Warmup) : Factor);
}
