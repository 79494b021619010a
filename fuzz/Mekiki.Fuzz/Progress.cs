using System.IO.MemoryMappedFiles;

namespace Mekiki.Fuzz;

/// <summary>How far a worker is, where its parent sees it even after the worker died.</summary>
internal sealed class Progress(string path) : IDisposable
{
    private const int Places = 8;
    private readonly MemoryMappedFile file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, Places * sizeof(long));
    private MemoryMappedViewAccessor? view;

    private MemoryMappedViewAccessor View => view ??= file.CreateViewAccessor();

    /// <summary>The number of the input that is read now.</summary>
    public long Index { get => View.ReadInt64(0); set => View.Write(0, value); }

    /// <summary>How many inputs had a verdict.</summary>
    public long this[Verdict verdict]
    {
        get => View.ReadInt64((1 + (int)verdict) * sizeof(long));
        set => View.Write((1 + (int)verdict) * sizeof(long), value);
    }

    public void Dispose()
    {
        view?.Dispose();
        file.Dispose();
    }
}
