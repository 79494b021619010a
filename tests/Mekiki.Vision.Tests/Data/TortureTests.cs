using System.Text;
using Mekiki.Vision.Data;

namespace Mekiki.Vision.Tests.Data;

/// <summary>Odd folders from a seed; whatever they hold, numbers add up, containers agree, and nothing but a message is thrown.</summary>
public class TortureTests
{
    private static readonly string[] words =
    [
        "a", "b", "Cat", "cat", "cat ", "U3042", "あ", "caf\u00e9", "cafe\u0301", "が", "か\u3099", "한글", "train", "test", "val", "seg_train", "x y", "@eaDir", ".hidden", "lost+found", "images",
        "b, c", "q\"q", "1", "10", "2", "naïve", "עברית", "ไทย", "🙂", "-", "~", "a;b",
    ];

    private static readonly string[] files = ["1.png", "2.PNG", "10.jfif", "3", "IMG_4", "5.txt", "6.jpg_large", ".7.png", "8.png.bak", "9.gif", "Thumbs.db", "é.png", "e\u0301.png"];

    // One takes some ten milliseconds of the processors.
    private static readonly TimeSpan longest = TimeSpan.FromSeconds(10);

    // CsCheck_Iter=10000 tries as many folders; run alone, it also sees to it that none takes long.
    [Fact]
    public void OddFolders_HoldTheThreeProperties()
    {
        bool isAlone = Environment.GetEnvironmentVariable("CsCheck_Iter") is not null;
        int count = Environment.GetEnvironmentVariable("CsCheck_Iter") is { } text && int.TryParse(text, out int given) ? given : 60, opened = 0;
        for (int seed = 0; seed < count; seed++)
        {
            var begun = Environment.CpuUsage.TotalTime;
            opened += Try(seed) ? 1 : 0;
            Assert.True(!isAlone || Environment.CpuUsage.TotalTime - begun < longest, $"seed {seed} took more than {longest}");
        }

        Assert.InRange(opened, count / 4, count);
    }

    // Whether the set could be opened.
    private static bool Try(int seed)
    {
        using var folder = new TemporaryFolder();
        var made = Made(new Generator(77, (ulong)seed));
        string[] paths = Containers.All(folder, "set", made);
        var sets = Array.ConvertAll(paths, path => Opened(path));
        var first = sets[0].Set;
        for (int i = 1; i < paths.Length; i++)
        {
            string where = $"seed {seed}, {paths[i]}";
            Assert.True((first is null) == (sets[i].Set is null), $"{where}: {sets[0].Message} / {sets[i].Message}");
            if (first is null)
                continue;
            var other = sets[i].Set!;
            Assert.True(first.Fingerprint == other.Fingerprint, where);
            Assert.True(first.Names.SequenceEqual(other.Names), where);
            Assert.True(first.Found!.Seen == made.Count && other.Found!.Seen == made.Count, where);
            Assert.Equal(first.Found.LeftOut.Select(r => r.ToString()), other.Found!.LeftOut.Select(r => r.ToString()));
            Assert.Equal(Split.OwnOf(first)?.Test, Split.OwnOf(other)?.Test);
        }

        if (first is null)
            return false;
        var listed = Containers.Open(Containers.List(folder, "set", first));
        Assert.Equal(first.Names.Select(n => "set/" + n), listed.Names);
        Assert.Equal(first.Labels.ToArray().Select(l => first.Classes[l]), listed.Labels.ToArray().Select(l => listed.Classes[l]));
        return true;
    }

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

    private static List<(string, byte[])> Made(Generator g)
    {
        var made = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var folders = new List<string>();
        string[] tops = [.. Enumerable.Range(0, 1 + g.NextInt32(4)).Select(_ => words[g.NextInt32(words.Length)])];
        string[] inner = [.. Enumerable.Range(0, 1 + g.NextInt32(4)).Select(_ => words[g.NextInt32(words.Length)])];
        foreach (string top in tops)
        {
            folders.Add(top);
            if (g.NextInt32(2) == 0)
                folders.AddRange(inner.Select(i => $"{top}/{i}"));
            if (g.NextInt32(5) == 0)
                folders.Add($"{top}/{inner[0]}/{words[g.NextInt32(words.Length)]}");
        }

        foreach (string name in folders.Append(""))
            for (int i = g.NextInt32(4); i > 0; i--)
            {
                string path = (name + "/" + files[g.NextInt32(files.Length)]).TrimStart('/');
                // A name may be a file's or a folder's, not both.
                if (!folders.Any(f => f == path || f.StartsWith(path + "/", StringComparison.Ordinal)))
                    made[path] = Content(ref g);
            }

        return [.. made.Select(m => (m.Key, m.Value))];
    }

    private static byte[] Content(ref Generator g) => g.NextInt32(8) switch
    {
        0 => [],
        1 => Encoding.UTF8.GetBytes("This is no image."),
        2 => MadeImages.Grey(9, 9)[..30],
        3 => MadeImages.Grey(5, 4),
        _ => MadeImages.Grey(start: g.NextInt32(6)),
    };
}
