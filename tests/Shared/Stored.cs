namespace Mekiki.Testing;

/// <summary>Texts kept as files beside the tests, in the folder <c>Stored</c>. MEKIKI_STORE=1 writes them anew; look at the difference before you commit it.</summary>
internal static class Stored
{
    private static readonly Lock gate = new();

    /// <summary>Asserts that a text equals the stored one.</summary>
    /// <param name="name">The file's name without its extension.</param>
    /// <param name="text">The text as it is now.</param>
    public static void Same(string name, string text) => SameFile($"tests/{typeof(Stored).Assembly.GetName().Name}/Stored/{name}.txt", text);

    /// <summary>Asserts that a text equals a file of the repository.</summary>
    /// <param name="file">The file's path in the repository.</param>
    /// <param name="text">The text as it is now.</param>
    public static void SameFile(string file, string text)
    {
        Assert.SkipWhen(Shared.Repository is null, "The repository with the stored texts is not around the tests.");
        string path = Path.Combine(Shared.Repository!, file);
        lock (gate)
        {
            if (Environment.GetEnvironmentVariable("MEKIKI_STORE") == "1")
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, text);
            }

            Assert.True(File.Exists(path), $"{path} is missing. Run the test with MEKIKI_STORE=1, and read what it wrote.");
            Assert.Equal(File.ReadAllText(path), text);
        }
    }

    /// <summary>Asserts that a text equals a part of a page of the repository, which stands between the lines <c>&lt;!-- NAME --&gt;</c> and <c>&lt;!-- /NAME --&gt;</c>.</summary>
    /// <param name="page">The page's path in the repository.</param>
    /// <param name="name">The part's name.</param>
    /// <param name="text">The text as it is now, with a line break at its end.</param>
    public static void SamePart(string page, string name, string text)
    {
        Assert.SkipWhen(Shared.Repository is null, "The repository with the stored texts is not around the tests.");
        string path = Path.Combine(Shared.Repository!, page), open = $"<!-- {name} -->\n", close = $"<!-- /{name} -->\n";
        lock (gate)
        {
            string whole = File.ReadAllText(path);
            int begin = whole.IndexOf(open, StringComparison.Ordinal) + open.Length, end = whole.IndexOf(close, StringComparison.Ordinal);
            Assert.True(begin >= open.Length && end >= begin, $"{page}: expected the lines <!-- {name} --> and <!-- /{name} -->.");
            if (Environment.GetEnvironmentVariable("MEKIKI_STORE") == "1")
                File.WriteAllText(path, whole = whole[..begin] + text + whole[end..]);
            else
                Assert.Equal(whole[begin..end], text);
        }
    }
}
