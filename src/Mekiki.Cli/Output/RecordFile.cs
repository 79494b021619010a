using System.Text;
using Mekiki.Files;

namespace Mekiki.Cli.Output;

/// <summary>A file of lines that goes on where a process was stopped: it grows as <c>NAME.part</c>, beside <c>NAME.part.job</c>, which says what is being done, and gets its name when it is whole.</summary>
internal sealed class RecordFile : IDisposable
{
    private readonly string path;
    private readonly bool isCsv;
    private readonly FileStream stream;
    private readonly StreamWriter writer;

    private RecordFile(string path, bool isCsv, FileStream stream) =>
        (this.path, this.isCsv, this.stream, writer) = (path, isCsv, stream, new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" });

    /// <summary>Where records are added.</summary>
    public TextWriter Writer => writer;

    /// <summary>Opens the file, or what a stopped process left of it.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="job">What is done, in one line.</param>
    /// <param name="isCsv">Whether records are CSV, in which a field may hold line breaks; otherwise each line is one.</param>
    /// <exception cref="MekikiException">It cannot be written, another process writes it, or what is there is of another job.</exception>
    public static RecordFile Open(string path, string job, bool isCsv)
    {
        string part = path + ".part", said = part + ".job";
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            OutputFile.MakeFolder(folder);
        FileStream? stream = null;
        OutputFile.Guard(path, () =>
        {
            try
            {
                stream = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (File.Exists(part))
            {
                throw new MekikiException($"{part}: expected a file that no other process writes, got: {e.Message} Let the other process end.");
            }

            if (stream.Length > 0 && (!File.Exists(said) || File.ReadAllText(said) != job))
            {
                stream.Dispose();
                throw new MekikiException($"{part}: expected what this model and these images gave, got results of another model, other images or other options. Delete it, or give another --out.");
            }

            File.WriteAllText(said, job);
        });
        return new RecordFile(path, isCsv, stream!);
    }

    /// <summary>How many whole records are there.</summary>
    public int CountRecords() => Walk(int.MaxValue).Records;

    /// <summary>Keeps so many records alone, and goes on behind them.</summary>
    public void Keep(int records)
    {
        stream.SetLength(Walk(records).Bytes);
        stream.Position = stream.Length;
    }

    /// <summary>Hands over what was added.</summary>
    /// <exception cref="MekikiException">The disk is full, or the like.</exception>
    public void Flush() => OutputFile.Guard(path, () =>
    {
        writer.Flush();
        stream.Flush();
    });

    /// <summary>Gives the file its name.</summary>
    /// <exception cref="MekikiException">The disk is full, or the like.</exception>
    public void Finish() => OutputFile.Guard(path, () =>
    {
        writer.Flush();
        stream.Flush(flushToDisk: true);
        stream.Dispose();
        File.Move(path + ".part", path);
        File.Delete(path + ".part.job");
    });

    public void Dispose() => stream.Dispose();

    private (int Records, long Bytes) Walk(int most)
    {
        var buffer = new byte[1 << 16];
        bool isQuoted = false;
        int records = 0;
        long bytes = 0, at = 0;
        stream.Position = 0;
        for (int got; records < most && (got = stream.Read(buffer)) > 0; at += got)
            for (int i = 0; i < got && records < most; i++)
                if (buffer[i] == '"' && isCsv)
                    isQuoted = !isQuoted;
                else if (buffer[i] == '\n' && !isQuoted)
                    (records, bytes) = (records + 1, at + i + 1);
        return (records, bytes);
    }
}
