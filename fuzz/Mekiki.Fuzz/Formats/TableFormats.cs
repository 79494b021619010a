using Mekiki.Fuzz.Mutations;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Workbench.Runs;

namespace Mekiki.Fuzz.Formats;

/// <summary>Files of commas.</summary>
internal static class TableFormats
{
    private static readonly ImageSet made = ImageSet.FromPixels("made", new ImageShape(1, 1, 1), new byte[3], [0, 1, 1], ["a", "b"], ["a/1.png", "b/1.png", "b/2,x.png"]);

    public static IEnumerable<Format> All { get; } =
    [
        new("split.csv", () => ["image,class,part\na/1.png,a,train\nb/1.png,b,test\n\"b/2,x.png\",b,validation\n"u8.ToArray()], TextMutation.Apply, (input, work) => SplitFile.Read(work.Write("split.csv", input), made)),
        new("labels.csv", () => ["image,class,decision,label\na/1.png,a,relabel,b\nb/1.png,b,keep,\n\"b/2,x.png\",b,leave-out,\n"u8.ToArray()], TextMutation.Apply, (input, work) => LabelDecisions.Apply(made, work.Write("labels.csv", input))),
        new("list.csv", () => ["path,class,part\nl/1.png,a,train\nl/2.png,b,test\n"u8.ToArray(), "l/1.png;a\nl/2.png;b\n\"l/3.png\";b\n"u8.ToArray()], TextMutation.Apply, ReadList) { StatedBytes = 1L << 30 },
    ];

    private static void ReadList(byte[] input, Workspace work)
    {
        string folder = Directory.CreateDirectory(Path.Combine(work.Folder, "l")).FullName;
        if (!File.Exists(Path.Combine(folder, "1.png")))
            foreach (var (bytes, i) in ImageFormats.Forms(".png").Take(3).Select((b, i) => (b, i)))
                File.WriteAllBytes(Path.Combine(folder, $"{i + 1}.png"), bytes);
        ImageSet.Open(work.Write("list.csv", input), new ImageSetOptions { Cache = false, Threads = 1 });
    }
}
