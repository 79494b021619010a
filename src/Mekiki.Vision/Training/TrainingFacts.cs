using System.Runtime.InteropServices;
using Mekiki.Files;
using Mekiki.Vision.Data;

namespace Mekiki.Vision.Training;

/// <summary>What the weights of a training depend on: the images, their parts, the weights that it began with, and every option that is not as usual. A checkpoint carries it.</summary>
/// <remarks>
/// A line for each, <c>data SHA256</c>, <c>split SHA256</c>, <c>from SHA256</c>, <c>--seed 7</c>. Options that are as usual are absent, so that
/// an option that a later version adds changes nothing. <see cref="TrainerParts"/> are code, of which no file can tell.
/// </remarks>
internal static class TrainingFacts
{
    private const string From = "from ";

    // They change no weight, or stand as a line of their own.
    private static readonly string[] others = [nameof(TrainOptions.From), nameof(TrainOptions.Threads), nameof(TrainOptions.TestOnce), nameof(TrainOptions.BucketMegabytes)];

    /// <summary>The facts of a training.</summary>
    /// <param name="set">Its images.</param>
    /// <param name="split">Their parts.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="startSha256">Of the weights that it began with; null: they were drawn.</param>
    public static string Of(ImageSet set, Split split, TrainOptions options, string? startSha256)
    {
        List<string> lines = [$"data {set.Fingerprint}", $"split {HashOf(split)}"];
        if (startSha256 is not null)
            lines.Add(From + startSha256);
        lines.AddRange(TrainOptions.Table.Where(r => !others.Contains(r.Property) && !r.IsUsual(options)).Select(r => r.WordsOf(options).TrimEnd()));
        return string.Join('\n', lines);
    }

    /// <summary>What two trainings have in different ways, a phrase for each; empty: they are the same.</summary>
    /// <param name="mine">The facts of one. If it does not say with which weights it began, they do not count.</param>
    /// <param name="theirs">The facts of the other, of which a phrase speaks.</param>
    public static IReadOnlyList<string> Differences(string mine, string theirs)
    {
        var (here, there) = (Parse(mine), Parse(theirs));
        if (!here.ContainsKey(From.Trim()))
            there.Remove(From.Trim());
        return [.. here.Keys.Union(there.Keys).Where(name => here.GetValueOrDefault(name) != there.GetValueOrDefault(name)).Select(name => Phrase(name, here.GetValueOrDefault(name), there.GetValueOrDefault(name)))];
    }

    /// <summary>The sha256 of the weights that a training began with, or null.</summary>
    public static string? StartOf(string facts) => Parse(facts).GetValueOrDefault(From.Trim());

    private static string Phrase(string name, string? here, string? there) => name switch
    {
        "data" => "other images",
        "split" => "another split",
        "from" => "other weights to begin with",
        _ when there is null => $"the usual {Plain(name)} instead of {here}",
        _ when here is null => $"{Plain(name)} {FileText.Short(there)} instead of the usual".Replace("  ", " ", StringComparison.Ordinal),
        _ => $"{Plain(name)} {FileText.Short(there)} instead of {here}",
    };

    private static string Plain(string name) => name.TrimStart('-');

    // Of a file's text no line is trusted.
    private static Dictionary<string, string> Parse(string facts)
    {
        var parsed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in facts.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            parsed[FileText.Short(line.Split(' ', 2)[0])] = line.Split(' ', 2) is [_, var value] ? value : "";
        return parsed;
    }

    private static string HashOf(Split split)
    {
        using var hash = new Sha256Hash();
        foreach (int[] part in new[] { split.Train, split.Validation, split.Test })
        {
            hash.Append(BitConverter.GetBytes(part.Length));
            hash.Append(MemoryMarshal.AsBytes(part.AsSpan()));
        }

        return Convert.ToHexStringLower(hash.Finish());
    }
}
