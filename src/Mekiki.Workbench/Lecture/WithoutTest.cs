using Mekiki.Vision.Classical;
using Mekiki.Vision.Training;

namespace Mekiki.Workbench.Lecture;

/// <summary>Tells an observer of the training alone: the few images that a trainer tests on here are not the test that counts.</summary>
/// <param name="observer">Who is told.</param>
internal sealed class WithoutTest(ITrainingObserver observer) : ITrainingObserver
{
    public void OnStep(Trainer trainer, in TrainingStep step) => observer.OnStep(trainer, step);

    public void OnFit(Trainer trainer, FitProgress progress) => observer.OnFit(trainer, progress);

    public void OnEpoch(Trainer trainer, EpochResult epoch) => observer.OnEpoch(trainer, epoch with { Validation = null, Test = null });

    public void OnInterrupt(Trainer trainer) => observer.OnInterrupt(trainer);
}
