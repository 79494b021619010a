using System.Globalization;

namespace Mekiki.Cli.Parsing;

/// <summary>Which part of a work a process does, of how many.</summary>
/// <param name="Number">1 to <paramref name="Count"/>.</param>
/// <param name="Count">How many parts there are.</param>
internal readonly record struct Shard(int Number, int Count)
{
    private const string Auto = "auto";

    /// <summary>Reads <c>3/8</c>; or <c>auto</c> and <c>auto/8</c>, which ask the launcher: Slurm's job array, a Kubernetes job with an index (which does not tell how many there are), <c>mpirun</c>.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="variable">Reads the environment.</param>
    /// <param name="problem">What is wrong with it; empty where it is right.</param>
    public static Shard? Read(string text, Func<string, string?> variable, out string problem)
    {
        problem = "";
        string[] parts = text.Split('/');
        int count = 0;
        bool isAuto = parts[0] == Auto, hasCount = parts.Length == 2 && TryNumber(parts[1], out count) && count > 0;
        if (parts.Length > 2 || (parts.Length == 2 && !hasCount) || (!isAuto && !(hasCount && TryNumber(parts[0], out int number) && number >= 1 && number <= count)))
        {
            problem = $"--shard: expected I/N with 1 ≤ I ≤ N, such as 3/8, or auto, got '{text}'.";
            return null;
        }

        if (!isAuto)
            return new(int.Parse(parts[0], CultureInfo.InvariantCulture), count);
        if (Number("SLURM_ARRAY_TASK_ID") is { } task && Number("SLURM_ARRAY_TASK_COUNT") is { } tasks)
            return Told((task - (Number("SLURM_ARRAY_TASK_MIN") ?? 0)) / Math.Max(1, Number("SLURM_ARRAY_TASK_STEP") ?? 1), tasks, "SLURM_ARRAY_TASK_COUNT", ref problem);
        if (Number("JOB_COMPLETION_INDEX") is { } index)
            return Told(index, count, "JOB_COMPLETION_INDEX", ref problem);
        if (Number("OMPI_COMM_WORLD_RANK") is { } rank)
            return Told(rank, Number("OMPI_COMM_WORLD_SIZE") ?? 0, "OMPI_COMM_WORLD_SIZE", ref problem);
        problem = "--shard auto: expected a job array of Slurm (SLURM_ARRAY_TASK_ID), an indexed job of Kubernetes (JOB_COMPLETION_INDEX) or mpirun, got none of them. Give I/N, such as 3/8.";
        return null;

        int? Number(string name) => TryNumber(variable(name), out int value) ? value : null;

        Shard? Told(int place, int told, string source, ref string problem)
        {
            int all = hasCount ? count : told;
            if (place >= 0 && place < all)
                return new(place + 1, all);
            problem = all == 0 && source == "JOB_COMPLETION_INDEX"
                ? "--shard auto: expected how many pods there are, such as auto/8, since Kubernetes does not tell it, got auto."
                : $"--shard {text}: expected a place from 0 to {all - 1} ({source}), got {place}.";
            return null;
        }
    }

    /// <summary>The run of items that the part has.</summary>
    /// <param name="items">How many there are.</param>
    public (int From, int To) RunOf(int items) => ((int)((long)items * (Number - 1) / Count), (int)((long)items * Number / Count));

    /// <summary>The part's file: parts in the order of their names are in the order of their numbers.</summary>
    /// <param name="path">The file of the whole.</param>
    public string FileOf(string path)
    {
        int digits = Count.ToString(CultureInfo.InvariantCulture).Length;
        return string.Create(CultureInfo.InvariantCulture, $"{path}.{Number.ToString($"D{digits}", CultureInfo.InvariantCulture)}-of-{Count}");
    }

    private static bool TryNumber(string? text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
