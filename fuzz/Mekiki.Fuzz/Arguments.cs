using System.Globalization;

namespace Mekiki.Fuzz;

/// <summary>What the program was asked for.</summary>
/// <param name="Formats">Which files; none named: all.</param>
/// <param name="Count">How many inputs of each.</param>
/// <param name="Seed">From which inputs are drawn.</param>
/// <param name="Out">The folder for what is found.</param>
/// <param name="First">The number of a worker's first input; null: this is no worker.</param>
/// <param name="Try">One file to read; null: none.</param>
/// <param name="Seeds">A folder for the whole files; null: none is asked for.</param>
/// <param name="From">A folder of whole files of others, instead of the made ones; null: the made ones.</param>
internal sealed record Arguments(IReadOnlyList<Format> Formats, long Count, int Seed, string Out, long? First, string? Try, string? Seeds, string? From)
{
    public static Arguments Parse(string[] args)
    {
        var formats = new List<Format>();
        long count = 10_000;
        long? first = null;
        int seed = 0;
        string output = "fuzz-found";
        string? file = null, seeds = null, from = null;
        for (int i = 0; i < args.Length; i++)
            switch (args[i])
            {
                case "--count": count = long.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--seed": seed = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--out": output = args[++i]; break;
                case "--first": first = long.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--from": from = args[++i]; break;
                case "--try": (formats, file) = ([FormatTable.Find(args[i + 1])], args[i + 2]); i += 2; break;
                case "--seeds": (formats, seeds) = ([FormatTable.Find(args[i + 1])], args[i + 2]); i += 2; break;
                default: formats.Add(FormatTable.Find(args[i])); break;
            }

        IReadOnlyList<Format> all = formats.Count > 0 ? formats : FormatTable.All;
        return new(from is null ? all : [.. all.Select(f => f.From(from))], count, seed, output, first, file, seeds, from);
    }
}
