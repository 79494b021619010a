using System.Diagnostics;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;
using Microsoft.VisualBasic.FileIO;

namespace Mekiki.Workbench.Tests.Runs;

/// <summary>
/// Odd sets from a seed. Whatever they hold: the numbers add up; the same data in a folder, a zip, tars and a list are the same set and
/// give the same weights; what is written is read back; and nothing but a message is thrown.
/// </summary>
public class TortureTests
{
    // Of so many sets one is trained on, and one packed: these take longest.
    private const int TrainedOn = 5, Packed = 10, MostFailures = 10;
    private const long MostBytes = 1L << 30;

    private static readonly TrainOptions quick = new() { Model = "mlp", Epochs = 1, BatchSize = 4, Threads = 1 };

    // Of the processors; one takes some ten milliseconds.
    private static readonly TimeSpan longest = TimeSpan.FromSeconds(10), hanging = TimeSpan.FromMinutes(3);

    // CsCheck_Iter=10000 tries as many, MEKIKI_SEED=1968 begins with that one; run alone, it also sees to it that none takes long, or much memory.
    [Fact]
    public async Task OddSets_HoldTheThreeProperties()
    {
        bool isAlone = Environment.GetEnvironmentVariable("CsCheck_Iter") is not null;
        int count = Environment.GetEnvironmentVariable("CsCheck_Iter") is { } text && int.TryParse(text, out int given) ? given : 50, opened = 0;
        var failures = new List<string>();
        int first = int.TryParse(Environment.GetEnvironmentVariable("MEKIKI_SEED"), out int only) ? only : 0;
        for (int seed = first; seed < first + count && failures.Count < MostFailures; seed++)
        {
            var begun = Environment.CpuUsage.TotalTime;
            // What hangs ends the test by a TimeoutException.
            opened += await Task.Run(() => Try((ulong)seed, failures), TestContext.Current.CancellationToken).WaitAsync(hanging, TestContext.Current.CancellationToken) ? 1 : 0;
            Assert.True(!isAlone || Environment.CpuUsage.TotalTime - begun < longest, $"seed {seed} took more than {longest}");
        }

        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
        Assert.InRange(opened, count / 4, count);
        if (isAlone)
            Assert.InRange(Process.GetCurrentProcess().PeakWorkingSet64, 0, MostBytes);
    }

    // Whether the set could be opened.
    private static bool Try(ulong seed, List<string> failures)
    {
        using var folder = new TemporaryFolder();
        try
        {
            return new Attempt(seed, folder).Run();
        }
        catch (Exception e)
        {
            failures.Add($"seed {seed}: {e.Message}\n{e.StackTrace}");
            return true;
        }
        finally
        {
            // The runtime cannot delete names that are not UTF-8.
            if (!OperatingSystem.IsWindows())
                Containers.Shell(folder.Path, "chmod -R u+rwx .; rm -rf set elsewhere");
        }
    }

    private sealed class Attempt(ulong seed, TemporaryFolder folder)
    {
        private readonly TortureSet made = TortureSet.Of(seed);
        private Generator g = new(78, seed);

        public bool Run()
        {
            string[] paths = Containers.All(folder, "set", made.Files);
            made.MakeOdd(folder, "set");
            var sets = Array.ConvertAll(paths, Opened);
            Compare(paths, sets);
            Damage(paths);
            if (sets[0].Set is not { } first)
                return false;
            string list = Containers.List(folder, "set", first);
            var listed = Containers.Open(list);
            Assert.Equal(first.Names.Select(n => "set/" + n), listed.Names);
            Assert.Equal(first.Labels.ToArray().Select(l => first.Classes[l]), listed.Labels.ToArray().Select(l => listed.Classes[l]));
            Assert.Equal(PixelsOf(first), PixelsOf(listed));
            Keep(paths[g.NextInt32(paths.Length)], first);
            if (seed % TrainedOn == 0)
                Train(paths[0], paths[1 + g.NextInt32(paths.Length - 1)]);
            // Files that are left out may be what tells classes from parts.
            if (seed % Packed == 0 && first.Skipped.Count == 0)
                Pack(first);
            return true;
        }

        private void Compare(string[] paths, (ImageSet? Set, string Message)[] sets)
        {
            if (sets[0].Set is null && made.IsLocked)
            {
                Assert.EndsWith("Check its permissions.", sets[0].Message);
                return;
            }

            for (int i = 1; i < paths.Length; i++)
            {
                Assert.True((sets[0].Set is null) == (sets[i].Set is null), $"{paths[i]}: {sets[0].Message} / {sets[i].Message}");
                if (sets[0].Set is not { } first || sets[i].Set is not { } other || sets[1].Set is not { } zip)
                    continue;
                Assert.Equal((paths[i], made.InFolder, made.Files.Count), (paths[i], first.Found!.Seen, other.Found!.Seen));
                Assert.True(first.Fingerprint == other.Fingerprint, paths[i]);
                Assert.Equal(first.Names, other.Names);
                Assert.Equal(Split.OwnOf(first)?.Test, Split.OwnOf(other)?.Test);
                // The folder alone has pipes, devices and the like.
                Assert.Equal(zip.Found!.LeftOut.Select(r => r.ToString()), other.Found.LeftOut.Select(r => r.ToString()));
                Assert.Equal(zip.Skipped, other.Skipped);
                Assert.Subset(first.Skipped.Select(s => s.Name).ToHashSet(), other.Skipped.Select(s => s.Name).ToHashSet());
            }
        }

        // Archives and lists of which some bytes are others: a set, or a message.
        private void Damage(string[] paths)
        {
            string path = paths[1 + g.NextInt32(paths.Length - 1)], damaged = Path.Combine(folder.Path, "damaged" + Path.GetExtension(path));
            File.WriteAllBytes(damaged, TortureSet.Damaged(File.ReadAllBytes(path), ref g));
            Opened(damaged);
        }

        // Decoded pixels are kept, and read back.
        private void Keep(string path, ImageSet first)
        {
            var options = new ImageSetOptions { CacheFolder = folder["cache"], LeastClasses = 1 };
            var written = ImageSet.Open(path, options);
            var read = ImageSet.Open(path, options);
            Assert.Single(Directory.GetFiles(folder["cache"]));
            Assert.Equal((first.Fingerprint, written.Found!.Seen), (read.Fingerprint, read.Found!.Seen));
            Assert.Equal(first.Names, read.Names);
            Assert.Equal(first.Classes, read.Classes);
            Assert.Equal(first.Labels.ToArray(), read.Labels.ToArray());
            Assert.Equal(written.Skipped, read.Skipped);
            Assert.Equal(written.Notes, read.Notes);
            Assert.Equal(written.Found.LeftOut.Select(r => r.ToString()), read.Found.LeftOut.Select(r => r.ToString()));
            Assert.Equal(Split.OwnOf(first)?.Test, Split.OwnOf(read)?.Test);
        }

        // A run's files are read back; on every container the weights are the same.
        private void Train(params string[] paths)
        {
            var ends = new HashSet<string>();
            foreach (string path in paths)
                ends.Add(Trained(path, Path.Combine(folder.Path, $"run{ends.Count}")));
            Assert.Single(ends);
        }

        private static string Trained(string path, string run)
        {
            TrainingRun begun;
            try
            {
                begun = TrainingRun.Create(new DataOptions { Source = path, Size = 12 }, quick, run);
                begun.Train();
            }
            catch (MekikiException e)
            {
                // Behind it stands what was left out; in a folder lie files that no archive can hold.
                return e.Message.Replace(path, "", StringComparison.Ordinal).Split(" (of ")[0];
            }

            var again = TrainingRun.Resume(run);
            Assert.Equal((begun.Split.Train, begun.Split.Validation, begun.Split.Test), (again.Split.Train, again.Split.Validation, again.Split.Test), Same);
            var split = SplitFile.Read(Path.Combine(run, "split.csv"), begun.Set);
            Assert.Equal((begun.Split.Train, begun.Split.Validation, begun.Split.Test), (split.Train, split.Validation, split.Test), Same);
            var model = Recognizer.Load(Path.Combine(run, "model.safetensors"));
            Assert.Equal(begun.Set.Classes, model.Card.Classes);
            if (begun.Set.Skipped.Count > 0)
                Assert.Equal(begun.Set.Skipped.Select(s => (s.Name, s.Reason)), Rows(Path.Combine(run, "skipped.csv")).Skip(1).Select(r => (r[0], r[1])));
            return model.WeightsSha256;
        }

        // By a reader of others.
        private static List<string[]> Rows(string path)
        {
            using var parser = new TextFieldParser(path) { TrimWhiteSpace = false };
            parser.SetDelimiters(",");
            var rows = new List<string[]>();
            while (parser.ReadFields() is { } fields)
                rows.Add(fields);
            return rows;
        }

        private static bool Same((int[], int[], int[]) a, (int[], int[], int[]) b) => a.Item1.SequenceEqual(b.Item1) && a.Item2.SequenceEqual(b.Item2) && a.Item3.SequenceEqual(b.Item3);

        private void Pack(ImageSet first)
        {
            string shards = Path.Combine(folder.Path, "shards");
            try
            {
                ImageShards.Pack(folder["set"], shards, shardBytes: 2000, options: new ImageSetOptions { LeastClasses = 1 });
            }
            catch (MekikiException e)
            {
                // It names all that a set of shards cannot have.
                Assert.StartsWith(folder["set"] + ": ", e.Message);
                return;
            }

            var packed = Containers.Open(shards);
            Assert.Equal(PixelsOf(first), PixelsOf(packed));
        }
    }

    // What tells images apart, in one order for all containers.
    private static IEnumerable<string> PixelsOf(ImageSet set) =>
        Enumerable.Range(0, set.Count).Select(i => $"{set.Shape} {set.Classes[set.Labels[i]]} {Convert.ToHexString(set.Image(i))}").Order(StringComparer.Ordinal);

    private static (ImageSet? Set, string Message) Opened(string path)
    {
        try
        {
            return (Containers.Open(path), "");
        }
        catch (MekikiException e)
        {
            return (null, e.Message);
        }
    }
}
