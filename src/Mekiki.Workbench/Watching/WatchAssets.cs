namespace Mekiki.Workbench.Watching;

/// <summary>The files of the page that shows trainings.</summary>
public static class WatchAssets
{
    /// <summary>Reads one.</summary>
    /// <param name="file">Its name: <c>watch.html</c>, <c>watch.css</c>, <c>watch.js</c>, <c>curves.js</c> or <c>words.js</c>.</param>
    public static byte[] Read(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        using var stream = typeof(WatchAssets).Assembly.GetManifestResourceStream("watch/" + file) ?? throw new ArgumentException($"Watch: expected a file of the page, got '{file}'.", nameof(file));
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
