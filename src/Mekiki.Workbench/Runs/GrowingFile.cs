using System.Buffers;
using Mekiki.Files;

namespace Mekiki.Workbench.Runs;

/// <summary>A file that grows while a run trains: lines or records are collected in memory, and appended now and then on another thread.</summary>
internal sealed class GrowingFile(string path, BackgroundWriter writer, TimeProvider clock)
{
    private const int MostKept = 1 << 16;
    private static readonly TimeSpan longestKept = TimeSpan.FromSeconds(1);
    private readonly ArrayBufferWriter<byte> kept = new(1 << 12);
    private long lastFlush = clock.GetTimestamp();

    /// <summary>Where bytes are added.</summary>
    public ArrayBufferWriter<byte> Bytes => kept;

    /// <summary>Hands over what was added, if it is much or old, so that others see it.</summary>
    public void FlushIfDue()
    {
        if (kept.WrittenCount >= MostKept || clock.GetElapsedTime(lastFlush) >= longestKept)
            Flush();
    }

    /// <summary>Hands over what was added, to be appended before anything that is handed over later.</summary>
    public void Flush()
    {
        lastFlush = clock.GetTimestamp();
        if (kept.WrittenCount == 0)
            return;
        byte[] bytes = kept.WrittenSpan.ToArray();
        kept.ResetWrittenCount();
        writer.Post(() => OutputFile.Guard(path, () =>
        {
            FileStep.Before("append", path);
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 0);
            file.Write(bytes);
        }));
    }

    /// <summary>Takes away all behind the first <paramref name="length"/> bytes.</summary>
    public static void Cut(string path, long length) => OutputFile.Guard(path, () =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        if (file.Length <= length)
            return;
        FileStep.Before("cut", path);
        file.SetLength(length);
    });
}
