namespace Mekiki.Vision.Data;

/// <summary>What the files of a set said beside their pixels.</summary>
/// <param name="Found">How many there are, and what became of them.</param>
/// <param name="Parts">Of each image, the part that its folder or list gives it; null: none says so.</param>
internal sealed record Findings(FoundFiles Found, SplitPart[]? Parts)
{
    /// <summary>The first image of each shard that has one, where the files lie in shards.</summary>
    public int[] ShardStarts { get; init; } = [];

    /// <summary>The first image of each shard that has one, when some images alone are kept.</summary>
    /// <param name="starts">The first of each shard before.</param>
    /// <param name="kept">Those that stay, in order.</param>
    public static int[] StartsOf(int[] starts, IReadOnlyList<int> kept)
    {
        var left = new List<int>();
        for (int i = 0, shard = 0; i < kept.Count; i++)
        {
            int before = shard;
            while (shard < starts.Length && starts[shard] <= kept[i])
                shard++;
            if (shard > before)
                left.Add(i);
        }

        return [.. left];
    }

    /// <summary>Writes all of it, for the cache.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Found.Seen);
        writer.Write(Found.Read);
        writer.Write(Found.Layout);
        writer.Write(Found.LeftOut.Count);
        foreach (var reason in Found.LeftOut)
        {
            writer.Write(reason.Reason);
            writer.Write(reason.Files);
            writer.Write(reason.Examples.Count);
            foreach (string name in reason.Examples)
                writer.Write(name);
        }

        writer.Write(Parts?.Length ?? 0);
        foreach (var part in Parts ?? [])
            writer.Write((byte)part);
        writer.Write(ShardStarts.Length);
        foreach (int start in ShardStarts)
            writer.Write(start);
    }

    /// <summary>Reads how many items follow, each of a byte or more.</summary>
    /// <exception cref="InvalidDataException">There is no room for so many.</exception>
    public static int ReadCount(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        return count >= 0 && count <= reader.BaseStream.Length - reader.BaseStream.Position ? count : throw new InvalidDataException();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static Findings Read(BinaryReader reader)
    {
        int seen = reader.ReadInt32(), read = reader.ReadInt32();
        string layout = reader.ReadString();
        var leftOut = new LeftOutFiles[ReadCount(reader)];
        for (int i = 0; i < leftOut.Length; i++)
        {
            var (reason, files) = (reader.ReadString(), reader.ReadInt32());
            string[] names = new string[ReadCount(reader)];
            for (int n = 0; n < names.Length; n++)
                names[n] = reader.ReadString();
            leftOut[i] = new(reason, files, names);
        }

        var parts = new SplitPart[ReadCount(reader)];
        for (int i = 0; i < parts.Length; i++)
            parts[i] = (SplitPart)reader.ReadByte();
        var starts = new int[ReadCount(reader)];
        for (int i = 0; i < starts.Length; i++)
            if ((starts[i] = reader.ReadInt32()) < (i == 0 ? 0 : starts[i - 1] + 1))
                throw new InvalidDataException();
        return new(new(seen, read, leftOut, layout), parts.Length == 0 ? null : parts) { ShardStarts = starts.Length == 0 || starts[0] == 0 ? starts : throw new InvalidDataException() };
    }
}
