namespace Mekiki.Fuzz;

/// <summary>Reads inputs one after another, in a process of its own, and keeps those that fail, made small.</summary>
internal sealed class Worker(Format format, int seed, string output)
{
    private const int MostKept = 50;

    /// <summary>Reads one file, and says what came of it.</summary>
    public static int Try(Format format, string file)
    {
        using var work = new Workspace();
        var outcome = Outcome.Of(format, File.ReadAllBytes(file), work);
        Console.WriteLine($"{outcome.Verdict} {outcome.Text}");
        return outcome.Verdict <= Verdict.Refused ? 0 : 1;
    }

    /// <summary>The folder of what a format's inputs showed.</summary>
    public static string FolderOf(string output, Format format) => Directory.CreateDirectory(Path.Combine(output, format.Name)).FullName;

    /// <summary>Reads inputs from a number on.</summary>
    public int Run(long first, long count)
    {
        string folder = FolderOf(output, format);
        using var work = new Workspace();
        using var progress = new Progress(Path.Combine(folder, "progress"));
        var known = new HashSet<string>(StringComparer.Ordinal);
        for (long index = first; index < count; index++)
        {
            progress.Index = index;
            byte[] input = format.Input(seed, index);
            var outcome = Outcome.Of(format, input, work);
            progress[outcome.Verdict]++;
            if (outcome.Verdict > Verdict.Refused && known.Count < MostKept && known.Add(outcome.Key))
                Keep(folder, index, input, outcome, work);
        }

        progress.Index = count;
        return 0;
    }

    private void Keep(string folder, long index, byte[] input, Outcome outcome, Workspace work)
    {
        byte[] small = Minimizer.Small(input, candidate => Outcome.Of(format, candidate, work).Key == outcome.Key);
        string path = Path.Combine(folder, $"{outcome.Verdict}-{index}");
        File.WriteAllBytes(path + ".bin", small);
        File.WriteAllText(path + ".txt", $"input {index} of seed {seed}, {small.Length} of {input.Length} bytes\n{outcome.Key}\n{outcome.Text}\n");
    }
}
