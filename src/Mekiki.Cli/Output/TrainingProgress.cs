using System.Globalization;
using Mekiki.Vision.Classical;
using Mekiki.Vision.Training;

namespace Mekiki.Cli.Output;

/// <summary>A training on the terminal: curves of loss and accuracy, a bar for each epoch and each test, and a line when an epoch has ended.</summary>
/// <param name="host">Where it is drawn.</param>
/// <param name="plain">Whether the curves are left out.</param>
/// <param name="trainings">How many trainings of equal length it sees, one after another.</param>
internal sealed class TrainingProgress(Host host, bool plain = false, int trainings = 1) : ITrainingObserver, IDisposable
{
    private Curve lossCurve = new(), accuracyCurve = new();
    private Smoothed loss, accuracy;
    private ProgressBar? bar;
    private Trainer? trainer;
    private TimeLeft? left;
    private string? stage, tried;
    private bool tests;
    private int training;
    private long epochBegan = host.Clock.GetTimestamp();

    /// <summary>Whether the model's name stands before the epoch, where several are trained.</summary>
    public bool NamesModel { get; init; }

    public void OnStep(Trainer trainer, in TrainingStep step)
    {
        See(trainer);
        left ??= new TimeLeft(host.Clock, trainer, step);
        // What was done before the bar is drawn does not count for the rate.
        bar ??= new ProgressBar(host, $"{Before}epoch {step.Epoch}/{trainer.Options.Epochs}", trainer.ImagesPerEpoch, Amounts.Images, step.ImagesDone) { Above = plain ? null : Curves };
        left.OnStep(step);
        loss.Add(step.Loss);
        accuracy.Add(step.Accuracy);
        lossCurve.Add(step.Loss);
        accuracyCurve.Add(step.Accuracy);
        bar.Report(step.ImagesDone, plain ? loss.Value : null, plain ? accuracy.Value : null, Later());
    }

    public void OnFit(Trainer trainer, FitProgress progress)
    {
        const int Parts = 1000;
        See(trainer);
        if (progress.Stage != stage)
            Dispose();
        stage = progress.Stage;
        bar ??= new ProgressBar(host, $"{trainer.Options.Model}: {stage}", Parts, amount: null);
        bar.Report((int)(progress.Done * Parts));
    }

    public void OnTest(Trainer trainer, int done)
    {
        if (!tests || tried != trainer.TriedPart.Name)
        {
            tried = trainer.TriedPart.Name;
            bar?.Dispose();
            bar = new ProgressBar(host, $"{host.Language.In(Before)}{host.Language.In(trainer.TriedPart.Name)}", trainer.TriedPart.Images, Amounts.Images, done);
            tests = true;
        }

        bar!.Report(done, later: Later());
    }

    public void OnEpoch(Trainer trainer, EpochResult epoch)
    {
        Dispose();
        tests = false;
        var time = host.Clock.GetElapsedTime(epochBegan);
        epochBegan = host.Clock.GetTimestamp();
        bool isBest = epoch.Validation is not null && trainer.Best?.Epoch == epoch.Epoch;
        if (host.ErrorIsTerminal || host.Heartbeat.IsDue())
            host.Say(string.Create(CultureInfo.InvariantCulture,
                $"{Before}epoch {epoch.Epoch}/{trainer.Options.Epochs}: {Amounts.Duration(time)}, loss {epoch.TrainLoss:0.000}, accuracy {epoch.TrainAccuracy * 100:0.0} %{Part("validation", epoch.Validation)}{Part("test", epoch.Test)}{(isBest ? "; best so far" : "")}"));
    }

    public void OnWarning(Trainer trainer, string warning)
    {
        Dispose();
        host.SayWarning(warning);
    }

    public void OnChosen(Trainer trainer, EpochResult epoch)
    {
        Dispose();
        tests = false;
    }

    public void Dispose()
    {
        bar?.Dispose();
        bar = null;
    }

    private string Before => trainings > 1 ? $"training {training}/{trainings}, " : NamesModel && trainer is not null ? $"{trainer.Options.Model} " : "";

    // Another training begins anew.
    private void See(Trainer seen)
    {
        if (seen == trainer)
            return;
        Dispose();
        (trainer, left, stage, tests, training) = (seen, null, null, false, training + 1);
        (loss, accuracy, lossCurve, accuracyCurve) = (default, default, new(), new());
        epochBegan = host.Clock.GetTimestamp();
    }

    private TimeSpan Later()
    {
        if (left is null)
            return TimeSpan.Zero;
        var after = left.AfterEpoch();
        return after + (trainings - training) * (left.Elapsed + after);
    }

    private static string Part(string name, PartResult? result) => result is null ? "" : string.Create(CultureInfo.InvariantCulture, $"; {name} loss {result.Loss:0.000}, accuracy {result.Accuracy * 100:0.0} %");

    private string[] Curves(int width)
    {
        const int Most = 64, Beside = 20, Least = 8;
        if (width < Beside + Least)
            return [];
        int columns = Math.Min(width - Beside, Most);
        string heights = host.ErrorStyle.Heights;
        return
        [
            string.Create(CultureInfo.InvariantCulture, $"{Name("loss")}{lossCurve.Draw(columns, heights)} {loss.Value:0.000}"),
            string.Create(CultureInfo.InvariantCulture, $"{Name("accuracy")}{accuracyCurve.Draw(columns, heights)} {accuracy.Value * 100:0.0} %"),
        ];

        string Name(string name) => Columns.Padded(host.Language.In(name), 10);
    }
}
