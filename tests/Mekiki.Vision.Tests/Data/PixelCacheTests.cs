using Mekiki.Vision.Data;

namespace Mekiki.Vision.Tests.Data;

public class PixelCacheTests
{
    [Fact]
    public void FileThatAKilledProcessLeft_IsTakenAwayAtTheNextStart()
    {
        using var folder = new TemporaryFolder();
        string source = MadeImages.Folder(folder);
        string cache = Path.GetDirectoryName(folder["cache/x"])!;
        string old = Path.Combine(cache, $"a.pixels.{Guid.NewGuid():N}.tmp"), held = Path.Combine(cache, $"b.pixels.{Guid.NewGuid():N}.tmp"), young = Path.Combine(cache, $"c.pixels.{Guid.NewGuid():N}.tmp");
        foreach (string path in new[] { old, held, young })
            File.WriteAllBytes(path, new byte[100]);
        foreach (string path in new[] { old, held })
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-2));
        using (new FileStream(held, FileMode.Open, FileAccess.Read, FileShare.None))
            ImageSet.Open(source, new ImageSetOptions { CacheFolder = cache });
        Assert.Equal([false, true, true], new[] { old, held, young }.Select(File.Exists));
    }

    [Fact]
    public void PagesOfALargeFile_AreGivenBack_AndReadAgain()
    {
        const int Length = 64 << 20, Most = 8 << 20, Piece = 1 << 16;
        using var folder = new TemporaryFolder();
        string path = folder["pixels"];
        var bytes = new byte[Length];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(path, bytes);
        using var handle = File.OpenHandle(path);
        var block = new PixelBlock(handle, 0, Length, mostOwn: Most);
        for (int round = 0; round < 2; round++)
            Parallel.For(0, Length / Piece, i => Assert.True(block.Slice((long)i * Piece, Piece).SequenceEqual(bytes.AsSpan(i * Piece, Piece))));
        if (OperatingSystem.IsLinux())
        {
            string[] lines = File.ReadAllLines("/proc/self/smaps");
            int at = Array.FindIndex(lines, l => l.EndsWith(path, StringComparison.Ordinal));
            int kilobytes = int.Parse(lines[at..].First(l => l.StartsWith("Rss:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
            // Pages around are mapped, too.
            Assert.InRange(kilobytes, 0, 3 * (Most >> 10));
        }

        block.Free();
    }

    [Fact]
    public void SecondOpen_ReadsTheCache_AndGivesTheSameSet()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder);
        File.WriteAllBytes(folder["set/U3042/bad.png"], [1]);
        var options = new ImageSetOptions { CacheFolder = folder["cache/x"][..^2] };
        var first = ImageSet.Open(path, options);
        string file = Assert.Single(Directory.GetFiles(options.CacheFolder!));
        var written = File.GetLastWriteTimeUtc(file);
        var second = ImageSet.Open(path, options);
        Assert.Equal(written, File.GetLastWriteTimeUtc(file));
        Assert.Equal(first.Fingerprint, second.Fingerprint);
        Assert.Equal(first.Names, second.Names);
        Assert.Equal(first.Skipped, second.Skipped);
        Assert.Equal(first.Image(5).ToArray(), second.Image(5).ToArray());
        Assert.Throws<MekikiException>(() => ImageSet.Open(path, options with { Strict = true }));
    }

    [Fact]
    public void SetThatIsTooLargeForMemory_IsDecodedIntoTheCachesFile_AndIsTheSame()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder, each: 30);
        foreach (int i in new[] { 0, 7, 29 })
            File.WriteAllBytes(folder[$"set/U3042/{i}.png"], [1]);
        string file = folder["large/x"][..^2], memory = folder["small/x"][..^2];
        var options = new ImageSetOptions { CacheFolder = memory };
        var expected = ImageSet.Open(path, options);
        // Decoded, then from the cache.
        for (int start = 0; start < 2; start++)
        {
            var set = ImageSet.Open(path, options with { CacheFolder = file, MostInMemory = 100 });
            Assert.Equal((expected.Fingerprint, 57), (set.Fingerprint, set.Count));
            Assert.Equal(expected.Names, set.Names);
            Assert.Equal(expected.Skipped, set.Skipped);
            for (int i = 0; i < set.Count; i++)
                Assert.Equal(expected.Image(i), set.Image(i));
        }

        // Behind the pixels the larger has their hashes, too.
        int pixels = PixelCache.PixelOffset + (int)expected.Pixels.Length;
        Assert.Equal(File.ReadAllBytes(Assert.Single(Directory.GetFiles(memory)))[PixelCache.PixelOffset..pixels], File.ReadAllBytes(Assert.Single(Directory.GetFiles(file)))[PixelCache.PixelOffset..pixels]);
    }

    [Fact]
    public void LargeSet_OpensWithoutALookAtItsPixels_AndAlteredOnesAreFoundWhenTheyAreUsed()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder, each: 12);
        // 24 images of 4,096 bytes: six blocks.
        var options = new ImageSetOptions { CacheFolder = folder["cache/x"][..^2], Width = 64, Height = 64, MostInMemory = 100 };
        var first = ImageSet.Open(path, options);
        Assert.Equal(ImageSet.Open(path, options with { Cache = false }).Fingerprint, first.Fingerprint);
        byte[] last = first.Image(23).ToArray();
        string file = Assert.Single(Directory.GetFiles(options.CacheFolder!));
        Alter(PixelCache.PixelOffset + 22 * 4096 + 5);

        var second = ImageSet.Open(path, options);
        Assert.Equal(first.Fingerprint, second.Fingerprint);
        for (int i = 0; i < 20; i++)
            _ = second.Image(i);
        // The whole block is not believed.
        var found = Assert.Throws<MekikiException>(() => second.Image(23).Length);
        Assert.Equal($"{file}: expected the decoded pixels that were written, got others: the file was altered, or the disk is failing. It is deleted now. Start again: the images are decoded anew.", found.Message);
        Assert.False(File.Exists(file));

        Assert.Equal(last, ImageSet.Open(path, options).Image(23));
        // Hashes are guarded as all that stands behind the pixels is.
        Alter((int)new FileInfo(file).Length - 33);
        var third = ImageSet.Open(path, options);
        Assert.Equal(first.Fingerprint, third.Fingerprint);
        Assert.Equal(last, third.Image(23));

        void Alter(int place)
        {
            byte[] bytes = File.ReadAllBytes(file);
            bytes[place] ^= 1;
            File.WriteAllBytes(file, bytes);
        }
    }

    [Fact]
    public void LargeSetThatMemoryHolds_IsKeptWithItsHashes()
    {
        using var folder = new TemporaryFolder();
        var set = ImageSet.Open(MadeImages.Folder(folder, each: 12), new ImageSetOptions { Cache = false, Width = 64, Height = 64 });
        var cache = new PixelCache(folder["cache/x"][..^2], mostChecked: 100);
        Assert.Null(cache.Write("key", set, cache.HashesOf(set.Pixels)));
        var read = cache.Read("key", "set")!;
        Assert.Equal(set.Fingerprint, read.Fingerprint);
        Assert.Equal(set.Image(23), read.Image(23));
        byte[] bytes = File.ReadAllBytes(folder["cache/key.pixels"]);
        bytes[PixelCache.PixelOffset] ^= 1;
        File.WriteAllBytes(folder["cache/key.pixels"], bytes);
        Assert.Throws<MekikiException>(() => cache.Read("key", "set")!.Image(1).Length);
    }

    [Fact]
    public void LongDecoding_ThatWasStopped_GoesOnWhereItWas()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder, each: 10), cache = folder["cache/x"][..^2];
        File.WriteAllBytes(folder["set/U3042/4.png"], [1]);
        var options = new ImageSetOptions { CacheFolder = cache, IsLong = true };
        var expected = ImageSet.Open(path, options with { Cache = false });
        Stop();
        // Whoever finds an image in the file does not decode it: this one has other pixels.
        byte[] other = [.. Enumerable.Repeat((byte)99, expected.Shape.Length)];
        Replace();
        var set = ImageSet.Open(path, options);
        Assert.Equal(expected.Names, set.Names);
        Assert.Equal(expected.Skipped, set.Skipped);
        for (int i = 0; i < set.Count; i++)
            Assert.Equal(i == 6 ? other : expected.Image(i), set.Image(i));
        Assert.EndsWith(".pixels", Assert.Single(Directory.GetFiles(cache)));

        // But only if it is whole.
        Directory.Delete(cache, recursive: true);
        Stop();
        Replace();
        string part = Part();
        byte[] bytes = File.ReadAllBytes(part);
        bytes[PixelCache.PixelOffset + 7 * expected.Shape.Length + 1] ^= 1;
        File.WriteAllBytes(part, bytes);
        Assert.Equal(expected.Fingerprint, ImageSet.Open(path, options).Fingerprint);

        // Another process that decodes the same is not disturbed.
        Directory.Delete(cache, recursive: true);
        Stop();
        using (new FileStream(Part(), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            Assert.Equal(expected.Fingerprint, ImageSet.Open(path, options with { MostInMemory = 10 }).Fingerprint);

        string Part() => Assert.Single(Directory.GetFiles(cache, "*.part"));

        void Stop()
        {
            Assert.NotNull(FileSteps.FailAt(cache, 3, lasts: true, () => new IOException("No space left on device", 28), () =>
            {
                var full = Assert.Throws<MekikiException>(() => ImageSet.Open(path, options));
                Assert.Contains("Set MEKIKI_CACHE to a folder with room", full.Message);
            }));
        }

        void Replace()
        {
            // The eighth file, of which one cannot be read.
            using var store = PixelStore.For("set", expected.Shape, 20, new PixelCache(cache), 0, Part());
            store.Keep(7, other, new(expected.Shape.Height, expected.Shape.Width));
        }
    }

    [Fact]
    public void Progress_IsToldTenTimesASecondAtMost()
    {
        var told = new List<(int, int)>();
        var listener = new Listener(told);
        var progress = new DecodingProgress(listener, 1000);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        int steps = 0;
        for (; told.Count < 3 && clock.Elapsed < TimeSpan.FromSeconds(20); steps++)
        {
            progress.Step();
            Thread.Sleep(10);
        }

        Assert.Equal(3, told.Count);
        Assert.InRange(clock.ElapsedMilliseconds, 290, 20_000);
        Assert.Equal((steps, 1000), told[^1]);
        new DecodingProgress(null, 1).Step();
    }

    [Fact]
    public void DecodingThatNobodyGoesOnWith_IsTakenAwayAfterAWeek()
    {
        using var folder = new TemporaryFolder();
        string source = MadeImages.Folder(folder), cache = folder["cache/x"][..^2];
        string old = folder["cache/a.1x3x4.Crop.part"], young = folder["cache/b.1x3x4.Crop.part"];
        foreach (string path in new[] { old, young })
            File.WriteAllBytes(path, new byte[100]);
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-8));
        ImageSet.Open(source, new ImageSetOptions { CacheFolder = cache });
        Assert.Equal([false, true], new[] { old, young }.Select(File.Exists));
    }

    [Theory]
    [InlineData(3648, 5472, 300, true)]
    [InlineData(3648, 5472, 100, false)]
    [InlineData(100, 100, 1_000_000, false)]
    public void ManyLargePictures_TakeLong(int height, int width, int count, bool expected) => Assert.Equal(expected, PixelStore.IsLong((height, width), count));

    [Theory]
    [InlineData(1, 1 << 14)]
    [InlineData(1L << 34, 1 << 14)]
    [InlineData((1L << 34) + 1, 1 << 15)]
    [InlineData(150L << 30, 1 << 18)]
    [InlineData(1L << 50, 1 << 22)]
    public void Blocks_AreAsShortAsAMillionOfThemAllow(long bytes, int length) => Assert.Equal(length, PixelHashes.BlockLength(bytes));

    [Fact]
    public void SetThatIsTooLargeForMemory_WithoutACacheFolder_IsStillRead()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder);
        File.WriteAllText(folder["file"], "");
        var set = ImageSet.Open(path, new ImageSetOptions { CacheFolder = Path.Combine(folder["file"], "cache"), MostInMemory = 10 });
        Assert.Contains("The next start decodes again", Assert.Single(set.Notes));
    }

    [Fact]
    public void FailureWhileALargeSetIsDecoded_LeavesNoFile()
    {
        using var folder = new TemporaryFolder();
        string cache = folder["cache/x"][..^2];
        var failing = Assert.Throws<MekikiException>(() => ImageSet.Open(Empty(), new ImageSetOptions { CacheFolder = cache, Width = 4, Height = 3, MostInMemory = 0 }));
        Assert.Contains("got no image that can be read", failing.Message);
        Assert.Empty(Directory.GetFiles(cache));

        string Empty()
        {
            File.WriteAllBytes(folder["bad/a/1.png"], [1]);
            return folder["bad"];
        }
    }

    [Fact]
    public void ChangedFile_OrOtherOptions_AreDecodedAnew()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder);
        var options = new ImageSetOptions { CacheFolder = folder["cache/x"][..^2] };
        var first = ImageSet.Open(path, options);
        Assert.Equal(3, ImageSet.Open(path, options with { Channels = 3 }).Shape.Channels);
        File.WriteAllBytes(folder["set/U3042/0.png"], MadeImages.Grey(start: 5));
        Assert.NotEqual(first.Fingerprint, ImageSet.Open(path, options).Fingerprint);
    }

    [Fact]
    public void DamagedCache_IsNoticedAndMadeAgain()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder);
        var options = new ImageSetOptions { CacheFolder = folder["cache/x"][..^2] };
        string fingerprint = ImageSet.Open(path, options).Fingerprint;
        string file = Assert.Single(Directory.GetFiles(options.CacheFolder!));
        byte[] whole = File.ReadAllBytes(file);
        int[] places = [0, 9, 20, 200, 4096, 4100, whole.Length - 200, whole.Length - 1];
        foreach (int place in places)
        {
            byte[] damaged = [.. whole];
            damaged[place] ^= 0x40;
            Try(damaged);
        }

        foreach (int length in new[] { 0, 7, 100, 4096, whole.Length - 1 })
            Try(whole[..length]);

        void Try(byte[] bytes)
        {
            File.WriteAllBytes(file, bytes);
            Assert.Equal(fingerprint, ImageSet.Open(path, options).Fingerprint);
            Assert.Equal(whole, File.ReadAllBytes(file));
        }
    }

    [Fact]
    public void CacheFolderThatCannotBeMade_IsAWarning()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder);
        File.WriteAllText(folder["file"], "");
        var set = ImageSet.Open(path, new ImageSetOptions { CacheFolder = Path.Combine(folder["file"], "cache") });
        Assert.Equal(6, set.Count);
        Assert.Contains("The next start decodes again; set MEKIKI_CACHE to a folder with room.", Assert.Single(set.Notes));
    }

    [Theory]
    [InlineData(0, "80808080FF")] // a length of more than 32 bits
    [InlineData(0, "FFFFFFFF07")] // a text of 2 GB
    [InlineData(41, "FFFFFFFF")] // as many channels
    [InlineData(45, "FFFFFF7F")] // as many rows
    public void HeadThatLies_WithItsTrueChecksum_IsNoticedAndMadeAgain(int place, string bytes)
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder);
        var options = new ImageSetOptions { CacheFolder = folder["cache/x"][..^2] };
        string fingerprint = ImageSet.Open(path, options).Fingerprint;
        string file = Assert.Single(Directory.GetFiles(options.CacheFolder!));
        byte[] whole = File.ReadAllBytes(file);
        int length = BitConverter.ToInt32(whole, 8), head = whole.Length - length - 32;
        byte[] lies = [.. whole];
        Convert.FromHexString(bytes).CopyTo(lies, head + place);
        Mekiki.Files.Sha256Hash.Of(lies.AsSpan(head, length)).CopyTo(lies, head + length);
        File.WriteAllBytes(file, lies);
        Assert.Equal(fingerprint, ImageSet.Open(path, options).Fingerprint);
        Assert.Equal(whole, File.ReadAllBytes(file));
    }

    [Fact]
    public void ImageThatNoLibraryUnpacks_IsLeftOutAndNamed()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Folder(folder);
        File.WriteAllBytes(folder["set/U3042/bad.png"], Images.RawPng.Of(1, 1, 8, 0, Images.RawPng.Chunk("IDAT"u8, [0x78, 0xBB, 0, 0, 0, 0])));
        Assert.Equal("U3042/bad.png: expected a whole image, got one with damaged data", Assert.Single(ImageSet.Open(path, new ImageSetOptions { Cache = false }).Skipped).ToString());
    }

    private sealed class Listener(List<(int, int)> told) : IProgress<(int Done, int All)>
    {
        public void Report((int Done, int All) value) => told.Add(value);
    }
}
