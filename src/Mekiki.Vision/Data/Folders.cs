namespace Mekiki.Vision.Data;

/// <summary>Where Mekiki keeps files of its own.</summary>
public static class Folders
{
    /// <summary>Decoded pixels: MEKIKI_CACHE, else <c>mekiki</c> in XDG_CACHE_HOME or the system's folder for such files.</summary>
    public static string Cache =>
        Set("MEKIKI_CACHE") ?? Path.Combine(
            Set("XDG_CACHE_HOME") ?? (OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Path.Combine(Home, ".cache")),
            "mekiki");

    /// <summary>Downloaded sets: MEKIKI_DATA, else <c>mekiki</c> in XDG_DATA_HOME or the system's folder for such files.</summary>
    public static string Data =>
        Set("MEKIKI_DATA") ?? Path.Combine(
            Set("XDG_DATA_HOME") ?? (OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Path.Combine(Home, ".local", "share")),
            "mekiki");

    private static string Home =>
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? home : Path.GetTempPath();

    private static string? Set(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
