namespace Mekiki.Fuzz;

/// <summary>A kind of file that is fuzzed: whole files to begin with, how they are changed, and who reads them.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="MakeSeeds">Makes the whole files.</param>
/// <param name="Mutate">Makes another file of a whole one.</param>
/// <param name="Read">Reads a file: its bytes, and a folder to put them in.</param>
internal sealed record Format(string Name, Func<IEnumerable<byte[]>> MakeSeeds, Mutation Mutate, Action<byte[], Workspace> Read)
{
    private byte[][]? seeds;

    /// <summary>Memory that reading may take where it is not in proportion to the file: what docs/security.md states.</summary>
    public long StatedBytes { get; init; } = 64L << 20;

    /// <summary>The whole files; each must be accepted.</summary>
    public byte[][] Seeds => seeds ??= [.. MakeSeeds()];

    /// <summary>One input; the same numbers give the same bytes.</summary>
    public byte[] Input(int seed, long index)
    {
        var random = new Random(HashOf(Name) ^ seed * 0x2545F49 ^ (int)index ^ (int)(index >> 32) * 0x9E3779B);
        return Mutate(Seeds[random.Next(Seeds.Length)], random);
    }

    /// <summary>The same format, with other whole files to begin with.</summary>
    /// <param name="folder">Of files, all of which are taken.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public Format From(string folder) => Directory.GetFiles(folder) is { Length: > 0 } files
        ? new(Name, () => files.Order(StringComparer.Ordinal).Select(File.ReadAllBytes), Mutate, Read) { StatedBytes = StatedBytes }
        : throw new ArgumentException($"{folder}: expected files to begin with, got none.");

    private static int HashOf(string text)
    {
        uint hash = 2166136261;
        foreach (char c in text)
            hash = (hash ^ c) * 16777619;
        return (int)hash;
    }
}

/// <summary>Makes another file of a whole one, by random draws.</summary>
internal delegate byte[] Mutation(byte[] whole, Random random);
