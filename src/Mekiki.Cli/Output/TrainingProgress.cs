using System.Globalization;
using Mekiki.Vision.Classical;
using Mekiki.Vision.Training;

namespace Mekiki.Cli.Output;

/// <summary>A training on the terminal: curves of loss and accuracy, a bar for each epoch and each test, and a line when an epoch has ended.</summary>
/// <param name="host">Where it is drawn.</param>
/// <param name="plain">Whether the curves are left out.</param>
internal sealed class TrainingProgress(Host host, bool plain = false) : ITrainingObserver, IDisposable
{
    private readonly Curve loss = new(), accuracy = new();
    private ProgressBar? bar;
    private string? stage;
    private bool tests;

    public void OnStep(Trainer trainer, in TrainingStep step)
    {
        if (bar is null)
        {
            // Of a resumed epoch, what was done before does not count for the rate.
            int already = step.Batch > 1 ? Math.Max(0, step.ImagesDone - trainer.Options.BatchSize * trainer.Options.Accumulate) : 0;
            bar = new ProgressBar(host, $"epoch {step.Epoch}/{trainer.Options.Epochs}", trainer.ImagesPerEpoch, Amounts.Images, already) { Above = plain ? null : Curves };
        }

        loss.Add(step.Loss);
        accuracy.Add(step.Accuracy);

        bar.Report(step.ImagesDone, step.Loss, step.Accuracy);
    }

    public void OnFit(Trainer trainer, FitProgress progress)
    {
        const int Parts = 1000;
        if (progress.Stage != stage)
            Dispose();
        stage = progress.Stage;
        bar ??= new ProgressBar(host, $"{trainer.Options.Model}: {stage}", Parts, amount: null);
        bar.Report((int)(progress.Done * Parts));
    }

    public void OnTest(Trainer trainer, int done)
    {
        if (!tests)
        {
            bar?.Dispose();
            bar = new ProgressBar(host, trainer.TriedPart.Name, trainer.TriedPart.Images, Amounts.Images);
            tests = true;
        }

        bar!.Report(done);
    }

    public void OnEpoch(Trainer trainer, EpochResult epoch)
    {
        Dispose();
        tests = false;
        if (host.ErrorIsTerminal)
            host.Say(string.Create(CultureInfo.InvariantCulture,
                $"epoch {epoch.Epoch}/{trainer.Options.Epochs}: loss {epoch.TrainLoss:0.000}, accuracy {epoch.TrainAccuracy * 100:0.0} %{Part("validation", epoch.Validation)}{Part("test", epoch.Test)}"));
    }

    public void OnWarning(Trainer trainer, string warning)
    {
        Dispose();
        host.Say(warning);
    }

    public void OnChosen(Trainer trainer, EpochResult epoch)
    {
        Dispose();
        tests = false;
    }

    private static string Part(string name, PartResult? result) => result is null ? "" : string.Create(CultureInfo.InvariantCulture, $"; {name} loss {result.Loss:0.000}, accuracy {result.Accuracy * 100:0.0} %");

    private string[] Curves(int width)
    {
        const int Most = 64, Beside = 24;
        int columns = Math.Clamp(width - Beside, 8, Most);
        return
        [
            string.Create(CultureInfo.InvariantCulture, $"loss      {loss.Draw(columns)} {loss.Last:0.000}"),
            string.Create(CultureInfo.InvariantCulture, $"accuracy  {accuracy.Draw(columns)} {accuracy.Last * 100:0.0} %"),
        ];
    }

    public void Dispose()
    {
        bar?.Dispose();
        bar = null;
    }
}
