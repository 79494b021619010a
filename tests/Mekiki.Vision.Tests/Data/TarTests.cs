using System.Formats.Tar;
using System.Text;
using Mekiki.Vision.Data;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Mekiki.Vision.Tests.Data;

public sealed class TarTests : IDisposable
{
    private static readonly ImageSetOptions plain = new() { Cache = false };
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static (string, byte[])[] Files() =>
    [
        ("train/U3042/1.png", MadeImages.Grey()), ("train/b/2.png", MadeImages.Grey(start: 1)), ("test/U3042/3.png", MadeImages.Grey(start: 2)), ("test/b/4", MadeImages.Grey(9, 9)),
        ("train/b/" + new string('n', 90) + "/" + new string('o', 40) + ".png", MadeImages.Grey(start: 3)), ("readme.txt", [1]), ("train/b/.x.png", [1]),
    ];

    [Fact]
    public void SameFiles_InEveryContainer_AreTheSameSet()
    {
        string[] paths = Containers.All(folder, "set", Files());
        Assert.Equal(11, paths.Length);
        var first = Containers.Open(paths[0]);
        Assert.Equal(["b", "あ"], first.Classes);
        Assert.Equal(5, first.Count);
        foreach (string path in paths.Append(Containers.List(folder, "set", first)))
        {
            var set = Containers.Open(path);
            Assert.Equal(first.Fingerprint, set.Fingerprint);
            Assert.Equal(Split.OwnOf(first)!.Train, Split.OwnOf(set)!.Train);
            Assert.Equal(Split.OwnOf(first)!.Test, Split.OwnOf(set)!.Test);
            Assert.Equal(Split.OfFold(first, 3, new(1, 2)).Test, Split.OfFold(set, 3, new(1, 2)).Test);
            Assert.Equal(set.Count, ImageSet.ReadHeaders(path)!.Count);
        }

        Assert.Equal(first.Found!.LeftOut.Select(r => r.ToString()), Containers.Open(paths[^1]).Found!.LeftOut.Select(r => r.ToString()));
    }

    [Theory]
    [InlineData(nameof(TarPacking.None))]
    [InlineData(nameof(TarPacking.Gzip))]
    [InlineData(nameof(TarPacking.Zstandard))]
    public void Links_ToFilesOfTheTar_AreThatFile_AndOthersAreCounted(string way)
    {
        var packing = Enum.Parse<TarPacking>(way);
        using (var file = File.Create(folder["set.tar"]))
        using (var stream = Containers.Packed(file, packing))
        using (var tar = new TarWriter(stream))
            foreach (var entry in new TarEntry[]
            {
                Containers.Entry(TarEntryFormat.Pax, TarEntryType.Directory, "./a"),
                Containers.Entry(TarEntryFormat.Pax, TarEntryType.RegularFile, "./a/1.png", MadeImages.Grey()),
                Containers.Entry(TarEntryFormat.Pax, TarEntryType.HardLink, "./b/2.png", link: "./a/1.png"),
                Containers.Entry(TarEntryFormat.Pax, TarEntryType.SymbolicLink, "b/3.png", link: "../a/1.png"),
                Containers.Entry(TarEntryFormat.Pax, TarEntryType.SymbolicLink, "b/4.png", link: "/etc/passwd"),
                Containers.Entry(TarEntryFormat.Pax, TarEntryType.SymbolicLink, "b/5.png", link: "5.png"),
                Containers.Entry(TarEntryFormat.Pax, TarEntryType.Fifo, "b/6.png"),
                Containers.Entry(TarEntryFormat.Pax, TarEntryType.RegularFile, "../b/7.png", MadeImages.Grey()),
            })
                tar.WriteEntry(entry);
        var set = Containers.Open(folder["set.tar"]);
        Assert.Equal(["a/1.png", "b/2.png", "b/3.png"], set.Names);
        Assert.Equal(set.Image(0).ToArray(), set.Image(2).ToArray());
        Assert.Equal(["3: no file: a link, a pipe or a device in an archive (b/4.png, b/5.png, b/6.png)", "1: cannot be read or has no class (../b/7.png)"], set.Found!.LeftOut.Select(r => r.ToString()));
    }

    [Theory]
    [InlineData(nameof(TarPacking.None))]
    [InlineData(nameof(TarPacking.Gzip))]
    [InlineData(nameof(TarPacking.Zstandard))]
    public void CutOffAnywhere_OrDamaged_IsRefusedOrReported(string way)
    {
        var packing = Enum.Parse<TarPacking>(way);
        byte[] whole = File.ReadAllBytes(Containers.Tar(folder["set.tar"], TarEntryFormat.Pax, packing, Files()));
        for (int length = 1; length < whole.Length - 1024; length += packing == TarPacking.None ? 331 : 7)
        {
            File.WriteAllBytes(folder["set.tar"], whole[..length]);
            string message = Assert.Throws<MekikiException>(() => ImageSet.Open(folder["set.tar"], plain)).Message;
            Assert.StartsWith($"{folder["set.tar"]}: expected a ", message);
        }

        var g = new Generator(5);
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = [.. whole];
            for (int k = 0; k < 3; k++)
                damaged[g.NextInt32(damaged.Length)] = (byte)g.NextInt32(256);
            File.WriteAllBytes(folder["set.tar"], damaged);
            try
            {
                Containers.Open(folder["set.tar"]);
            }
            catch (MekikiException)
            {
            }
        }
    }

    [Fact]
    public void NumbersThatLie_TakeNoMemory()
    {
        foreach (var (type, size, expected) in new[]
        {
            ('0', "77777777777", "it ends too early, or cannot be unpacked"),
            ('x', "77777777777", "it holds a name of 8,589,934,591 bytes"),
            ('L', "77777777777", "it holds a name of 8,589,934,591 bytes"),
            ('0', "9", "has no size"),
            ('0', "\u0080\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001", "has no size"),
            ('0', "\u0080\0\0\0\u007F\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF", "a file in it has an impossible size"),
        })
        {
            File.WriteAllBytes(folder["lie.tar"], [.. Header("a/1.png", type, size), .. new byte[1024]]);
            Assert.Contains(expected, Assert.Throws<MekikiException>(() => ImageSet.Open(folder["lie.tar"], plain)).Message);
        }
    }

    [Theory]
    [InlineData(nameof(TarPacking.Gzip))]
    [InlineData(nameof(TarPacking.Zstandard))]
    public void Bomb_IsRefused(string way)
    {
        var packing = Enum.Parse<TarPacking>(way);
        using (var file = File.Create(folder["bomb.tar.x"]))
        using (var stream = Containers.Packed(file, packing))
        {
            stream.Write(Header("a/1.png", '0', "77777777777"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 300; i++)
                stream.Write(zeros);
        }

        Assert.Contains("expected a tar of images, got what looks like a bomb: ", Assert.Throws<MekikiException>(() => ImageSet.Open(folder["bomb.tar.x"], plain)).Message);
    }

    // Frames say how much memory they need: 128 MiB for some bytes is not given. A large file may ask for more.
    [Fact]
    public void WindowsOfZstandard_AreBoundedByTheFile()
    {
        var noise = new byte[1 << 20];
        var g = new Generator(3);
        for (int i = 0; i < noise.Length; i++)
            noise[i] = (byte)g.NextInt32(256);
        Assert.Contains("it ends too early, or cannot be unpacked", Assert.Throws<MekikiException>(() => ImageSet.Open(WithWindow("small", MadeImages.Grey()), plain)).Message);
        Assert.Equal(2, ImageSet.Open(WithWindow("large", noise), new ImageSetOptions { Cache = false }).Count);

        string WithWindow(string name, byte[] filling)
        {
            string path = folder[name + ".tar.zst"];
            using var stream = new CompressionStream(File.Create(path), leaveOpen: false);
            stream.SetParameter(ZSTD_cParameter.ZSTD_c_windowLog, 25);
            using var tar = new TarWriter(stream, TarEntryFormat.Pax);
            foreach (var (file, bytes) in new[] { ("a/1.png", MadeImages.Grey()), ("b/2.png", MadeImages.Grey(start: 1)), ("b/readme.txt", filling) })
                tar.WriteEntry(Containers.Entry(TarEntryFormat.Pax, TarEntryType.RegularFile, file, bytes));
            return path;
        }
    }

    [Theory]
    [InlineData(new byte[] { 0xFD, 0x37, 0x7A, 0x58, 0x5A, 0 }, "xz")]
    [InlineData(new byte[] { 0x42, 0x5A, 0x68, 0x39 }, "bzip2")]
    public void OtherArchives_AreNamed(byte[] start, string name)
    {
        File.WriteAllBytes(folder["set.tar.x"], start);
        Assert.Equal($"{folder["set.tar.x"]}: expected a folder, a zip, a tar, a tar.gz or a tar.zst, got {name}. Unpack it, or pack it as one of these.", Assert.Throws<MekikiException>(() => ImageSet.Open(folder["set.tar.x"], plain)).Message);
    }

    private static byte[] Header(string name, char type, string size)
    {
        var header = new byte[512];
        Encoding.ASCII.GetBytes(name, header);
        Encoding.Latin1.GetBytes(size, header.AsSpan(124));
        header[156] = (byte)type;
        "ustar\0"u8.CopyTo(header.AsSpan(257));
        header.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes($"{Convert.ToString(header.Sum(b => b), 8),6}\0 ", header.AsSpan(148));
        return header;
    }
}
