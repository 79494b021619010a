using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>The image files below a folder.</summary>
internal sealed class FolderFiles : ImageFiles
{
    private readonly string folder;

    private readonly long[] lengths;

    private FolderFiles(string folder, long[] lengths) => (this.folder, this.lengths) = (folder, lengths);

    public static FolderFiles Open(string folder)
    {
        try
        {
            var walk = FolderWalk.Of(folder);
            var list = walk.Images.ToArray();
            Sort(list, f => f.Name);
            string[] paths = Array.ConvertAll(list, f => Path.Join(folder, f.Name)), versions = Array.ConvertAll(list, f => f.Version);
            long[] lengths = Array.ConvertAll(list, f => f.Length);
            if (FileVersions.TellsAll)
                versions = FileVersions.OfAll(paths, lengths);
            else
                FileVersions.Refine(paths, versions);
            return new FolderFiles(folder, lengths)
            {
                Names = Array.ConvertAll(list, f => f.Name),
                Versions = versions,
                Seen = walk.Seen,
                LeftOut = walk.LeftOut,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{folder}: expected a folder that can be read, got: {e.Message} Check its permissions.", e);
        }
    }

    protected override ReadOnlySpan<byte> Read(int index, Buffers buffers)
    {
        int length = RegularFile.Read(Path.Combine(folder, Names[index]), ref buffers.File, lengths[index] < 0 ? null : lengths[index]);
        return buffers.File.AsSpan(0, length);
    }
}
