using SharpFuzz;

namespace Mekiki.Fuzz;

/// <summary>Lets AFL++ choose the inputs by the code that they reach: <c>fuzz/guided</c> starts it. The assemblies must be instrumented by SharpFuzz.</summary>
internal static class Guided
{
    /// <summary>Reads what AFL++ sends, one input after another; a fault ends as an exception, which AFL++ keeps.</summary>
    /// <param name="name">The format's name. It is looked up once AFL++ is there: instrumented code cannot run before.</param>
    public static int Run(string name)
    {
        using var work = new Workspace();
        Format? found = null;
        Fuzzer.OutOfProcess.Run(stream =>
        {
            var format = found ??= FormatTable.Find(name);
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            var outcome = Outcome.Of(format, bytes.ToArray(), work);
            if (outcome.Verdict > Verdict.Refused)
                throw new InvalidOperationException($"{outcome.Verdict}: {outcome.Key} {outcome.Text}");
        });
        return 0;
    }

    /// <summary>Writes the whole files, with which AFL++ begins.</summary>
    public static int WriteSeeds(Format format, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (i, seed) in format.Seeds.Index())
            File.WriteAllBytes(Path.Combine(folder, $"{i}"), seed);
        return 0;
    }
}
