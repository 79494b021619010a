namespace Mekiki.Vision.Data;

/// <summary>What the files of a set said beside their pixels.</summary>
/// <param name="Found">How many there are, and what became of them.</param>
/// <param name="Parts">Of each image, the part that its folder or list gives it; null: none says so.</param>
internal sealed record Findings(FoundFiles Found, SplitPart[]? Parts)
{
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
        return new(new(seen, read, leftOut, layout), parts.Length == 0 ? null : parts);
    }
}
