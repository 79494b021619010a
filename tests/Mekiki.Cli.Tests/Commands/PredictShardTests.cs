using SkiaSharp;

namespace Mekiki.Cli.Tests.Commands;

/// <summary>Much reading in parts: by shards, into files, over stops; and packed sets.</summary>
public sealed class PredictShardTests : IDisposable
{
    private const int Images = 200;
    private readonly TemporaryFolder folder = new();

    public PredictShardTests()
    {
        for (int i = 0; i < Images; i++)
        {
            using var bitmap = new SKBitmap(new SKImageInfo(24, 24, SKColorType.Gray8, SKAlphaType.Opaque));
            bitmap.Erase(new SKColor((byte)(255 - i / 2), (byte)(255 - i / 2), (byte)(255 - i / 2)));
            bitmap.SetPixel(i % 24, i % 11, SKColors.Black);
            using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(folder[$"in/{i}.png"], data.ToArray());
        }
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("--csv", 3)]
    [InlineData("--json", 5)]
    public void Parts_JoinToTheBytesOfOneRun(string form, int parts)
    {
        byte[] whole = Written(form, "whole");
        for (int i = 1; i <= parts; i++)
            Assert.Equal(0, Run(form, "part", $"{i}/{parts}").Code);
        string[] files = [.. Directory.GetFiles(folder["out"], "part.*").Order(StringComparer.Ordinal)];
        Assert.Equal(parts, files.Length);
        Assert.Equal(whole, files.SelectMany(File.ReadAllBytes));
        Assert.Equal(whole, System.Text.Encoding.UTF8.GetBytes(TestHost.Run(["predict", "hiragana", folder["in"], form]).Out));
    }

    [Fact]
    public void StoppedCommand_GoesOn_WhereverItWasCut()
    {
        byte[] whole = Written("--csv", "whole");
        File.Copy(folder["out/whole"], folder["out/again"]);
        Assert.Contains("is there already", Run("--csv", "again").Error);
        File.Delete(folder["out/again"]);
        string job = JobOf("again");
        foreach (var (cut, done) in new[] { (0, 0), (3, 0), (40, 0), (whole.Length / 3, 64), (whole.Length * 2 / 3, 128), (whole.Length - 1, 192) })
        {
            File.Delete(folder["out/again"]);
            File.WriteAllBytes(folder["out/again.part"], whole[..cut]);
            File.WriteAllText(folder["out/again.part.job"], job);
            var run = Run("--csv", "again");
            Assert.Equal(0, run.Code);
            Assert.Equal(done == 0 ? "" : $"{done} images are done already.\n", run.Error);
            Assert.Equal(whole, File.ReadAllBytes(folder["out/again"]));
            Assert.Equal(["again", "whole"], Directory.GetFiles(folder["out"]).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void PartOfAnotherJob_IsRefused()
    {
        Directory.CreateDirectory(folder["out/x"][..^2]);
        File.WriteAllText(folder["out/a.part"], "image,label\n");
        File.WriteAllText(folder["out/a.part.job"], "another");
        Assert.Contains("got results of another model, other images or other options", Run("--csv", "a").Mistake());
    }

    [Theory]
    [InlineData("0/3", "expected I/N with 1 ≤ I ≤ N, such as 3/8, or auto, got '0/3'")]
    [InlineData("4/3", "got '4/3'")]
    [InlineData("x", "got 'x'")]
    [InlineData("auto/0", "got 'auto/0'")]
    [InlineData("1/2/3", "got '1/2/3'")]
    public void ShardThatIsNone_IsRefused(string text, string message) => Assert.Contains(message, Run("--csv", "a", text).Mistake());

    [Fact]
    public void FileWithoutAForm_AndStandardInput_AreRefused()
    {
        Assert.Contains("--out: expected --json or --csv beside it", TestHost.Run(["predict", "hiragana", folder["in"], "--out", folder["out/a"]]).Mistake());
        Assert.Contains("got standard input", TestHost.Run(["predict", "hiragana", "-", "--shard", "1/2"]).Mistake());
    }

    [Theory]
    [InlineData("auto", "3/4", "SLURM_ARRAY_TASK_ID=12", "SLURM_ARRAY_TASK_COUNT=4", "SLURM_ARRAY_TASK_MIN=10")]
    [InlineData("auto", "2/3", "SLURM_ARRAY_TASK_ID=5", "SLURM_ARRAY_TASK_COUNT=3", "SLURM_ARRAY_TASK_STEP=5")]
    [InlineData("auto/8", "8/8", "JOB_COMPLETION_INDEX=7")]
    [InlineData("auto", "2/4", "OMPI_COMM_WORLD_RANK=1", "OMPI_COMM_WORLD_SIZE=4")]
    [InlineData("auto", "such as auto/8, since Kubernetes does not tell it", "JOB_COMPLETION_INDEX=7")]
    [InlineData("auto/4", "expected a place from 0 to 3 (JOB_COMPLETION_INDEX), got 7", "JOB_COMPLETION_INDEX=7")]
    [InlineData("auto", "got none of them")]
    public void Auto_AsksTheLauncher(string text, string expected, params string[] environment)
    {
        var variables = environment.Select(e => e.Split('=')).ToDictionary(e => e[0], e => e[1]);
        var shard = Cli.Parsing.Shard.Read(text, variables.GetValueOrDefault, out string problem);
        Assert.Contains(expected, shard is { } s ? $"{s.Number}/{s.Count}" : problem);
    }

    [Fact]
    public void Pack_MakesShardsThatAreTrainedOnAndChecked()
    {
        for (int c = 0; c < 2; c++)
            for (int i = 0; i < 40; i++)
            {
                Directory.CreateDirectory(folder[$"set/c{c}/x"][..^2]);
                File.Copy(folder[$"in/{c * 100 + i}.png"], folder[$"set/c{c}/{i}.png"]);
            }

        var packed = TestHost.Run(["data", "pack", folder["set"], "--out", folder["shards"], "--shard-size", "64K", "--json"]);
        Assert.Equal(0, packed.Code);
        Assert.Contains("\"images\":80,\"classes\":2", packed.Out);
        Assert.Contains("80 images of 2 classes", TestHost.Run(["data", "check", folder["shards"]]).Out);
        Assert.Equal(0, TestHost.Run(["train", "--data", folder["shards"], "--model", "three-layer", "--out", folder["run"]]).Code);
        File.Delete(folder["shards/shard-000001.tar"]);
        Assert.Contains("shard-000001.tar: expected a shard, got: no such file", TestHost.Run(["data", "check", folder["shards"]]).Out);
        Assert.Equal(2, TestHost.Run(["data", "check", folder["shards"], "--strict"]).Code);
        Assert.Contains("--shard-size: expected a number of bytes such as 64M, 256M or 1G, got '1X'", TestHost.Run(["data", "pack", folder["set"], "--out", folder["shards2"], "--shard-size", "1X"]).Mistake());
    }

    [Fact]
    public void TarShards_AreReadWhereTheyLie_AndPartsJoinToTheBytesOfOneRun()
    {
        string shards = Packed();
        string[] files = Directory.GetFiles(shards, "*.tar");
        Assert.InRange(files.Length, 2, 10);
        byte[] whole = Answers(shards, "whole");
        for (int i = 1; i <= 3; i++)
            Answers(shards, "part", "--shard", $"{i}/3");
        Assert.Equal(whole, Directory.GetFiles(folder["out"], "part.*").Order(StringComparer.Ordinal).SelectMany(File.ReadAllBytes));

        // Every image once, with the answer that its file has.
        var answers = Rows(whole).ToDictionary(r => r[0][(r[0].IndexOf(".tar/", StringComparison.Ordinal) + 5)..], r => r[1]);
        Assert.Equal(Images, answers.Count);
        foreach (string[] row in Rows(Answers(folder["set"], "files")))
            Assert.Equal(row[1], answers[row[0][(folder["set"].Length + 1)..]]);

        File.WriteAllLines(folder["list.txt"], files.Order(StringComparer.Ordinal));
        Assert.Equal(whole, Answers(folder["list.txt"], "listed"));
        Assert.Equal(Rows(whole).Count(r => r[0].StartsWith(files[0], StringComparison.Ordinal)), Rows(Answers(files[0], "one")).Count());
    }

    [Fact]
    public void StoppedWithinTarShards_GoesOn()
    {
        string shards = Packed();
        byte[] whole = Answers(shards, "whole");
        var stopped = TestHost.New(pressAt: TestHost.AtOnce).Then(["predict", "hiragana", shards, "--csv", "--out", folder["out/again"]]);
        Assert.Equal(130, stopped.Code);
        File.WriteAllBytes(folder["out/again.part"], whole[..(whole.Length / 2)]);
        var run = TestHost.Run(["predict", "hiragana", shards, "--csv", "--out", folder["out/again"]]);
        Assert.Equal("64 images are done already.\n", run.Error);
        Assert.Equal(whole, File.ReadAllBytes(folder["out/again"]));
    }

    [Fact]
    public void DamagedTarShards_AreNamed_AndTheOthersAreRead()
    {
        string shards = Packed();
        byte[] bytes = File.ReadAllBytes(Path.Combine(shards, "shard-000000.tar"));
        bytes[512 + 60] ^= 1;
        File.WriteAllBytes(Path.Combine(shards, "shard-000000.tar"), bytes);
        using (var cut = File.OpenWrite(Path.Combine(shards, "shard-000001.tar")))
            cut.SetLength(cut.Length - 600);
        var run = TestHost.Run(["predict", "hiragana", shards, "--csv"]);
        Assert.Equal(2, run.Code);
        string[][] failed = [.. Rows(System.Text.Encoding.UTF8.GetBytes(run.Out)).Where(r => r[1].Length == 0)];
        Assert.Equal(2, failed.Length);
        Assert.Contains("got others: the shard was altered", string.Join(',', failed[0]));
        Assert.Equal("shard-000001.tar", failed[1][0]);
        Assert.Contains("it was cut off or changed. Copy it again; all of its images are left out", string.Join(',', failed[1]));
    }

    [Fact]
    public void ShardsWithoutImages_AndListsOfSomethingElse_AreRefused()
    {
        Directory.CreateDirectory(folder["empty/x"][..^2]);
        using (var tar = new System.Formats.Tar.TarWriter(File.Create(folder["empty/0.tar"])))
            tar.WriteEntry(new System.Formats.Tar.UstarTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "a.cls") { DataStream = new MemoryStream([0x30]) });
        Assert.Contains("expected images, got shards without any", TestHost.Run(["predict", "hiragana", folder["empty"]]).Mistake());
        File.WriteAllText(folder["notes.txt"], "hello\n");
        Assert.Contains("expected a list of shards", TestHost.Run(["predict", "hiragana", folder["notes.txt"]]).Mistake());
    }

    private static IEnumerable<string[]> Rows(byte[] csv) => System.Text.Encoding.UTF8.GetString(csv).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(csv[0] == 'i' ? 1 : 0).Select(r => r.Split(','));

    // 200 images of two classes in some shards.
    private string Packed()
    {
        for (int i = 0; i < Images; i++)
        {
            Directory.CreateDirectory(folder[$"set/c{i % 2}/x"][..^2]);
            File.Copy(folder[$"in/{i}.png"], folder[$"set/c{i % 2}/{i}.png"]);
        }

        Assert.Equal(0, TestHost.Run(["data", "pack", folder["set"], "--out", folder["shards"], "--shard-size", "128K"]).Code);
        return folder["shards"];
    }

    private byte[] Answers(string images, string name, params string[] more)
    {
        var run = TestHost.Run(["predict", "hiragana", images, "--csv", "--out", folder[$"out/{name}"], .. more]);
        Assert.Equal((0, ""), (run.Code, run.Error));
        return more.Length > 0 ? [] : File.ReadAllBytes(folder[$"out/{name}"]);
    }

    private byte[] Written(string form, string name)
    {
        Assert.Equal(0, Run(form, name).Code);
        return File.ReadAllBytes(folder[$"out/{name}"]);
    }

    private TestHost Run(string form, string name, string? shard = null)
    {
        string[] more = shard is null ? [] : ["--shard", shard];
        return TestHost.Run(["predict", "hiragana", folder["in"], form, "--out", folder[$"out/{name}"], .. more]);
    }

    // What the command says of its work, which a stopped one leaves.
    private string JobOf(string name)
    {
        var stopped = TestHost.New(pressAt: TestHost.AtOnce).Then(["predict", "hiragana", folder["in"], "--csv", "--out", folder[$"out/{name}"]]);
        Assert.Equal(130, stopped.Code);
        return File.ReadAllText(folder[$"out/{name}.part.job"]);
    }
}
