namespace Mekiki.Files;

/// <summary>How much a file of weights may make of itself.</summary>
internal static class WeightsLimits
{
    /// <summary>The most tensors of a file. The deepest networks of papers have a third of it.</summary>
    public const int MostTensors = 20_000;

    /// <summary>The most numbers that tensors may have beyond those of the file, by sharing them.</summary>
    public const int MostShared = 16 << 20;

    // Weights hardly pack; those of which most are 0 do.
    private const long LeastUnpacked = 16L << 20, MostRatio = 8;

    /// <summary>Refuses more tensors than any network has.</summary>
    /// <exception cref="MekikiException">There are more.</exception>
    public static void CheckCount(string file, long count)
    {
        if (count > MostTensors)
            throw new MekikiException($"{file}: expected at most {FileText.Number(MostTensors)} tensors, got {FileText.Number(count)} or more. No network has so many.");
    }

    /// <summary>Refuses a zip with more files than tensors of any network, or one that unpacks to many times its size.</summary>
    /// <param name="file">What messages call it.</param>
    /// <param name="entries">The files in it.</param>
    /// <exception cref="MekikiException">It has, or does.</exception>
    public static void Check(string file, IReadOnlyList<ZipEntry> entries)
    {
        CheckCount(file, entries.Count);
        long packed = 0, unpacked = 0;
        foreach (var entry in entries)
            (packed, unpacked) = (packed + entry.CompressedLength, unpacked + Math.Min(entry.Length, long.MaxValue - unpacked));
        if (unpacked > Math.Max(LeastUnpacked, MostRatio * packed))
            throw new MekikiException($"{file}: expected a zip of weights, got what looks like a zip bomb: {FileText.Bytes(packed)} that unpack to {FileText.Number(unpacked)}. Save the weights without packing them.");
    }
}
