using System.Formats.Tar;
using System.Text;
using Mekiki.Vision.Data;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Tests.Data;

/// <summary>Sets in tar shards: packed, opened, cut, altered, missing; made by others; and the order in which they are read.</summary>
public sealed class ShardTests : IDisposable
{
    private static readonly ImageSetOptions plain = new() { Cache = false };
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void PackedSet_HasTheImagesNamesAndClassesOfItsFolder()
    {
        string source = MadeImages.Folder(folder, each: 20);
        var expected = ImageSet.Open(source, plain);
        var packed = Pack(source, folder["shards"], shardBytes: 1 << 14);
        Assert.Equal((40, 2, 0), (packed.Images, packed.Classes, packed.Skipped.Count));
        Assert.True(packed.Shards > 3);
        Assert.Equal(packed.Bytes, Directory.GetFiles(folder["shards"], "*.tar").Sum(f => new FileInfo(f).Length));
        Assert.All(Directory.GetFiles(folder["shards"], "*.tar"), f => Assert.True(new FileInfo(f).Length <= 1 << 14));

        var set = Containers.Open(folder["shards"]);
        Assert.Equal(expected.Classes, set.Classes);
        Assert.NotEqual(expected.Names, set.Names);
        Assert.Equal(expected.Names.Order(StringComparer.Ordinal), set.Names.Order(StringComparer.Ordinal));
        for (int i = 0; i < set.Count; i++)
        {
            int same = expected.Names.ToList().IndexOf(set.Names[i]);
            Assert.Equal(expected.Image(same), set.Image(i));
            Assert.Equal(expected.Labels[same], set.Labels[i]);
        }

        Assert.Equal(packed.Shards, set.Findings!.ShardStarts.Length);
    }

    [Fact]
    public void SameSeed_PacksTheSameBytes_AndAnotherDoesNot()
    {
        string source = MadeImages.Folder(folder, each: 20);
        foreach (var (name, seed) in new[] { ("a", 1UL), ("b", 1UL), ("c", 2UL) })
            Pack(source, folder[name], seed: seed);
        Assert.Equal(Bytes("a"), Bytes("b"));
        Assert.NotEqual(Bytes("a"), Bytes("c"));

        byte[] Bytes(string name) => File.ReadAllBytes(folder[$"{name}/shard-000000.tar"]);
    }

    [Fact]
    public void OtherReaders_FindTheirClassBesideEachImage()
    {
        Pack(MadeImages.Folder(folder), folder["shards"]);
        using var tar = new TarReader(File.OpenRead(folder["shards/shard-000000.tar"]));
        var classes = new Dictionary<string, string>();
        var images = new List<string>();
        while (tar.GetNextEntry(copyData: true) is { } entry)
            if (entry.Name.EndsWith(".cls", StringComparison.Ordinal))
                classes[entry.Name[..^4]] = new StreamReader(entry.DataStream!).ReadToEnd();
            else
                images.Add(entry.Name);
        Assert.Equal(6, images.Count);
        Assert.All(images, name => Assert.Equal(name.StartsWith("U3042", StringComparison.Ordinal) ? "0" : "1", classes[name[..^4]]));
    }

    [Fact]
    public void PartsOfTheData_StayParts()
    {
        foreach (string part in new[] { "train", "test" })
            foreach (string name in new[] { "cat", "dog" })
                for (int i = 0; i < 3; i++)
                    File.WriteAllBytes(folder[$"set/{part}/{name}/{i}.png"], MadeImages.Grey(start: i));
        Pack(folder["set"], folder["shards"]);
        var set = Containers.Open(folder["shards"]);
        Assert.Equal(["cat", "dog"], set.Classes);
        Assert.Equal(6, Split.OwnOf(set)!.Test.Length);
    }

    [Fact]
    public void List_IsPackedUnderFoldersOfItsClasses()
    {
        MadeImages.Folder(folder);
        File.WriteAllText(folder["set.csv"], "image,class\nset/U3042/0.png,a\nset/U3042/1.png,b\nset/U3044/0.png,b\n");
        Pack(folder["set.csv"], folder["shards"]);
        var set = Containers.Open(folder["shards"]);
        Assert.Equal(["a/set/U3042/0.png", "b/set/U3042/1.png", "b/set/U3044/0.png"], set.Names.Order(StringComparer.Ordinal));
        Assert.Equal(["a", "b"], set.Classes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void CutAlteredAndMissingShards_AreNamedAndLeftOut_AndStrictStops()
    {
        var packed = Pack(MadeImages.Folder(folder, each: 30), folder["shards"], shardBytes: 1 << 14);
        Assert.True(packed.Shards >= 4);
        using (var cut = File.OpenWrite(folder["shards/shard-000000.tar"]))
            cut.SetLength(cut.Length - 600);
        byte[] altered = File.ReadAllBytes(folder["shards/shard-000001.tar"]);
        altered[512 + 40] ^= 1;
        File.WriteAllBytes(folder["shards/shard-000001.tar"], altered);
        File.Delete(folder["shards/shard-000002.tar"]);
        string[] lines = File.ReadAllLines(folder["shards/shard-000003.tar.index"]);
        File.WriteAllLines(folder["shards/shard-000003.tar.index"], lines[..^1]);

        var set = Containers.Open(folder["shards"]);
        string[] skipped = [.. set.Skipped.Select(s => s.ToString())];
        Assert.Equal(4, skipped.Length);
        Assert.Contains(skipped, s => s.StartsWith("shard-000000.tar: expected a shard of ", StringComparison.Ordinal) && s.EndsWith("it was cut off or changed. Copy it again; all of its images are left out", StringComparison.Ordinal));
        Assert.Contains(skipped, s => s.Contains("expected the bytes that the index of shard-000001.tar tells by their sha256, got others: the shard was altered", StringComparison.Ordinal));
        Assert.Contains("shard-000002.tar: expected a shard, got: no such file; all of its images are left out", skipped);
        Assert.Contains(skipped, s => s.StartsWith("shard-000003.tar: expected ", StringComparison.Ordinal) && s.Contains("the index is cut off", StringComparison.Ordinal));
        Assert.Contains("shard-000002.tar", Assert.Throws<MekikiException>(() => ImageSet.Open(folder["shards"], plain with { Strict = true })).Message);
    }

    [Fact]
    public void CutShardWithoutAnIndex_IsNamed()
    {
        Pack(MadeImages.Folder(folder, each: 20), folder["shards"], shardBytes: 1 << 14);
        foreach (string index in Directory.GetFiles(folder["shards"], "*.index"))
            File.Delete(index);
        int all = Containers.Open(folder["shards"]).Count;
        using (var cut = File.OpenWrite(folder["shards/shard-000001.tar"]))
            cut.SetLength(cut.Length - 2000);
        var set = Containers.Open(folder["shards"]);
        Assert.Equal(40, all);
        Assert.StartsWith("shard-000001.tar: expected a whole tar file, got one that is cut off or damaged", Assert.Single(set.Skipped).ToString());
        Assert.InRange(set.Count, 20, 39);
    }

    [Theory]
    [InlineData(".cls", "{0}")]
    [InlineData(".json", "{{\"id\": 7, \"label\": {0}}}")]
    [InlineData(".json", "{{\"class_name\": \"{0}\"}}")]
    public void ShardsOfOthers_TellClassesBesideTheImages(string ending, string form)
    {
        Directory.CreateDirectory(folder["others/x"][..^2]);
        for (int s = 0; s < 2; s++)
            Containers.Tar(folder[$"others/{s}.tar"], TarEntryFormat.Ustar, TarPacking.None,
                [.. Enumerable.Range(0, 12).SelectMany(i => new[] { ($"n{s}_{i}.png", MadeImages.Grey(start: i % 3)), ($"n{s}_{i}{ending}", Encoding.UTF8.GetBytes(string.Format(null, form, i))) })]);
        var set = Containers.Open(folder["others"]);
        Assert.Equal(24, set.Count);
        // As numbers: 2 before 10.
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"{i}"), set.Classes);
        Assert.All(Enumerable.Range(0, 24), i => Assert.Equal(set.Names[i][3..^4], set.Classes[set.Labels[i]]));
    }

    [Fact]
    public void ListOfShards_IsASet_AndWhatIsNoneIsRefused()
    {
        Pack(MadeImages.Folder(folder, each: 20), folder["shards"], shardBytes: 1 << 14);
        File.WriteAllText(folder["list.txt"], "# two\nshards/shard-000001.tar\n\nshards/shard-000000.tar\nshards/gone.tar\n");
        var set = Containers.Open(folder["list.txt"]);
        Assert.InRange(set.Count, 2, 39);
        Assert.StartsWith("gone.tar: expected a shard, got: no such file", Assert.Single(set.Skipped).ToString());
        foreach (var (text, message) in new[] { ("", "got none"), ("a.tar\nb.zip\n", "got 'b.zip'"), ("ftp://x/a.tar\n", "got 'ftp://x/a.tar'. Download them first") })
        {
            File.WriteAllText(folder["bad.txt"], text + (text.Length == 0 ? "\n" : ""));
            Assert.Contains(message, Assert.Throws<MekikiException>(() => ImageSet.Open(folder["bad.txt"], plain)).Message);
        }
    }

    [Theory]
    [InlineData("mekiki shard index 1", "mekiki shard index 2")]
    [InlineData(",0,", ",-1,")]
    [InlineData(",512,", ",99999999,")]
    [InlineData(",512,", ",9223372036854775807,")]
    [InlineData(",512,", ",99999999999999999999,")]
    public void IndexThatLies_IsRefusedWithItsShard(string from, string to)
    {
        Pack(MadeImages.Folder(folder), folder["shards"]);
        string index = folder["shards/shard-000000.tar.index"], text = File.ReadAllText(index);
        string changed = from == ",0," ? System.Text.RegularExpressions.Regex.Replace(text, ",512,[0-9]+,", ",512,-1,") : text.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        File.WriteAllText(index, changed);
        Assert.Contains("shard-000000.tar: expected", Assert.Throws<MekikiException>(() => ImageSet.Open(folder["shards"], plain)).Message);
    }

    [Fact]
    public void NamesThatLeaveTheFolder_AreRefused()
    {
        Directory.CreateDirectory(folder["shards/x"][..^2]);
        Containers.Tar(folder["shards/0.tar"], TarEntryFormat.Ustar, TarPacking.None, [("../a/1.png", MadeImages.Grey()), ("a/2.png", MadeImages.Grey()), ("b/3.png", MadeImages.Grey()), ("a/2.png", MadeImages.Grey())]);
        var set = Containers.Open(folder["shards"]);
        Assert.Equal(["../a/1.png: its path leaves the folder; refused", "a/2.png: the set of shards holds another file of this name; the first is used"], set.Skipped.Select(s => s.ToString()));
    }

    [Fact]
    public void WhatCannotBePacked_IsToldInOneMessage()
    {
        string source = MadeImages.Folder(folder);
        Directory.CreateDirectory(folder["full/x"]);
        Assert.Contains("expected a new or an empty folder", Refused(source, folder["full"]));
        Assert.Contains("got nothing of that name", Refused(folder["none"], folder["out1"]));
        Containers.Tar(folder["set.tar.gz"], TarEntryFormat.Ustar, TarPacking.Gzip, [("a/1.png", MadeImages.Grey())]);
        Assert.Contains("got a packed tar. Unpack it first", Refused(folder["set.tar.gz"], folder["out2"]));
        File.WriteAllBytes(folder["bad/a/1.png"], [1]);
        Assert.Contains("got no image that can be read", Refused(folder["bad"], folder["out3"]));

        static string Refused(string source, string to) => Assert.Throws<MekikiException>(() => Pack(source, to)).Message;
    }

    [Fact]
    public void Order_MixesAFewShardsAtATime_AndHangsOnSeedAndEpochAlone()
    {
        const int Shards = 20, Each = 50;
        int[] starts = [.. Enumerable.Range(0, Shards).Select(s => s * Each)], subset = [.. Enumerable.Range(0, Shards * Each).Where(i => i % 7 != 0)];
        int[] first = Drawn(1), second = Drawn(2);
        Assert.Equal(subset, first.Order());
        Assert.Equal(first, Drawn(1));
        Assert.NotEqual(first, second);
        // Shards of a window come together, and none comes in two windows.
        int at = 0;
        var seen = new HashSet<int>();
        while (at < first.Length)
        {
            var window = new HashSet<int>();
            while (at < first.Length && (window.Contains(first[at] / Each) || window.Count < ShardOrder.Window))
                window.Add(first[at++] / Each);
            Assert.All(window, s => Assert.True(seen.Add(s)));
            Assert.True(at == first.Length || window.Count == ShardOrder.Window);
        }

        Assert.Equal(Shards, seen.Count);
        // Within a window, neighbours are of different shards mostly.
        Assert.InRange(Enumerable.Range(1, 300).Count(i => first[i] / Each != first[i - 1] / Each), 200, 300);

        int[] Drawn(ulong epoch)
        {
            var generator = new Generator(5, epoch);
            var order = new int[subset.Length];
            ShardOrder.Draw(starts, subset, ref generator, order);
            return order;
        }
    }

    [Fact]
    public void Loader_ResumedWithinAnEpoch_GoesOnInTheOrderOfShards()
    {
        Pack(MadeImages.Folder(folder, each: 60), folder["shards"], shardBytes: 1 << 14);
        var set = Containers.Open(folder["shards"]);
        Assert.True(set.Findings!.ShardStarts.Length > ShardOrder.Window);
        int[] all = [.. Enumerable.Range(0, set.Count)], whole = Images(0, threads: 3);
        Assert.Equal(all, whole.Order());
        Assert.Equal(whole, Images(0, threads: 1));
        Assert.Equal(whole[(3 * 8)..], Images(3, threads: 2));

        int[] Images(int batch, int threads)
        {
            var loader = new Loader(set, all, new Pipeline(new ToTensor()), new LoaderOptions { BatchSize = 8, Shuffle = true, Seed = 4, Threads = threads });
            loader.Start(2, batch);
            var images = new List<int>();
            while (loader.Next() is { } next)
                images.AddRange(next.Indices);
            return [.. images];
        }
    }

    [Fact]
    public void CachedPixels_KeepTheShards_AndAChangedShardIsReadAnew()
    {
        Pack(MadeImages.Folder(folder, each: 20), folder["shards"], shardBytes: 1 << 14);
        var options = new ImageSetOptions { CacheFolder = folder["cache/x"][..^2] };
        var first = ImageSet.Open(folder["shards"], options);
        var second = ImageSet.Open(folder["shards"], options);
        Assert.Equal(first.Findings!.ShardStarts, second.Findings!.ShardStarts);
        Assert.Equal(first.Fingerprint, second.Fingerprint);
        // Under another path of the same folder, as a resumed run has it.
        Assert.Equal(first.Fingerprint, ImageSet.Open(folder["./shards"], options).Fingerprint);
        Assert.Single(Directory.GetFiles(options.CacheFolder!));
        string shard = folder["shards/shard-000001.tar"];
        byte[] bytes = File.ReadAllBytes(shard);
        var written = File.GetLastWriteTimeUtc(shard);
        File.Delete(shard);
        Assert.True(ImageSet.Open(folder["shards"], options).Count < first.Count);
        File.WriteAllBytes(shard, bytes);
        Assert.Equal(first.Fingerprint, ImageSet.Open(folder["shards"], options).Fingerprint);

        // Of the same length and time, which Linux sees through.
        bytes[512 + 40] ^= 1;
        File.WriteAllBytes(shard, bytes);
        File.SetLastWriteTimeUtc(shard, written);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux tells when anything about a file changed.");
        var skipped = Assert.Single(ImageSet.Open(folder["shards"], options).Skipped);
        Assert.Contains("expected the bytes that the index of shard-000001.tar tells by their sha256, got others: the shard was altered", skipped.Reason);
    }

    [Fact]
    public void ShardThatADiskRefused_IsReadAgain_ThoughNoFileHasChanged()
    {
        Pack(MadeImages.Folder(folder, each: 20), folder["shards"], shardBytes: 1 << 14);
        var options = new ImageSetOptions { CacheFolder = folder["cache/x"][..^2] };
        string list = folder["list.txt"];
        File.WriteAllText(list, "shards/shard-000000.tar\nlink/shard-000001.tar\n");
        // Where nothing can be seen, nothing can be compared.
        int without = ImageSet.Open(list, options).Count;
        Directory.CreateSymbolicLink(folder["link"], folder["shards"]);
        Assert.True(ImageSet.Open(list, options).Count > without);
        Directory.Delete(folder["link"]);
        Assert.Equal(without, ImageSet.Open(list, options).Count);
    }

    private static PackedShards Pack(string source, string to, long shardBytes = ImageShards.UsualBytes, ulong seed = 0) =>
        ImageShards.Pack(source, to, shardBytes, seed, cancellation: TestContext.Current.CancellationToken);
}
