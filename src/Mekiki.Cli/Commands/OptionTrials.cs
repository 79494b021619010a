using System.Globalization;
using Mekiki.Cli.Output;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;
using Mekiki.Workbench.Search;

namespace Mekiki.Cli.Commands;

/// <summary>What `train` finds out before it begins, by trials on the images themselves: a learning rate, and how much fits into a time.</summary>
internal sealed record OptionTrials(Host Host, bool FindRate, TimeSpan? Time, ProgressBar Bar, Beginning Beginning)
{
    private readonly long begun = Host.Clock.GetTimestamp();

    /// <summary>The options with what was found; it is told on standard error.</summary>
    public TrainOptions Complete(ImageSet set, Split split, TrainOptions options)
    {
        if (Beginning.Pretrained is { } pretrained)
            options = Learn(pretrained, set, split, options);
        if (options.Epochs == 0)
            return options;
        if (FindRate)
            options = Find(set, split, options);
        if (Time is { } time)
            options = Plan(set, split, options, time);
        return options;
    }

    private TrainOptions Find(ImageSet set, Split split, TrainOptions options)
    {
        const int Rows = 12;
        Bar.Now = "looking for a learning rate";
        var test = LearningRateTest.Run(set, split, options, Host.Clock, Host.Interrupt.Token);
        Host.Say("learning rate    loss");
        int step = Math.Max(1, test.Tried.Count / Rows);
        for (int i = 0; i < test.Tried.Count; i += step)
            Say($"{test.Tried[i].LearningRate,13:0.000000}  {test.Tried[i].Loss,6:0.000}");
        double rate = double.Parse(test.Suggestion.ToString("0.##E0", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        Say($"The loss falls fastest at a learning rate of {rate}, which is taken.");
        return options with { LearningRate = rate };
    }

    // The last layer, which is the answer after seconds.
    private TrainOptions Learn(Recognizer pretrained, ImageSet set, Split split, TrainOptions options)
    {
        long started = Host.Clock.GetTimestamp();
        LinearHead head;
        using (var bar = new ProgressBar(Host, "features of the pretrained network", split.Train.Length, Amounts.Images))
            head = PretrainedStart.Learn(pretrained, set, split, options, Beginning.StartPath, bar, Host.Interrupt.Token);
        foreach (string note in head.Notes)
            Host.Say(note);
        string seconds = Amounts.Duration(Host.Clock.GetElapsedTime(started));
        Say($"{HeadWords.Title(head.Kind)}: {head.Accuracy * 100:0.0} % of {split.Train.Length:N0} training images are right in cross-validation, after {seconds} (features of {head.Computed:N0} images computed, {split.Train.Length - head.Computed:N0} known before; {head.Chosen}).");
        return options with { From = Beginning.StartPath };
    }

    private TrainOptions Plan(ImageSet set, Split split, TrainOptions options, TimeSpan time)
    {
        Bar.Now = "measuring how fast it trains";
        TimePlan plan;
        try
        {
            plan = TimePlan.Make(set, split, options, time - Host.Clock.GetElapsedTime(begun), Host.Clock, Host.Interrupt.Token);
        }
        catch (MekikiException) when (Beginning.Pretrained is not null)
        {
            Host.Say("No time is left to train the whole network: what was learnt on its features is kept.");
            return options with { Epochs = 0, Steps = null };
        }

        double epochs = (double)plan.Options.Steps!.Value * options.BatchSize * options.Accumulate / split.Train.Length;
        Say($"{plan.ImagesPerSecond:N0} img/s measured: {epochs:0.0} epochs, {plan.Options.Steps:N0} steps, in {Amounts.Duration(TimeSpan.FromSeconds(plan.TrainSeconds))}, and {Amounts.Duration(TimeSpan.FromSeconds(plan.TestSeconds))} for tests.");
        return plan.Options;
    }

    private void Say(FormattableString text) => Host.Say(text.ToString(CultureInfo.InvariantCulture));
}
