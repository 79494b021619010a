namespace Mekiki.Vision.Data;

/// <summary>The image files that a path stands for.</summary>
public static class ImagePaths
{
    /// <summary>The path itself, or of a folder, all images below it, in the order of their names; numbers in them are compared as numbers.</summary>
    /// <exception cref="MekikiException">The folder cannot be read, or holds no file with an image's extension.</exception>
    public static IEnumerable<string> Of(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!Directory.Exists(path))
            return [path];
        using var files = FolderFiles.Open(Path.GetFullPath(path));
        return files.Names.Length > 0
            ? files.Names.Order(NaturalOrder.Instance).Select(name => Path.Combine(path, name))
            : throw new MekikiException($"{path}: expected images, got a folder without any (PNG, JPEG, TIFF, BMP, GIF or WebP). Check the path.");
    }
}
