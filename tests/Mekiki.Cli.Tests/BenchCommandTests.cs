using System.Text.Json;

namespace Mekiki.Cli.Tests;

public class BenchCommandTests
{
    private static readonly string[] names =
        ["engine", "model", "mode", "batch", "size", "channels", "threads", "img_per_s", "best", "ms_per_step", "gflops", "peak_gflops", "of_peak", "peak_memory_mb"];

    [Fact]
    public void Json_IsOneLine_WithThePeersNamesFirst()
    {
        int before = Threads.Count;
        var run = TestHost.Run("bench mlp --mode infer --batch 2 --size 16 --seconds 0.01 --threads 1 --json");
        Threads.Count = before;
        Assert.Equal((0, ""), (run.Code, run.Error));
        var line = JsonDocument.Parse(Assert.Single(run.Out.TrimEnd('\n').Split('\n'))).RootElement;
        Assert.Equal(names, line.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("mlp", "infer", 2, 16, 1, 1), (
            line.GetProperty("model").GetString(), line.GetProperty("mode").GetString(), line.GetProperty("batch").GetInt32(),
            line.GetProperty("size").GetInt32(), line.GetProperty("channels").GetInt32(), line.GetProperty("threads").GetInt32()));
        Assert.InRange(line.GetProperty("ms_per_step").GetDouble(), 0, 10_000);
    }

    [Fact]
    public void Text_TellsRateAndLimit()
    {
        var run = TestHost.Run("bench mlp --batch 2 --size 16 --classes 3 --seconds 0.01");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Matches("^work       mlp, train, 2 x 1x16x16, 3 classes, [0-9]+ threads?\nrate       [0-9,]+ img/s \\(best [0-9,]+\\)\nstep       [0-9.]+ ms, median of [0-9,]+\narithmetic [0-9.,]+ GFLOP/s, [0-9]+ ?% of the measured limit of [0-9,]+\nmemory     [0-9.]+ MB at most\n$", run.Out);
    }

    [Fact]
    public void Load_TellsRate_WithoutArithmetic()
    {
        var run = TestHost.Run("bench cnn --mode load --batch 8 --size 24 --seconds 0.01");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Matches("^work       cnn, load, 8 x 1x24x24, 73 classes, [0-9]+ threads?\nrate       [0-9,]+ img/s \\(best [0-9,]+\\)\nstep       [0-9.]+ ms, median of [0-9,]+\nmemory     [0-9.]+ MB at most\n$", run.Out);
    }

    [Fact]
    public void Mistakes_AreTold()
    {
        Assert.StartsWith("Unknown model 'resnet-18'. Did you mean 'resnet18'?", TestHost.Run("bench resnet-18").Mistake());
        Assert.StartsWith("--mode: expected one of train, infer, load, got 'inter'. Did you mean 'infer'?", TestHost.Run("bench cnn --mode inter").Mistake());
        Assert.StartsWith("--batch: expected 1 to 65,536, got 0.", TestHost.Run("bench cnn --batch 0").Mistake());
        Assert.StartsWith("vgg11: expected images of 32x32 pixels or more, got 16x16.", TestHost.Run("bench vgg11 --size 16").Mistake());
        Assert.StartsWith("MODEL: expected the name of a model, got nothing.", TestHost.Run("bench").Mistake());
    }
}
