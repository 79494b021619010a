using Mekiki.Vision.Training;

namespace Mekiki.Vision.Tests.Training;

/// <summary>Asks a training to stop after some steps.</summary>
internal sealed class StopAfter(CancellationTokenSource source, int steps) : ITrainingObserver
{
    private int left = steps;

    public void OnStep(Trainer trainer, in TrainingStep step)
    {
        if (--left == 0)
            source.Cancel();
    }
}
