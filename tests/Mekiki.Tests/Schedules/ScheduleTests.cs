using Mekiki.Schedules;

namespace Mekiki.Tests.Schedules;

public class ScheduleTests
{
    [Fact]
    public void Values_WorkedOutByHand()
    {
        Equal(new Constant(0.1), (0, 0.1), (1_000_000, 0.1));
        Equal(new StepDecay(0.8, 10, 0.5), (0, 0.8), (9, 0.8), (10, 0.4), (29, 0.2));
        Equal(new LinearDecay(1, 10), (0, 1), (5, 1), (6, 0.8), (9, 0.2), (10, 0), (99, 0));
        Equal(new LinearDecay(1, 4, Start: 0), (0, 1), (1, 0.75), (3, 0.25));
        Equal(new Cosine(1, 6, Last: 0.5), (0, 1), (2, 0.875), (3, 0.75), (6, 0.5), (7, 0.5));
        Equal(new WarmupCosine(1, 8, Warmup: 4), (0, 0.2), (3, 0.8), (4, 1), (6, 0.5), (8, 0), (9, 0));
        Equal(new WarmupCosine(1, 2, Warmup: 0), (0, 1), (1, 0.5));
        Equal(new OneCycle(1, 10, 0.4, 4, 5), (0, 0.25), (3, 1), (6, 0.525), (9, 0.05), (10, 0.05));
        Equal(new OneCycle(1, 10, 0.4, 4, 5, Anneal.Linear), (0, 0.25), (1, 0.5), (3, 1), (5, 0.68333333333), (9, 0.05));
        Equal(new ExponentialDecay(0.8, 0.5), (0, 0.8), (1, 0.4), (3, 0.1));
        Equal(new MultiStep(0.8, [2, 5], 0.5), (0, 0.8), (1, 0.8), (2, 0.4), (4, 0.4), (5, 0.2), (99, 0.2));
        Equal(new CosineRestarts(1, 2, 2, Last: 0.5), (0, 1), (1, 0.75), (2, 1), (4, 0.75), (6, 1), (10, 0.75), (14, 1));
        Equal(new CosineRestarts(1, 2), (0, 1), (1, 0.5), (1_000_000, 1), (1_000_001, 0.5));
    }

    [Fact]
    public void Plateau_WorkedOutByHand()
    {
        var plateau = new ReduceOnPlateau(1, factor: 0.5, patience: 1, threshold: 0.1, least: 0.3);
        // 0.95 is no better than 1 by a tenth; two of them in a row are one too many.
        Assert.Equal([1, 1, 0.5, 0.5, 0.5, 0.3, 0.3, 0.3], new[] { 1, 0.95, 0.95, 0.5, 0.5, 0.5, double.NaN, double.NaN }.Select(plateau.Next));
        Assert.Equal((0.5, 0), (plateau.Best, plateau.Waited));
        var rising = new ReduceOnPlateau(1, patience: 0, largerIsBetter: true);
        Assert.Equal([1, 1, 0.1], new[] { 0.1, 0.2, 0.2 }.Select(rising.Next));
        var resumed = new ReduceOnPlateau(9, patience: 0, largerIsBetter: true);
        resumed.Restore(rising.LearningRate, rising.Best, rising.Waited);
        Assert.Equal(rising.Next(0.2), resumed.Next(0.2));
    }

    [Fact]
    public void WrongArguments_SayWhat()
    {
        Text("Learning rate: expected a number of 0 or more, got -0.1.", () => _ = new Constant(-0.1));
        Text("Interval: expected 1 or more, got 0.", () => _ = new StepDecay(0.1, 0));
        Text("Factor: expected a number above 0, got 0.", () => _ = new StepDecay(0.1, 1, 0));
        Text("Steps: expected 1 or more, got 0.", () => _ = new Cosine(0.1, 0));
        Text("Last learning rate: expected a number of 0 or more, got NaN.", () => _ = new Cosine(0.1, 1, double.NaN));
        Text("Start: expected a number in [0, 1), got 1.", () => _ = new LinearDecay(0.1, 5, 1));
        Text("Warmup: expected 0 to less than the 5 steps, got 5.", () => _ = new WarmupCosine(0.1, 5, 5));
        Text("Steps: expected 2 or more, got 1.", () => _ = new OneCycle(0.1, 1));
        Text("First divisor: expected a number above 0, got 0.", () => _ = new OneCycle(0.1, 10, FirstDivisor: 0));
        Text("Milestones: expected steps of 1 or more, each above the one before, got 3, 3.", () => _ = new MultiStep(0.1, [3, 3]));
        Text("Growth: expected 1 or more, got 0.", () => _ = new CosineRestarts(0.1, 5, 0));
        Text("Factor: expected a number above 0, got -1.", () => _ = new ExponentialDecay(0.1, -1));
        Text("Factor: expected a number above 0 and below 1, got 1.", () => _ = new ReduceOnPlateau(0.1, 1));
        Text("Patience: expected 0 or more, got -1.", () => _ = new ReduceOnPlateau(0.1, 0.5, -1));
        Text("Waited: expected 0 or more, got -1.", () => new ReduceOnPlateau(0.1).Restore(0.1, 1, -1));
        Assert.Throws<ArgumentNullException>(() => new MultiStep(0.1, null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Constant(1).LearningRateAt(-1));
    }

    [Fact]
    public void Schedule_PrintsItself() =>
        Assert.Equal("LinearDecay { LearningRate = 0.001, Steps = 100, Start = 0.5 }", new LinearDecay(0.001, 100).ToString());

    [Fact]
    public void MultiStep_ComparesAndPrintsItsMilestones()
    {
        Assert.Equal("MultiStep { LearningRate = 0.1, Milestones = [3, 5], Factor = 0.5 }", new MultiStep(0.1, [3, 5], 0.5).ToString());
        Assert.Equal(new MultiStep(0.1, [3, 5]), new MultiStep(0.1, [3, 5]));
        Assert.NotEqual(new MultiStep(0.1, [3, 5]), new MultiStep(0.1, [3, 6]));
    }

    private static void Equal(Schedule schedule, params (long Step, double Rate)[] expected)
    {
        foreach (var (step, rate) in expected)
            Assert.Equal(rate, schedule.LearningRateAt(step), 1e-10);
    }

    private static void Text(string expected, Action action) => Assert.StartsWith(expected, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
}
