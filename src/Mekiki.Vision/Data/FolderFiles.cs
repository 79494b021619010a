using System.Globalization;
using System.IO.Enumeration;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>The image files below a folder.</summary>
internal sealed class FolderFiles : ImageFiles
{
    private readonly string folder;

    private FolderFiles(string folder) => this.folder = folder;

    public static FolderFiles Open(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.System, IgnoreInaccessible = false };
        int skip = folder.Length + (Path.EndsInDirectorySeparator(folder) ? 0 : 1);
        var found = new FileSystemEnumerable<(string Name, string Version)>(
            folder,
            (ref FileSystemEntry e) => (
                e.ToFullPath()[skip..].Replace(Path.DirectorySeparatorChar, '/'),
                string.Create(CultureInfo.InvariantCulture, $"{e.Length}/{e.LastWriteTimeUtc.Ticks}")),
            options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry e) => !e.IsDirectory && IsImage(e.FileName),
            ShouldRecursePredicate = (ref FileSystemEntry e) => !e.FileName.StartsWith(".") && (e.Attributes & FileAttributes.ReparsePoint) == 0,
        };
        try
        {
            var list = found.ToArray();
            Array.Sort(list, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
            return new FolderFiles(folder) { Names = Array.ConvertAll(list, f => f.Name), Versions = Array.ConvertAll(list, f => f.Version) };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{folder}: expected a folder that can be read, got: {e.Message} Check its permissions.", e);
        }
    }

    protected override int Read(int index, ref byte[] buffer)
    {
        try
        {
            using var file = File.OpenHandle(Path.Combine(folder, Names[index]));
            long length = RandomAccess.GetLength(file);
            if (length > ImageInput.MostBytes)
                throw new UnreadableImageException($"expected at most 128 MiB, got {length:N0} bytes");
            Grow(ref buffer, (int)length);
            int count = 0;
            while (count < length && RandomAccess.Read(file, buffer.AsSpan(count, (int)length - count), count) is var got and > 0)
                count += got;
            return count;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnreadableImageException($"cannot be opened: {e.Message}");
        }
    }
}
