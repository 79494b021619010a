using Mekiki.Schedules;

namespace Mekiki.Tests.Conformance;

/// <summary>The learning rates of each schedule against PyTorch.</summary>
public class ScheduleCaseTests
{
    /// <summary>How each schedule of the reference cases is made here; a new one is a row.</summary>
    internal static IReadOnlyDictionary<string, Func<GoldenCase, Schedule>> All { get; } = new Dictionary<string, Func<GoldenCase, Schedule>>
    {
        ["schedule_step"] = c => new StepDecay(c.Arg("lr", 0.1), (long)c.Arg("step_size", 0), c.Arg("gamma", 0.1)),
        ["schedule_cosine"] = c => new Cosine(c.Arg("lr", 0.1), (long)c.Arg("t_max", 0), c.Arg("eta_min", 0)),
        ["schedule_one_cycle"] = c => new OneCycle(
            c.Arg("max_lr", 0), (long)c.Arg("total_steps", 0), c.Arg("pct_start", 0.3), c.Arg("div_factor", 25), c.Arg("final_div_factor", 1e4),
            c.Args.GetProperty("anneal").GetString() == "cos" ? Anneal.Cosine : Anneal.Linear),
        ["schedule_exponential"] = c => new ExponentialDecay(c.Arg("lr", 0.1), c.Arg("gamma", 0)),
        ["schedule_multi_step"] = c => new MultiStep(c.Arg("lr", 0.1), [.. c.Args.GetProperty("milestones").EnumerateArray().Select(m => m.GetInt64())], c.Arg("gamma", 0)),
        ["schedule_cosine_restarts"] = c => new CosineRestarts(c.Arg("lr", 0.1), (long)c.Arg("t0", 0), (long)c.Arg("t_mult", 0), c.Arg("eta_min", 0)),
    };

    public static TheoryData<string> Schedules => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Schedule_OnReferenceCases_AgreesWithPyTorch(string op)
    {
        int cases = 0;
        foreach (var c in Goldens.Cases(op))
        {
            cases++;
            var schedule = All[op](c);
            float[] expected = c.Output("lr").Floats;
            Assert.Equal((int)c.Arg("steps", 0), expected.Length);
            for (int step = 0; step < expected.Length; step++)
                Assert.True(Math.Abs(schedule.LearningRateAt(step) - expected[step]) <= 1e-6 * expected[step], $"{c}: step {step} has {schedule.LearningRateAt(step)}, expected {expected[step]}");
        }

        Assert.SkipWhen(cases == 0, $"No reference case for {op} in {string.Join(", ", Goldens.Folders)}.");
    }
}
