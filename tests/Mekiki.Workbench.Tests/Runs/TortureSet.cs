using System.Globalization;
using System.Text;
using Mekiki.Vision.Data;
using SkiaSharp;

namespace Mekiki.Workbench.Tests.Runs;

/// <summary>An odd set of files from a seed: names in every script, links, pipes, devices, locked files, sizes, clocks, encodings, nested parts, damaged and hostile images.</summary>
/// <remarks>A part of it is in every container. The rest only a folder has: pipes, devices, links that lead nowhere, names that are not UTF-8; none of these is an image.</remarks>
internal sealed class TortureSet
{
    private const int LongestName = 60;
    private const long TooLarge = 200L << 20;

    private static readonly string[] words =
    [
        "a", "b", "Cat", "cat", "cat ", "U3042", "あ", "caf\u00e9", "cafe\u0301", "が", "か\u3099", "한글", "train", "test", "val", "seg_train", "x y", "@eaDir", ".hidden", "lost+found", "images",
        "b, c", "q\"q", "1", "10", "2", "naïve", "עברית", "ไทย", "🙂", "-", "~", "a;b", "new\nline", "tab\there", "Größe", "Ελλάδα", "Москва", "देवनागरी", "中文", "繁體", "日本語", "العربية", "𠮷野家", "👨‍👩‍👧", "İ", "ß", "$RECYCLE.BIN",
        "nul", "a.", "#1", "=1+1", "%41", "\u200bzero", "\u202eback", "..a",
    ];

    private static readonly string[] files = ["1.png", "2.PNG", "10.jfif", "3", "IMG_4", "5.txt", "6.jpg_large", ".7.png", "8.png.bak", "9.gif", "Thumbs.db", "é.png", "e\u0301.png", "11.jpg", "12.tif", "13.webp", "14.bmp", "写真.png", "new\nline.png"];

    private static readonly (int First, int Last)[] scripts = [(0x21, 0x2E), (0x30, 0x5B), (0x5D, 0x7E), (0xA1, 0x17F), (0x370, 0x3FF), (0x400, 0x4FF), (0x5D0, 0x5EA), (0x620, 0x64A), (0x905, 0x939), (0xE01, 0xE2E), (0x1100, 0x1112), (0x3041, 0x30FE), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0x1F300, 0x1F5FF), (0x20000, 0x2A6DF)];

    private static readonly byte[][] forms = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Forms")).Where(f => !f.EndsWith(".csv", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    private Generator g;

    private TortureSet(Generator generator) => (g, Files) = (generator, []);

    /// <summary>What every container holds, by paths.</summary>
    public List<(string Name, byte[] Bytes)> Files { get; }

    /// <summary>How many files the folder holds, counted as they were made.</summary>
    public int InFolder { get; private set; }

    /// <summary>Whether the folder holds one that may not be looked into.</summary>
    public bool IsLocked { get; private set; }

    /// <summary>Draws what every container holds.</summary>
    public static TortureSet Of(ulong seed)
    {
        var set = new TortureSet(new Generator(77, seed));
        set.Draw();
        return set;
    }

    private void Draw()
    {
        var made = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var folders = new List<string>();
        string[] tops = [.. Enumerable.Range(0, 1 + g.NextInt32(4)).Select(_ => Word())];
        string[] inner = [.. Enumerable.Range(0, 1 + g.NextInt32(4)).Select(_ => Word())];
        foreach (string top in tops)
        {
            folders.Add(top);
            if (g.NextInt32(2) == 0)
                folders.AddRange(inner.Select(i => $"{top}/{i}"));
            if (g.NextInt32(5) == 0)
                folders.Add($"{top}/{inner[0]}/{Word()}");
        }

        foreach (string name in folders.Append(""))
            for (int i = g.NextInt32(4); i > 0; i--)
            {
                string path = (name + "/" + files[g.NextInt32(files.Length)]).TrimStart('/');
                // A name may be a file's or a folder's, not both.
                if (!folders.Any(f => f == path || f.StartsWith(path + "/", StringComparison.Ordinal)))
                    made[path] = Content();
            }

        Files.AddRange(made.Select(m => (m.Key, m.Value)));
    }

    /// <summary>Puts some files where links lead, and adds what only a folder has.</summary>
    /// <param name="folder">Where the folder lies.</param>
    /// <param name="name">Its name; all of <see cref="Files"/> are in it.</param>
    public void MakeOdd(TemporaryFolder folder, string name)
    {
        InFolder = Files.Count;
        string root = folder[name];
        if (Files.Count == 0 || OperatingSystem.IsWindows())
            return;
        // A link to a folder that is passed over is one file.
        string[] tops = [.. Files.Where(f => f.Name.Contains('/')).Select(f => f.Name[..f.Name.IndexOf('/')]).Where(t => FileRules.PassedOver(t) is null).Distinct(StringComparer.Ordinal)];
        string? linked = tops.Length > 0 && g.NextInt32(4) == 0 ? tops[g.NextInt32(tops.Length)] : null;
        if (linked is not null)
        {
            string target = folder["elsewhere/folder"];
            Directory.Move(Path.Combine(root, linked), target);
            Directory.CreateSymbolicLink(Path.Combine(root, linked), g.NextInt32(2) == 0 ? target : "../elsewhere/folder");
        }

        foreach (var (file, _) in Files)
        {
            string path = Path.Combine(root, file);
            if (g.NextInt32(8) == 0)
            {
                string target = folder[$"elsewhere/{Guid.NewGuid():N}.bin"];
                File.Move(path, target);
                bool isNear = linked is null || !file.StartsWith(linked + "/", StringComparison.Ordinal);
                File.CreateSymbolicLink(path, isNear && g.NextInt32(2) == 0 ? Path.GetRelativePath(Path.GetDirectoryName(path)!, target) : target);
            }
            else if (g.NextInt32(6) == 0)
                File.SetLastWriteTimeUtc(path, new DateTime(1902 + g.NextInt32(400), 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }

        string[] images = [.. Files.Select(f => f.Name).Where(n => FileRules.PassedOverPath(n) is null && FileRules.Of(Path.GetFileName(n.AsSpan())) == FileVerdict.Image)];
        for (int i = images.Length == 0 ? 0 : g.NextInt32(3); i > 0; i--)
            AddOdd(Path.GetDirectoryName(Path.Combine(root, images[g.NextInt32(images.Length)]))!, $"zz{i}");
    }

    // In a folder that holds images already, so that no class comes or goes.
    private void AddOdd(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        switch (g.NextInt32(9))
        {
            case 0:
                Containers.Shell(folder, $"mkfifo {name}.png {name}");
                InFolder += 2;
                break;
            case 1:
                File.CreateSymbolicLink(path + ".png", g.NextInt32(2) == 0 ? "/dev/zero" : "/dev/random");
                InFolder++;
                break;
            case 2:
                File.CreateSymbolicLink(path + ".png", "nowhere");
                File.CreateSymbolicLink(path + ".jpg", name + ".jpg");
                InFolder += 2;
                break;
            case 3:
                Directory.CreateSymbolicLink(path, g.NextInt32(2) == 0 ? "." : "..");
                InFolder++;
                break;
            case 4:
                using (var file = File.Create(path + ".png"))
                    file.SetLength(TooLarge);
                InFolder++;
                break;
            case 5:
                Containers.Shell(folder, $"mkdir \"$(printf '{name}\\351')\" && echo > \"$(printf '{name}\\351')/1.png\" && echo > \"$(printf '{name}\\351')/2.txt\" && echo > \"$(printf '{name}\\377.png')\"");
                InFolder += 3;
                break;
            case 6:
                Directory.CreateDirectory(path);
                break;
            case 7 when !OperatingSystem.IsWindows() && !Environment.IsPrivilegedProcess:
                File.WriteAllBytes(path + ".png", MadeImages.Grey());
                File.SetUnixFileMode(path + ".png", UnixFileMode.None);
                InFolder++;
                break;
            case 8 when !OperatingSystem.IsWindows() && !Environment.IsPrivilegedProcess && g.NextInt32(4) == 0:
                Directory.CreateDirectory(path);
                File.SetUnixFileMode(path, UnixFileMode.None);
                IsLocked = true;
                break;
        }
    }

    /// <summary>Bytes, some of which are others than before.</summary>
    public static byte[] Damaged(byte[] bytes, ref Generator g)
    {
        byte[] copy = [.. bytes];
        for (int i = 1 + g.NextInt32(6); i > 0 && copy.Length > 0; i--)
            copy[g.NextInt32(copy.Length)] = (byte)g.NextInt32(256);
        return g.NextInt32(4) == 0 ? copy[..g.NextInt32(copy.Length + 1)] : copy;
    }

    private string Word()
    {
        if (g.NextInt32(3) > 0)
            return words[g.NextInt32(words.Length)];
        var text = new StringBuilder();
        for (int i = 1 + g.NextInt32(g.NextInt32(10) == 0 ? LongestName : 6); i > 0; i--)
        {
            var (first, last) = scripts[g.NextInt32(scripts.Length)];
            text.Append(char.ConvertFromUtf32(first + g.NextInt32(last - first + 1)));
        }

        // No name leads out of its folder, and none has more bytes than a disk takes.
        string word = text.ToString();
        while (Encoding.UTF8.GetByteCount(word) > 200)
            word = StringInfo.GetNextTextElement(word);
        return word.Trim('.', ' ').Length == 0 ? "dots" : word;
    }

    private byte[] Content() => g.NextInt32(16) switch
    {
        0 => [],
        1 => Encoding.UTF8.GetBytes("This is no image."),
        2 => MadeImages.Grey(9, 9)[..30],
        3 => MadeImages.Grey(5, 4),
        4 => MadeImages.Grey(format: SKEncodedImageFormat.Jpeg),
        5 => MadeImages.Colour(new SKColor((byte)g.NextInt32(256), (byte)g.NextInt32(256), 40)),
        6 => Damaged(MadeImages.Grey(start: g.NextInt32(6)), ref g),
        7 => forms[g.NextInt32(forms.Length)],
        8 => Damaged(forms[g.NextInt32(forms.Length)], ref g),
        9 => MadeImages.Grey(140 + g.NextInt32(60), 3 + g.NextInt32(200)),
        _ => MadeImages.Grey(start: g.NextInt32(6)),
    };
}
