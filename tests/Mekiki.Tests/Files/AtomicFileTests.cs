using Mekiki.Files;

namespace Mekiki.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void FolderEntries_AreFlushed_WhereTheSystemCan()
    {
        Assert.Equal(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), FolderEntries.Flush(folder.Path));
        Assert.Equal(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), FolderEntries.Flush("."));
        Directory.CreateDirectory(folder["あ b/c"]);
        Assert.Equal(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), FolderEntries.Flush(folder["あ b"]));
    }

    [Fact]
    public void FolderThatIsNotThere_IsNoFailure() => Assert.False(FolderEntries.Flush(Path.Combine(folder.Path, "none")));

    [Fact]
    public void FolderEntries_KeepNoFolderOpen()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux lists a process's open files.");
        for (int i = 0; i < 10; i++)
            FolderEntries.Flush(folder.Path);
        Assert.DoesNotContain(folder.Path, Directory.GetFileSystemEntries("/proc/self/fd").Select(path => new FileInfo(path).LinkTarget));
    }

    [Fact]
    public void Rename_TakesThePlaceOfTheOther()
    {
        File.WriteAllText(folder["next"], "new");
        File.WriteAllText(folder["newest"], "old");
        AtomicFile.Rename(folder["next"], folder["newest"]);
        Assert.Equal([folder["newest"]], Directory.GetFiles(folder.Path));
        Assert.Equal("new", File.ReadAllText(folder["newest"]));
    }
}
