using System.Text;
using Mekiki.Files;
using Mekiki.Fuzz.Mutations;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Kana;

namespace Mekiki.Fuzz.Formats;

/// <summary>Forms of Mekiki's own: cached pixels, strokes.</summary>
internal static class OwnFormats
{
    private const string Key = "key";
    private const int HashSize = Sha256Hash.Size;

    public static IEnumerable<Format> All { get; } =
    [
        new("pixels", () => [Cached()], MutateHead, ReadPixels),
        new("strokes", () => ["か 0.4\n10,20 30,40:25! 50,60 >\n-5,0 7.5,1\nか\n1,1 2,2\nが = か 0,2 95,98 dakuten 80,20\nぱ 0.5 = か 0,2 95,98 handakuten 80,20\n"u8.ToArray()], TextMutation.Apply, (input, work) => StrokeFile.Parse(Encoding.UTF8.GetString(input), work.Folder)),
    ];

    private static byte[] Cached()
    {
        using var work = new Workspace();
        var found = new Findings(new FoundFiles(3, 2, [new("hidden", 1, ["x"])], "l"), [SplitPart.Train, SplitPart.Test]);
        var made = ImageSet.FromPixels("made", new ImageShape(1, 2, 2), new byte[8], [0, 1], ["a", "b"], ["a/1.png", "b/1.png"]);
        var set = new ImageSet("made", made.Shape, made.Pixels, [0, 1], ["a", "b"], ["a/1.png", "b/1.png"], [new SkippedImage("c.png", "damaged")], ["note"], findings: found);
        new PixelCache(work.Folder).Write(Key, set);
        return File.ReadAllBytes(Path.Combine(work.Folder, $"{Key}.pixels"));
    }

    // With the head's true checksum.
    private static byte[] MutateHead(byte[] whole, Random random)
    {
        int length = BitConverter.ToInt32(whole, 8);
        if (random.Next(4) == 0)
            return ByteMutation.Apply(whole, random);
        int place = whole.Length - HashSize - length;
        byte[] head = ByteMutation.Apply(whole[place..^HashSize], random);
        return [.. whole[..8], .. BitConverter.GetBytes(head.Length), .. whole[12..place], .. head, .. Sha256Hash.Of(head)];
    }

    private static void ReadPixels(byte[] input, Workspace work)
    {
        work.Write($"{Key}.pixels", input);
        if (new PixelCache(work.Folder).Read(Key, "x") is null)
            throw new UnreadableImageException("the cache is made anew");
    }
}
