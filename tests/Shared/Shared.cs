namespace Mekiki.Testing;

/// <summary>The shared data beside the repository: reference cases and real images. Tests that need it are skipped without it.</summary>
internal static class Shared
{
    /// <summary>The folder of the solution, or null when the tests run elsewhere.</summary>
    public static string? Repository { get; } = FindRepository();

    /// <summary>The shared folder, or null when there is none.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>The path of a shared file, or a skipped test.</summary>
    public static string File(string relative)
    {
        string path = Path.Combine(Folder ?? "", relative);
        Assert.SkipUnless(Folder is not null && System.IO.File.Exists(path), $"shared/{relative} is not beside this clone (MEKIKI_SHARED).");
        return path;
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("MEKIKI_SHARED") is { Length: > 0 } set)
            return set;
        return Repository is { } repository && Path.Combine(Path.GetDirectoryName(repository)!, "shared") is var shared && Directory.Exists(shared) ? shared : null;
    }

    private static string? FindRepository()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (System.IO.File.Exists(Path.Combine(at.FullName, "Mekiki.slnx")))
                return at.FullName;
        return null;
    }
}
