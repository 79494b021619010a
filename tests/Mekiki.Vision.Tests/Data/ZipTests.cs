using System.Buffers.Binary;
using System.Text;
using Mekiki.Files;
using Mekiki.Vision.Data;

namespace Mekiki.Vision.Tests.Data;

public class ZipTests
{
    private static readonly ImageSetOptions plain = new() { Cache = false };

    [Fact]
    public void CutOff_Anywhere_IsRefused()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Zip(folder, ("a/1.png", MadeImages.Grey()), ("b/1.png", MadeImages.Grey()));
        byte[] whole = File.ReadAllBytes(path);
        Assert.Equal(2, ImageSet.Open(path, plain).Count);
        for (int length = 1; length < whole.Length; length += 7)
        {
            File.WriteAllBytes(path, whole[..length]);
            string message = Assert.Throws<MekikiException>(() => ImageSet.Open(path, plain)).Message;
            Assert.StartsWith($"{path}: expected a {(length < 4 ? "zip file, got something else" : "whole zip file, got one that is cut off or damaged")}", message);
        }
    }

    [Theory]
    [InlineData("日本", "月")]
    [InlineData("ü!ü#", "ü!")] // neither UTF-8 nor Shift JIS
    public void NamesThatAreNotUtf8_StayDifferentClasses(string first, string second)
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Zip(folder, ("1111/1.png", MadeImages.Grey()), ("22/1.png", MadeImages.Grey()));
        var encoding = first[0] > 255 ? CodePagesEncodingProvider.Instance.GetEncoding(932)! : CodePagesEncodingProvider.Instance.GetEncoding(437)!;
        byte[] whole = File.ReadAllBytes(path);
        foreach (var (ascii, bytes) in new[] { ("1111/1.png", encoding.GetBytes(first)), ("22/1.png", encoding.GetBytes(second)) })
            for (int at; (at = whole.AsSpan().IndexOf(Encoding.ASCII.GetBytes(ascii))) >= 0;)
                bytes.CopyTo(whole, at);
        File.WriteAllBytes(path, whole);
        var set = ImageSet.Open(path, plain);
        Assert.Equal(new[] { first, second }.Order(StringComparer.Ordinal), set.Classes.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("a/1.png", "あ")]  // of the name that stands there: it replaces it
    [InlineData("a/9.png", "a")]   // of another: somebody renamed the entry and left the field
    public void UnicodePath_IsTakenIfItIsOfTheName(string of, string expected)
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Zip(folder, ("a/1.png", MadeImages.Grey()), ("b/1.png", MadeImages.Grey()));
        byte[] whole = File.ReadAllBytes(path), name = Encoding.UTF8.GetBytes("あ/1.png"), field = new byte[9 + name.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(field, 0x7075);
        BinaryPrimitives.WriteUInt16LittleEndian(field.AsSpan(2), (ushort)(field.Length - 4));
        field[4] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(field.AsSpan(5), Crc32.Of(Encoding.ASCII.GetBytes(of)));
        name.CopyTo(field, 9);
        // Behind the name in the directory, which grows.
        int at = whole.AsSpan().LastIndexOf("a/1.png"u8), end = whole.Length - 22;
        BinaryPrimitives.WriteUInt16LittleEndian(whole.AsSpan(at - 46 + 30), (ushort)field.Length);
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(end + 12), BinaryPrimitives.ReadInt32LittleEndian(whole.AsSpan(end + 12)) + field.Length);
        File.WriteAllBytes(path, [.. whole[..(at + 7)], .. field, .. whole[(at + 7)..]]);
        Assert.Equal(new[] { "b", expected }.Order(StringComparer.Ordinal), ImageSet.Open(path, plain).Classes.Order(StringComparer.Ordinal));
    }

    // As of a program that unpacks it: its places may count what lies before, or not.
    [Theory]
    [InlineData(20)]
    [InlineData(200_000)]
    public void BytesBeforeTheZip_AreSkipped(int before)
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Zip(folder, ("a/1.png", MadeImages.Grey()), ("b/2.png", MadeImages.Grey(start: 1)));
        string expected = Containers.Open(path).Fingerprint;
        File.WriteAllBytes(folder["packed.exe"], [.. Enumerable.Repeat((byte)'x', before), .. File.ReadAllBytes(path)]);
        Assert.Equal(expected, Containers.Open(folder["packed.exe"]).Fingerprint);
    }

    [Fact]
    public void Colon_IsAPartOfTheName()
    {
        using var folder = new TemporaryFolder();
        var set = ImageSet.Open(MadeImages.Zip(folder, ("12:30/1.png", MadeImages.Grey()), ("C:/1.png", MadeImages.Grey())), plain);
        Assert.Equal(["12:30", "C:"], set.Classes);
        Assert.Empty(set.Skipped);
    }

    [Fact]
    public void RandomDamage_NeverCrashes()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Zip(folder, ("a/1.png", MadeImages.Grey()), ("b/1.png", MadeImages.Grey()), ("b/2.png", MadeImages.Grey(9, 9)));
        byte[] whole = File.ReadAllBytes(path);
        var g = new Generator(8);
        for (int i = 0; i < 400; i++)
        {
            byte[] damaged = [.. whole];
            for (int k = 0; k < 3; k++)
                damaged[g.NextInt32(damaged.Length)] = (byte)g.NextInt32(256);
            File.WriteAllBytes(path, damaged);
            try
            {
                ImageSet.Open(path, plain);
            }
            catch (MekikiException)
            {
            }
        }
    }

    [Fact]
    public void EntriesThatLeaveTheFolder_AreRefusedAndReported()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Zip(folder, ("a/1.png", MadeImages.Grey()), ("b/1.png", MadeImages.Grey()),
            ("../b/2.png", MadeImages.Grey()), ("/b/3.png", MadeImages.Grey()), ("a/../../x/4.png", MadeImages.Grey()));
        var set = ImageSet.Open(path, plain);
        Assert.Equal(["a/1.png", "b/1.png"], set.Names);
        Assert.Equal(["../b/2.png", "/b/3.png", "a/../../x/4.png"], set.Skipped.Select(s => s.Name));
        Assert.All(set.Skipped, s => Assert.Equal("its path leaves the folder; refused", s.Reason));
    }

    [Fact]
    public void NamesOfThousandsOfFolders_AreRefusedAndReported()
    {
        using var folder = new TemporaryFolder();
        string deep = string.Concat(Enumerable.Repeat("a/", 30_000)), wide = string.Concat(Enumerable.Range(0, 64).Select(i => $"{i}/"));
        string path = MadeImages.Zip(folder, [("a/1.png", MadeImages.Grey()), ("b/1.png", MadeImages.Grey()), .. Enumerable.Range(0, 50).Select(i => ($"{deep}{i}.png", MadeImages.Grey())), ($"{wide}2.png", MadeImages.Grey())]);
        ImageSet? opened = null;
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Allocated.AtMost((64L << 20) + 4 * new FileInfo(path).Length, () => opened = ImageSet.Open(path, plain with { Layout = FolderLayout.Classes }));
        var set = opened!;
        Assert.Equal(["0/1.png"[..2] + wide[2..] + "2.png", "a/1.png", "b/1.png"], set.Names);
        Assert.All(set.Skipped, s => Assert.Equal((60, "its path has more than 64 folders or 4,096 characters; refused"), (s.Name.Length - 1, s.Reason)));
        Assert.Equal(50, set.Skipped.Count);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 2);
    }

    [Fact]
    public void FoldersWithoutEnd_AreRefused()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Zip(folder, [.. Enumerable.Range(0, 2000).Select(i => ($"{string.Concat(Enumerable.Range(0, 60).Select(k => $"{i}.{k}/"))}1.png", Array.Empty<byte>()))]);
        Assert.Equal("Folders: expected at most 100,000 for 2,000 images, got more. Put the images of a class into one folder.", Assert.Throws<MekikiException>(() => ImageSet.Open(path, plain)).Message);
    }

    [Fact]
    public void Bombs_AreRefusedBeforeMemoryIsTaken()
    {
        using var folder = new TemporaryFolder();
        byte[] image = MadeImages.Grey();
        File.WriteAllBytes(folder["many.zip"], Raw(0xFFFFFFF, image, 1, 8, 0));
        Assert.Contains("its directory does not fit into the file", Message(folder["many.zip"]));
        File.WriteAllBytes(folder["overlap.zip"], Raw(50, image, 50, 0, (uint)image.Length));
        Assert.Contains("expected a zip of images, got what looks like a zip bomb: its entries overlap", Message(folder["overlap.zip"]));
        File.WriteAllBytes(folder["large.zip"], Raw(20, image, 20, 8, 100 << 20, (uint)image.Length / 20));
        Assert.Contains("got what looks like a zip bomb: ", Message(folder["large.zip"]));

        string Message(string path) => Assert.Throws<MekikiException>(() => ImageSet.Open(path, plain)).Message;
    }

    [Fact]
    public void EntryThatInflatesToMoreThanItDeclares_IsReported()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Zip(folder, ("a/1.png", MadeImages.Grey()), ("b/1.png", MadeImages.Grey()), ("b/2.png", new byte[100_000]));
        byte[] zip = File.ReadAllBytes(path);
        int at = zip.AsSpan().LastIndexOf("b/2.png"u8) - 46;
        BinaryPrimitives.WriteInt32LittleEndian(zip.AsSpan(at + 24), 50);
        File.WriteAllBytes(path, zip);
        Assert.Equal("b/2.png: it does not unpack to the length that the zip declares; the zip is damaged", Assert.Single(ImageSet.Open(path, plain).Skipped).ToString());
    }

    [Fact]
    public void EncryptedAndOddlyPackedEntries_AreReported()
    {
        using var folder = new TemporaryFolder();
        string path = MadeImages.Zip(folder, ("a/1.png", MadeImages.Grey()), ("b/1.png", MadeImages.Grey()), ("b/2.png", MadeImages.Grey()), ("b/3.png", MadeImages.Grey()));
        byte[] zip = File.ReadAllBytes(path);
        zip[zip.AsSpan().LastIndexOf("b/2.png"u8) - 46 + 8] |= 1;
        zip[zip.AsSpan().LastIndexOf("b/3.png"u8) - 46 + 10] = 14;
        File.WriteAllBytes(path, zip);
        Assert.Equal(
            ["b/2.png: it is encrypted; unpack the zip with its password first", "b/3.png: it is packed by method 14; only stored (0) and deflated (8) can be read"],
            ImageSet.Open(path, plain).Skipped.Select(s => s.ToString()));
    }

    [Fact]
    public void Crc32_OfTheStandardText_IsTheStandardValue() => Assert.Equal(0xCBF43926u, Crc32.Of("123456789"u8));

    // One stored file, and a directory whose entries all point to it.
    private static byte[] Raw(uint declaredCount, byte[] image, int entries, int method, uint length, uint? packed = null)
    {
        var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        writer.Write(0x04034b50u);
        writer.Write(new byte[26]);
        writer.Write(image);
        int start = (int)memory.Position;
        for (int i = 0; i < entries; i++)
        {
            byte[] name = Encoding.ASCII.GetBytes($"a/{i:D2}.png"), head = new byte[46];
            BinaryPrimitives.WriteUInt32LittleEndian(head, 0x02014b50);
            head[10] = (byte)method;
            BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(20), packed ?? (uint)image.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(24), length);
            head[28] = (byte)name.Length;
            writer.Write(head);
            writer.Write(name);
        }

        int size = (int)memory.Position - start;
        writer.Write(0x06054b50u);
        writer.Write(0);
        writer.Write((ushort)declaredCount);
        writer.Write((ushort)declaredCount);
        writer.Write(size);
        writer.Write(start);
        writer.Write((ushort)0);
        return memory.ToArray();
    }
}
