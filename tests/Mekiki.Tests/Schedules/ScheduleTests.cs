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
        Assert.Throws<ArgumentOutOfRangeException>(() => new Constant(1).LearningRateAt(-1));
    }

    [Fact]
    public void Schedule_PrintsItself() =>
        Assert.Equal("LinearDecay { LearningRate = 0.001, Steps = 100, Start = 0.5 }", new LinearDecay(0.001, 100).ToString());

    private static void Equal(Schedule schedule, params (long Step, double Rate)[] expected)
    {
        foreach (var (step, rate) in expected)
            Assert.Equal(rate, schedule.LearningRateAt(step), 1e-10);
    }

    private static void Text(string expected, Action action) => Assert.Equal(expected, Assert.Throws<MekikiException>(action).Message);
}
