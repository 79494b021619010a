using System.Buffers.Binary;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;
using Mekiki.Workbench.Search;

namespace Mekiki.Workbench.Tests.Search;

public class TuningTests
{
    private static readonly ImageSet set = Bars.Set(count: 300);
    private static readonly TrainOptions start = new() { Model = "mlp", Epochs = 7, Seed = 3 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Split Parts()
    {
        var split = Split.Stratified(set, 0, 240, 60);
        return split with { Train = split.Train[..180], Validation = split.Train[180..] };
    }

    [Fact]
    public void Search_KeepsThirds_TrainsThemLonger_AndGivesTheBestOfTheLongest()
    {
        using var tuning = new Tuning(set, Parts(), start, new CountingClock());
        var best = tuning.Search(TimeSpan.FromSeconds(8), candidates: 9, cancellation: Token);
        Assert.Equal(start, tuning.Table[0].Options);
        var rungs = tuning.Table.GroupBy(t => t.Rung).Select(g => g.ToArray()).ToArray();
        Assert.Equal(9, rungs[0].Length);
        Assert.All(rungs, r => Assert.Single(r.Select(t => t.Images).Distinct()));
        Assert.Equal(9, rungs[0].Select(t => t.Options).Distinct().Count());
        for (int r = 1; r < rungs.Length; r++)
        {
            Assert.InRange(rungs[r].Length, 1, rungs[r - 1].Length / 3);
            Assert.Equal(3 * rungs[r - 1][^1].Images, rungs[r][0].Images);
            double least = rungs[r].Min(t => rungs[r - 1].Single(before => before.Options == t.Options).Accuracy);
            Assert.True(rungs[r - 1].Count(before => before.Accuracy > least) < 3 * rungs[r].Length);
        }

        Assert.Equal(rungs[^1].Max(t => t.Accuracy), rungs[^1].First(t => t.Options == best).Accuracy);
        Assert.Equal(("mlp", 7, 3UL), (best.Model, best.Epochs, best.Seed));
    }

    [Fact]
    public void Drawn_AreAllSchedulesAndAverages()
    {
        using var tuning = new Tuning(set, Parts(), start, new CountingClock());
        tuning.Search(TimeSpan.FromSeconds(1.5), candidates: 24, cancellation: Token);
        var first = tuning.Table.Where(t => t.Rung == 0).Select(t => t.Options).ToArray();
        Assert.Equal(start, first[0]);
        Assert.Equal(["cosine", "one-cycle", "warmup"], first[1..].Select(o => o.Schedule).Distinct().Order());
        Assert.Equal([0, 0.99, 0.998], first[1..].Select(o => o.Ema).Distinct().Order());
    }

    [Fact]
    public void Save_WritesWhatIsThere_AtAnyMoment()
    {
        using var folder = new TemporaryFolder();
        using var tuning = new Tuning(set, Parts(), start, new CountingClock());
        Assert.Null(tuning.Best);
        var rows = new List<int>();
        // What a killed search left behind.
        File.WriteAllText(folder[$"tune/tune.csv.{Guid.NewGuid():N}.tmp"], "rung,ima");
        tuning.Search(TimeSpan.FromSeconds(1), candidates: 3, new Saved(tuning, folder["tune"], rows), Token);
        Assert.Equal(Enumerable.Range(1, tuning.Table.Count), rows);
        tuning.Dispose();
        Assert.Equal(["preset.json", "tune.csv"], Directory.GetFiles(folder["tune"]).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void TwoAtOnce_InOneFolder_OneWrites()
    {
        using var folder = new TemporaryFolder();
        using (var one = new Tuning(set, Parts(), start, new CountingClock()))
        using (var other = new Tuning(set, Parts(), start, new CountingClock()))
        {
            one.Save(folder["tune"]);
            one.Save(folder["tune"]);
            Assert.Matches("/tune: expected a folder that no other search writes to, got: .* Wait for that process, or end it\\.$", Assert.Throws<MekikiException>(() => other.Save(folder["tune"])).Message);
        }

        using var next = new Tuning(set, Parts(), start, new CountingClock());
        next.Save(folder["tune"]);
    }

    [Fact]
    public void PresetFile_GivesBackWhatWasWritten_AndSaysWhatIsWrong()
    {
        using var folder = new TemporaryFolder();
        string path = folder["preset.json"];
        var options = new TrainOptions { Model = "mlp", Epochs = 4, LearningRate = 0.0123, WeightDecay = 0.01, LabelSmoothing = 0.05, BatchSize = 64, Augmentation = "small" };
        PresetFile.Write(path, options);
        Assert.Equal(options.ToString(), PresetFile.Read(path).ToString());
        Assert.Equal(options.ToString(), PresetFile.Find(path).Options.ToString());
        File.WriteAllText(path, """{"epochs":5}""");
        Assert.Equal(new TrainOptions { Epochs = 5 }.ToString(), PresetFile.Read(path).ToString());
        File.WriteAllText(path, """{"model":"three-layer"}""");
        Assert.Equal(new TrainOptions { Model = "three-layer" }.ToString(), PresetFile.Read(path).ToString());
        File.WriteAllText(path, """{"epoch":5}""");
        Assert.Equal($"{path}: expected options as `mekiki tune` writes them, got: the unknown option 'epoch'. Did you mean 'epochs'? Give the name of a preset, or fix the file.", Assert.Throws<MekikiException>(() => PresetFile.Read(path)).Message);
        File.WriteAllText(path, """{"epochs":5,"epochs":6}""");
        Assert.Equal($"{path}: expected options as `mekiki tune` writes them, got: the name 'epochs' twice. Give the name of a preset, or fix the file.", Assert.Throws<MekikiException>(() => PresetFile.Read(path)).Message);
        File.WriteAllText(path, """{"epochs":-1}""");
        Assert.Equal($"{path}: expected options as `mekiki tune` writes them, got: Epochs: expected 0 or more, got -1. Give the name of a preset, or fix the file.", Assert.Throws<MekikiException>(() => PresetFile.Find(path)).Message);
        Assert.StartsWith("Unknown preset 'fats'. Did you mean 'fast'?", Assert.Throws<MekikiException>(() => Preset.Find("fats")).Message);
    }

    [Fact]
    public void WithoutValidation_IsRefused() =>
        Assert.StartsWith("--validation: expected images to judge by, got none.", Assert.Throws<MekikiException>(() => new Tuning(set, Split.Stratified(set, 0), start)).Message);

    /// <summary>A set that nobody tuned for: MNIST's form, another size, ten classes, light on dark.</summary>
    [Theory]
    [InlineData("fast")]
    [InlineData("best")]
    public void Presets_WorkOnIdxFiles_AsTheyAre(string preset)
    {
        using var folder = new TemporaryFolder();
        foreach (var (part, count) in new[] { ("train", 640), ("t10k", 160) })
        {
            var images = new byte[16 + count * 28 * 28];
            var labels = new byte[8 + count];
            uint[] head = [0x803, (uint)count, 28, 28];
            for (int i = 0; i < 4; i++)
                BinaryPrimitives.WriteUInt32BigEndian(images.AsSpan(4 * i), head[i]);
            BinaryPrimitives.WriteUInt32BigEndian(labels, 0x801);
            BinaryPrimitives.WriteUInt32BigEndian(labels.AsSpan(4), (uint)count);
            for (int i = 0; i < count; i++)
            {
                labels[8 + i] = (byte)(i % 10);
                var generator = new Generator(12, (ulong)i, (ulong)count);
                foreach (ref byte pixel in images.AsSpan(16 + i * 784, 784))
                    pixel = (byte)generator.NextInt32(90);
                // A block of ink at one of ten places, a little shifted.
                int top = 3 + i % 10 / 5 * 12 + generator.NextInt32(2), left = 1 + i % 5 * 5 + generator.NextInt32(2);
                for (int y = 0; y < 8; y++)
                    images.AsSpan(16 + i * 784 + (top + y) * 28 + left, 4).Fill(230);
            }

            File.WriteAllBytes(folder[$"idx/{part}-images-idx3-ubyte"], images);
            File.WriteAllBytes(folder[$"idx/{part}-labels-idx1-ubyte"], labels);
        }

        // Few images: smaller batches and fewer epochs, all else untouched.
        var options = Preset.Find(preset).Options with { BatchSize = 16, Epochs = 2, Ema = 0 };
        var result = TrainingRun.Create(new DataOptions { Source = folder["idx"] }, options, folder["run/run"]).Train(cancellation: Token);
        Assert.True(result.Best!.TestAccuracy > 0.9, $"Expected more than 90 %, got {result.Best.TestAccuracy:P1}.");
    }

    private sealed class Saved(Tuning tuning, string folder, List<int> rows) : IProgress<TrialResult>
    {
        public void Report(TrialResult t)
        {
            tuning.Save(folder);
            rows.Add(File.ReadAllLines(Path.Combine(folder, "tune.csv")).Length - 1);
            Assert.Equal(tuning.Best!.Options.ToString(), PresetFile.Read(Path.Combine(folder, "preset.json")).ToString());
        }
    }
}
