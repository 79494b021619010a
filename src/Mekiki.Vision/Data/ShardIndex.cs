using System.Globalization;
using System.Text;
using Mekiki.Files;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>One image of a shard.</summary>
/// <param name="Name">Its path in the tar.</param>
/// <param name="Offset">Where its bytes begin.</param>
/// <param name="Length">How many they are.</param>
/// <param name="Label">What the shard says of its class beside its path; null: nothing.</param>
/// <param name="Sha256">Of its bytes; null: it is not known.</param>
internal readonly record struct ShardEntry(string Name, long Offset, long Length, string? Label, byte[]? Sha256);

/// <summary>A file beside a shard that tells its images, so that nobody need go through the tar, and by which changed bytes are noticed.</summary>
/// <remarks>CSV: a line <c>mekiki shard index 1,LENGTH OF THE TAR,NUMBER OF IMAGES</c>, a line of column names, and a line for each image.</remarks>
internal static class ShardIndex
{
    /// <summary>What an index's name has behind that of its shard.</summary>
    public const string Ending = ".index";

    private const string Magic = "mekiki shard index 1", Expected = "the index of a shard";
    private static readonly string[] columns = ["name", "offset", "length", "class", "sha256"];

    /// <summary>Writes the index of a shard.</summary>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public static void Write(string shard, long shardLength, IReadOnlyList<ShardEntry> entries) => OutputFile.Write(shard + Ending, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"{Magic},{shardLength},{entries.Count}\n{string.Join(',', columns)}\n"));
        foreach (var e in entries)
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{CsvRecords.Quote(e.Name)},{e.Offset},{e.Length},{CsvRecords.Quote(e.Label ?? "")},{Convert.ToHexStringLower(e.Sha256!)}\n"));
    });

    /// <summary>Reads the index of a shard. Every number is held against the shard's length.</summary>
    /// <param name="path">The index.</param>
    /// <param name="shardLength">The shard's length.</param>
    /// <exception cref="MekikiException">It is damaged, or of another file.</exception>
    public static List<ShardEntry> Read(string path, long shardLength)
    {
        var entries = new List<ShardEntry>();
        long promised = -1;
        foreach (var (line, fields) in CsvFile.Read(path, Expected, "Delete it; the shard is read without it then.", isStrict: true))
        {
            if (promised < 0)
            {
                if (fields.Length != 3 || fields[0] != Magic || !TryNumber(fields[1], out long length) || !TryNumber(fields[2], out promised))
                    throw new MekikiException($"{path}: expected {Expected}, got another file. Delete it; the shard is read without it then.");
                if (length != shardLength)
                    throw new MekikiException($"{path}: expected a shard of {length:N0} bytes, got {shardLength:N0}: it was cut off or changed. Copy it again.");
            }
            else if (line > 2)
            {
                if (fields.Length != columns.Length || !TryNumber(fields[1], out long offset) || !TryNumber(fields[2], out long length) || length > ImageInput.MostBytes
                    || offset > shardLength - length || fields[4].Length != 2 * Sha256Hash.Size || fields[4].AsSpan().ContainsAnyExcept("0123456789abcdef"))
                    throw new MekikiException($"{path}: expected a name, a place in the shard, a class and a sha256 in line {line}, got other values. Copy it again, or delete it.");
                entries.Add(new(fields[0], offset, length, fields[3].Length == 0 ? null : fields[3], Convert.FromHexString(fields[4])));
            }
        }

        return promised == entries.Count ? entries : throw new MekikiException($"{path}: expected {Math.Max(0, promised):N0} images, got {entries.Count:N0}: the index is cut off. Copy it again, or delete it.");
    }

    /// <summary>The length of the shard that an index is of, as it says.</summary>
    /// <param name="path">The index.</param>
    /// <exception cref="MekikiException">It is something else.</exception>
    public static long ShardLength(string path)
    {
        foreach (var (_, fields) in CsvFile.Read(path, Expected, "Delete it; the shard is read without it then.", isStrict: true))
            if (fields.Length == 3 && fields[0] == Magic && TryNumber(fields[1], out long length))
                return length;
            else
                break;
        throw new MekikiException($"{path}: expected {Expected}, got another file. Delete it; the shard is read without it then.");
    }

    private static bool TryNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
