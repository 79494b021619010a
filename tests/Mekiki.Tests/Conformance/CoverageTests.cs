namespace Mekiki.Tests.Conformance;

/// <summary>No reference case is passed over: each belongs to an operation that some test runs on all its cases.</summary>
public class CoverageTests
{
    private static readonly Dictionary<string, Func<GoldenCase, bool>> runs = new()
    {
        ["operations"] = c => OperationCases.All.ContainsKey(c.Op) || OperationCases.Several.ContainsKey(c.Op),
        ["optimizers"] = c => OptimizerCaseTests.All.ContainsKey(c.Op) || ParameterGroupCaseTests.All.ContainsKey(c.Op),
        ["schedules"] = c => ScheduleCaseTests.All.ContainsKey(c.Op) || c.Op == PlateauCaseTests.Op,
        ["networks"] = c => c.Op == "train" && TrainingCaseTests.All.ContainsKey(c.Args.GetProperty("model").GetString()!),
        ["transforms"] = c => Goldens.Transforms.Contains(c.Op),
    };

    [Fact]
    public void EveryCase_IsRunByExactlyOneTest() =>
        Assert.All(Goldens.All, c => Assert.True(runs.Count(r => r.Value(c)) == 1, $"{c}: no test runs '{c.Op}'. Add a row for it to one of the tables in Conformance."));

    [Fact]
    public void SharedSet_Has185Cases()
    {
        var shared = Goldens.All.Where(c => c.ToString().StartsWith("seed1/", StringComparison.Ordinal)).ToList();
        Assert.SkipWhen(shared.Count == 0, "The shared reference set seed1 is not beside this clone.");
        Assert.Equal(185, shared.Count);
        Assert.Equal(
            ["networks 2", "operations 147", "optimizers 9", "schedules 3", "transforms 24"],
            runs.Select(r => $"{r.Key} {shared.Count(r.Value)}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void UnknownOperation_FailsLoudly() =>
        Assert.DoesNotContain(runs, r => r.Value(new GoldenCase("made", System.Text.Json.JsonDocument.Parse("""{"name":"x_000","op":"conv9d","args":{}}""").RootElement, null!)));
}
