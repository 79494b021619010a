using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;
using Mekiki.Workbench.Search;

namespace Mekiki.Workbench.Tests.Search;

/// <summary>What is found out before training: a learning rate, and what fits into a time.</summary>
public class PlanningTests
{
    private static readonly ImageSet set = Bars.Set();
    private static readonly Split split = Split.Stratified(set, 0, 72, 24);
    private static readonly TrainOptions quick = new() { Model = "mlp", BatchSize = 8, Augmentation = "none", Seed = 3 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Steepest_IsWhereTheLossFallsFastest_BeforeItsLeast()
    {
        // Flat for twenty steps, a fall of 1 a step to step 24, one of 0.1 a step to step 30, and up.
        double[] losses = [.. Enumerable.Repeat(9.0, 21), 8, 7, 6, 5, 4.9, 4.8, 4.7, 4.6, 4.5, 4.4, 8, 20];
        var tried = losses.Select((loss, i) => new TriedRate(Math.Pow(10, i), loss)).ToArray();
        Assert.Equal(Math.Pow(10, 22), LearningRateTest.Steepest(tried));
        var rising = losses.Select((_, i) => new TriedRate(1, i)).ToArray();
        Assert.Equal("--lr find: expected a loss that falls at some learning rate, got none in 33 steps. Give a number, such as 0.001.",
            Assert.Throws<MekikiException>(() => LearningRateTest.Steepest(rising)).Message);
    }

    [Fact]
    public void LearningRateTest_SuggestsARateThatLearns_TheSameAgain()
    {
        var test = LearningRateTest.Run(set, split, quick, cancellation: Token);
        Assert.InRange(test.Suggestion, 1e-4, 0.5);
        Assert.Equal(test.Suggestion, LearningRateTest.Run(set, split, quick with { Threads = 1 }, cancellation: Token).Suggestion);
        Assert.Equal(1e-5, test.Tried[0].LearningRate, 1e-9);
        Assert.All(test.Tried.Zip(test.Tried.Skip(1)), pair => Assert.True(pair.Second.LearningRate > pair.First.LearningRate));
        Assert.True(new Trainer(set, split, quick with { Epochs = 6, LearningRate = test.Suggestion }).Run(Token).Best!.TestAccuracy > 0.9);
    }

    [Fact]
    public void TimePlan_FillsTheTime_ByTheRateItMeasured()
    {
        // Every look at this clock takes 10 ms: a step is looked at twice or three times.
        var plan = TimePlan.Make(set, split, quick, TimeSpan.FromSeconds(60), new SlowClock(), Token);
        Assert.InRange(plan.ImagesPerSecond, 100, 1000);
        Assert.InRange(plan.TrainSeconds + plan.TestSeconds, 40, 57);
        Assert.Equal((plan.Options.Steps + 8) / 9, plan.Options.Epochs);
        Assert.InRange(plan.Options.Steps!.Value * 8 / plan.ImagesPerSecond, plan.TrainSeconds * 0.99, plan.TrainSeconds * 1.01);
        Assert.True(plan.Options.TestOnce);
        Assert.InRange(plan.Options.MostSeconds!.Value, plan.TrainSeconds, 60);
        // With images to choose by, fewer steps fit.
        var choosing = TimePlan.Make(set, split.WithValidation(set, 0, 36), quick, TimeSpan.FromSeconds(60), new SlowClock(), Token);
        Assert.True(choosing.TestSeconds > plan.TestSeconds);
    }

    [Theory]
    [InlineData(1.4)]
    [InlineData(1.7)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(60)]
    public void TimePlan_CountsATrialOfTheValidationPart_ForALastEpochThatIsNotWholeToo(double seconds)
    {
        // Looks at this clock take 1 ms; the measurement takes half a second.
        var choosing = split.WithValidation(set, 0, 36);
        var plan = TimePlan.Make(set, choosing, quick, TimeSpan.FromSeconds(seconds), new SlowClock(1000), Token);
        Assert.InRange(plan.TrainSeconds + plan.TestSeconds, 0, 0.95 * seconds - 0.5);
        Assert.True(plan.TestSeconds > TimePlan.Make(set, split, quick, TimeSpan.FromSeconds(seconds), new SlowClock(1000), Token).TestSeconds);
    }

    [Fact]
    public void TimePlan_WithoutTimeForAStep_SaysHowMuchItNeeds() =>
        Assert.Matches("^--time: expected time for one step and the test, at least [0-9]+ seconds, got 1. Give more time, or fewer images to test \\(--test\\)\\.$",
            Assert.Throws<MekikiException>(() => TimePlan.Make(set, split, quick, TimeSpan.FromSeconds(0.6), new SlowClock(), Token)).Message);

    [Fact]
    public void Steps_EndTraining_WithinAnEpoch_AndItsScheduleEndsThere()
    {
        var trainer = new Trainer(set, split, quick with { Epochs = 3, Steps = 20, Schedule = "one-cycle", TestOnce = true });
        var result = trainer.Run(Token);
        Assert.Equal((20, 3, 20 * 8), ((int)result.Best!.Steps, result.Best.Epoch, (int)result.ImagesTrained));
        Assert.NotNull(result.Best.Test);
        Assert.Equal(0.001 / 25 / 1e4, result.Best.LearningRate, 1e-9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public void Steps_FewerThanTheEpochs_EndTraining_AtTheEpochThatTheyReach(int validation)
    {
        var result = new Trainer(set, validation == 0 ? split : split.WithValidation(set, 0, validation), quick with { Epochs = 5, Steps = 4, TestOnce = true }).Run(Token);
        Assert.Equal((4, 1), ((int)result.Best!.Steps, result.Best.Epoch));
        Assert.NotNull(result.Best.Test);
        Assert.True(double.IsFinite(result.Best.TrainLoss));
    }

    [Fact]
    public void TrainingThatWasCut_AndStoppedInItsTest_IsTestedWhenItGoesOn()
    {
        // Several batches to test, so that it can be stopped among them.
        var bars = Bars.Set(300);
        var trainer = new Trainer(bars, Split.Stratified(bars, 0, 72, 200), quick with { Epochs = 50, MostSeconds = 0.1, TestOnce = true }, clock: new SlowClock());
        using var source = new CancellationTokenSource();
        Assert.True(trainer.Run(source.Token, new StopAtTest(source)).IsInterrupted);
        var result = trainer.Run(Token);
        Assert.False(result.IsInterrupted);
        Assert.NotNull(result.Best!.Test);
    }

    private sealed class StopAtTest(CancellationTokenSource source) : ITrainingObserver
    {
        public void OnTest(Trainer trainer, int done) => source.Cancel();
    }

    [Fact]
    public void MostSeconds_EndsTraining_WhenTheMachineIsTooSlow_AndTestsAllTheSame()
    {
        var trainer = new Trainer(set, split, quick with { Epochs = 50, MostSeconds = 0.5, TestOnce = true }, clock: new SlowClock());
        var result = trainer.Run(Token);
        Assert.False(result.IsInterrupted);
        Assert.InRange(result.TrainSeconds, 0.5, 0.6);
        Assert.NotNull(result.Best!.Test);
        Assert.Equal(result.Best, trainer.Run(Token).Best);
    }

    public static TheoryData<string> Presets => [.. Preset.All.Where(p => p.Options.Model != "pretrained").Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Presets))]
    public void Preset_Trains_AndPrintsWhatItSets(string name)
    {
        var preset = Preset.Find(name.ToUpperInvariant());
        var options = preset.Options with { Epochs = 1, Steps = 2, BatchSize = 8 };
        Assert.NotNull(new Trainer(set, split, options).Run(Token).Best!.Test);
        Assert.StartsWith(name == "small-photo" ? "--model airbench" : "--model kana-net", OptionWords.Of(preset.Options));
    }

    [Fact]
    public void PresetFile_ThatIsNotThere_IsNamed() =>
        Assert.Equal("none.json: expected a file that `mekiki tune` wrote, got no such file. Check the path.", Assert.Throws<MekikiException>(() => PresetFile.Find("none.json")).Message);

    [Fact]
    public void Preset_Unknown_Suggests() =>
        Assert.Equal("Unknown preset 'fats'. Did you mean 'fast'? There are: fast, best, photo, small-photo.", Assert.Throws<MekikiException>(() => Preset.Find("fats")).Message);

    [Fact]
    public void OptionWords_AreThoseOfWhatIsNotUsual()
    {
        Assert.Equal("--model mlp --optimizer sgd", OptionWords.Of(new() { Model = "mlp", Optimizer = "sgd" }));
    }

    [Fact]
    public void FittedNetwork_TakesNoOptionsOfSteps()
    {
        var options = new TrainOptions { Model = "neocognitron", Epochs = 4, BatchSize = 8, Augmentation = "small", Balance = Balance.Roots };
        Refused.Says(
            "Epochs, BatchSize, Augmentation, Balance: expected no such option, got it with neocognitron, which learns from all images at once, as they are. Leave it out.",
            "--epochs, --batch, --augment, --balance: expected no such option, got it with neocognitron, which learns from all images at once, as they are. Leave it out.",
            () => new Trainer(set, split, options));
        Assert.Equal("--model: expected a network that is trained step by step, got neocognitron, which learns from all images at once: there is nothing to search. Train it as it is.",
            Assert.Throws<MekikiException>(() => new Tuning(set, split.WithValidation(set, 0, 20), new() { Model = "neocognitron" })).Message);
    }

    [Fact]
    public void OptionWords_NameWhatIsNotUsual()
    {
        Assert.Equal("", OptionWords.Of(new() { Seed = 4, Threads = 2 }));
        Assert.Equal("--epochs 3 --ema 0.99 --balance weights --test-once", OptionWords.Of(new() { Epochs = 3, Ema = 0.99, Balance = Balance.Weights, TestOnce = true }));
    }

    private sealed class SlowClock(int looksPerSecond = 100) : TimeProvider
    {
        private long looks;

        public override long TimestampFrequency => looksPerSecond;

        public override long GetTimestamp() => Interlocked.Increment(ref looks);
    }
}
