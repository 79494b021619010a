using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>What a path stands for, by its content: a folder, a zip, a tar, packed or not, or a list of paths.</summary>
internal static class FileSource
{
    private const int StartLength = 512;

    /// <summary>Refuses what must not even be opened.</summary>
    /// <exception cref="MekikiException">It is an empty file, a pipe or a device.</exception>
    public static void Check(string path)
    {
        if (!RemoteShards.IsAddress(path) && !Directory.Exists(path) && Guarded(path, () => RegularFile.LengthOf(path)) == 0)
            throw new MekikiException($"{path}: expected a folder, a zip, tar, CSV or IDX file, got 0 bytes (an empty file, a pipe or a device). Give a file that holds something.");
    }

    /// <summary>Opens it; its files are decoded later.</summary>
    /// <exception cref="MekikiException">It cannot be read, or is something else.</exception>
    public static ImageFiles Open(string path, ImageSetOptions options) => Open(path, ShardFiles.Find(path, options), options);

    /// <summary>Opens it, where <see cref="ShardFiles.Find"/> was asked already.</summary>
    /// <exception cref="MekikiException">It cannot be read, or is something else.</exception>
    public static ImageFiles Open(string path, string[]? shards, ImageSetOptions options)
    {
        if (shards is not null)
            return ShardFiles.Open(shards, options);
        if (Directory.Exists(path))
            return FolderFiles.Open(Path.GetFullPath(path));
        if (ListedFiles.IsList(path))
            return ListedFiles.Open(path);
        byte[] start = new byte[StartLength];
        int length = Guarded(path, () =>
        {
            using var file = File.OpenHandle(path);
            return RandomAccess.Read(file, start, 0);
        });
        if (start is [0x1F, 0x8B, ..])
            return TarFiles.Open(path, TarPacking.Gzip);
        if (start is [0x28, 0xB5, 0x2F, 0xFD, ..])
            return TarFiles.Open(path, TarPacking.Zstandard);
        if (TarListing.IsHeader(start.AsSpan(0, length)))
            return TarFiles.Open(path, TarPacking.None);
        return OtherArchive(start) is { } other
            ? throw new MekikiException($"{path}: expected a folder, a zip, a tar, a tar.gz or a tar.zst, got {other}. Unpack it, or pack it as one of these.")
            : ZipFiles.Open(path);
    }

    private static string? OtherArchive(byte[] start) =>
        start is [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', ..] ? "xz"
        : start is [(byte)'B', (byte)'Z', (byte)'h', ..] ? "bzip2"
        : start is [(byte)'7', (byte)'z', 0xBC, 0xAF, ..] ? "7z"
        : start is [(byte)'R', (byte)'a', (byte)'r', (byte)'!', ..] ? "rar"
        : null;

    private static T Guarded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{path}: expected a file that can be read, got: {e.Message} Check its permissions.", e);
        }
    }
}
