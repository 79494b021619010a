namespace Mekiki.Fuzz;

/// <summary>A folder of a worker, in memory where the system has such.</summary>
internal sealed class Workspace : IDisposable
{
    private const string InMemory = "/dev/shm";

    public string Folder { get; } = Directory.CreateDirectory(Path.Combine(Directory.Exists(InMemory) ? InMemory : Path.GetTempPath(), $"mekiki-fuzz-{Guid.NewGuid():N}")).FullName;

    /// <summary>Writes a file and tells its path.</summary>
    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
