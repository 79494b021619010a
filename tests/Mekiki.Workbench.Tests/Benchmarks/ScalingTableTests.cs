using System.Globalization;
using System.Text.RegularExpressions;
using Mekiki.Benchmarks;
using Mekiki.Workbench.Tests.Lessons;

namespace Mekiki.Workbench.Tests.Benchmarks;

/// <summary>The tables of docs/scaling.md are those of bench/Mekiki.Benchmarks, by the constants in results/scaling.csv.</summary>
public partial class ScalingTableTests
{
    private static ScalingTable Table => ScalingTable.Of(Repository.At("results/scaling.csv"));

    [Fact]
    public void StepSeconds_FollowTheModel()
    {
        var table = new ScalingTable(6, 1_000_000, 1e-3);
        // 60 images at 12 img/s; 3 messages each way; twice 3/4 of 4 MB at 1 MB/s.
        Assert.Equal(5 + 0.006 + 6, table.StepSeconds(4, 60, 12, 1e6), 1e-12);
        Assert.Equal(1, table.Efficiency(1, 60, 12, 1e6), 1e-12);
        Assert.Equal(5 / 11.006, table.Efficiency(4, 60, 12, 1e6), 1e-12);
    }

    [Fact]
    public void Tables_OfThePages_AreThoseOfTheResults()
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        Table.Print(writer);
        string tables = writer.ToString().TrimEnd('\n') + "\n";
        Stored.SamePart("docs/scaling.md", "tables", tables);
        Stored.SamePart("docs/ja/scaling.md", "tables", Caption().Replace(tables, "$1コア、毎秒$2枚のマシンで、1ステップに64枚ずつ:").Replace("| machines |", "| マシン |", StringComparison.Ordinal));
    }

    [Fact]
    public void Constants_OfThePages_AreThoseOfTheResults()
    {
        string text = File.ReadAllText(Repository.At("docs/scaling.md"));
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"\n| t | 1 / {Table.ImagesPerSecond:0.##} s for ResNet-50 "), text);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"\n| n | {Table.Parameters:N0} |"), text);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"\n| latency | {Table.LatencySeconds * 1e6:0} µs |"), text);
    }

    [GeneratedRegex(@"Machines of (\d+) cores, ([\d.]+) img/s each, 64 images of a step on each:")]
    private static partial Regex Caption();
}
