using System.Text;
using Mekiki.Files;

namespace Mekiki.Vision.Data;

/// <summary>Reads the headers of a tar, front to back, trusting no number in them.</summary>
/// <remarks>
/// POSIX.1-2017, "pax", sections "ustar Interchange Format" and "pax Header Block"; GNU tar's manual, "Basic Tar Format", for long names and
/// large sizes. A link to a file of the tar, hard or symbolic, is that file once more.
/// </remarks>
internal sealed class TarListing
{
    private const int Block = 512, MostNameLength = 1 << 16, MostLinks = 16;

    private readonly string path;
    private readonly Stream stream;
    private readonly Action<long> check;
    private readonly byte[] block = new byte[Block];
    private readonly List<(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Link, char Type, TarFile Entry)> found = [];
    private long position;

    private TarListing(string path, Stream stream, Action<long> check) => (this.path, this.stream, this.check) = (path, stream, check);

    /// <summary>All files, in their order; no folders.</summary>
    /// <param name="path">The tar, for messages.</param>
    /// <param name="stream">Its unpacked bytes, from the first on.</param>
    /// <param name="check">Looks at how many bytes were unpacked so far, and may stop by an exception.</param>
    /// <exception cref="MekikiException">It is no whole tar.</exception>
    public static List<TarFile> Read(string path, Stream stream, Action<long> check)
    {
        try
        {
            return new TarListing(path, stream, check).Read();
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw Broken(path, "it ends too early, or cannot be unpacked");
        }
    }

    /// <summary>Whether a block is the header of a file in a tar: its checksum says so.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> block)
    {
        if (block.Length < Block)
            return false;
        long sum = 0;
        for (int i = 0; i < Block; i++)
            sum += i is >= 148 and < 156 ? ' ' : block[i];
        return Number(block[148..156]) == sum;
    }

    private List<TarFile> Read()
    {
        ReadOnlyMemory<byte>? longName = null, longLink = null;
        long? longSize = null;
        bool isSparse = false;
        for (; ; )
        {
            Fill(block);
            if (!block.AsSpan().ContainsAnyExcept((byte)0))
            {
                Finish();
                return Named();
            }

            if (!IsHeader(block))
                throw Broken(path, $"its header at {position - Block:N0} has a wrong checksum");
            char type = (char)block[156];
            long size = Number(block.AsSpan(124, 12)) ?? throw Broken(path, $"its header at {position - Block:N0} has no size");
            switch (type)
            {
                case 'x':
                    foreach (var (key, value) in Records(Text(size)))
                        if (key == "path")
                            longName = value;
                        else if (key == "linkpath")
                            longLink = value;
                        else if (key == "size" && long.TryParse(Encoding.ASCII.GetString(value.Span), out long wide) && wide >= 0)
                            longSize = wide;
                        else if (key.StartsWith("GNU.sparse", StringComparison.Ordinal))
                            isSparse = true;
                    continue;
                case 'L':
                    longName = Cut(Text(size));
                    continue;
                case 'K':
                    longLink = Cut(Text(size));
                    continue;
                case 'g':
                    Skip(size);
                    continue;
            }

            var (name, link) = (longName ?? ShortName(), longLink ?? Cut(block.AsMemory(157, 100)).ToArray());
            // Of links, pipes and devices nothing follows, whatever their size says.
            bool holds = type is '\0' or '0' or '7' or 'S' || type is not ('1' or '2' or '3' or '4' or '5' or '6');
            Take(name, link, type, holds ? longSize ?? size : 0, isSparse || type == 'S');
            (longName, longLink, longSize, isSparse) = (null, null, null, false);
        }
    }

    private void Take(ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> link, char type, long size, bool isSparse)
    {
        long at = position;
        bool isFile = type is '\0' or '0' or '7' or 'S', begins = false;
        // The old form of a folder is a file whose name ends in a slash.
        if (type == '5' || (isFile && name.Span.EndsWith("/"u8)))
        {
            Skip(size);
            return;
        }

        int slash = name.Span.LastIndexOf((byte)'/');
        if (isFile && FileRules.Of(Encoding.Latin1.GetString(name.Span[(slash + 1)..])) == FileVerdict.Unknown)
        {
            var start = new byte[Math.Min(size, FileRules.StartLength)];
            Fill(start);
            begins = FileRules.IsImage(start);
        }

        Skip(size - (position - at));
        found.Add((name, link, type, new("", at, size, isFile, begins, isSparse ? "it is stored with gaps (sparse), which cannot be read; pack it without gaps" : null)));
    }

    private List<TarFile> Named()
    {
        string[] names = ZipNames.Decode([.. found.Select(f => f.Name)]), links = ZipNames.Decode([.. found.Select(f => f.Link)]);
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = ArchiveEntries<TarFile>.Plain(names[i]);
            places.TryAdd(names[i], i);
        }

        var entries = new List<TarFile>(names.Length);
        for (int i = 0; i < names.Length; i++)
            entries.Add(Target(i) is var place and >= 0 ? found[place].Entry with { Name = names[i] } : found[i].Entry with { Name = names[i] });
        return entries;

        int Target(int place)
        {
            for (int hops = 0; hops < MostLinks && !found[place].Entry.IsFile; hops++)
            {
                // A hard link names the path in the tar, a symbolic one a path beside itself.
                string? target = found[place].Type switch { '1' => ArchiveEntries<TarFile>.Plain(links[place]), '2' => Beside(names[place], links[place]), _ => null };
                if (target is null || !places.TryGetValue(target, out place))
                    return -1;
            }

            return found[place].Entry.IsFile ? place : -1;
        }
    }

    private static string? Beside(string name, string link)
    {
        if (link.StartsWith('/'))
            return null;
        var parts = new List<string>(name.Split('/')[..^1]);
        foreach (string part in link.Split('/'))
            if (part == ".." && parts.Count == 0)
                return null;
            else if (part == "..")
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "."))
                parts.Add(part);
        return string.Join('/', parts);
    }

    private byte[] ShortName()
    {
        var name = Cut(block.AsMemory(0, 100));
        // GNU tar uses the place of the prefix otherwise.
        var prefix = block.AsSpan(257, 6).SequenceEqual("ustar\0"u8) ? Cut(block.AsMemory(345, 155)) : default;
        return prefix.Length == 0 ? name.ToArray() : [.. prefix.Span, (byte)'/', .. name.Span];
    }

    private byte[] Text(long size)
    {
        if (size > MostNameLength)
            throw Broken(path, $"it holds a name of {size:N0} bytes");
        var text = new byte[size];
        Fill(text);
        Skip(0);
        return text;
    }

    // "27 path=a/b.png\n": the length of the whole record, a key, a value.
    private IEnumerable<(string Key, ReadOnlyMemory<byte> Value)> Records(byte[] text)
    {
        for (int at = 0; at < text.Length;)
        {
            int space = Array.IndexOf(text, (byte)' ', at), equal = space < 0 ? -1 : Array.IndexOf(text, (byte)'=', space);
            if (equal < 0 || !int.TryParse(Encoding.ASCII.GetString(text, at, space - at), out int length) || length < equal - at + 2 || length > text.Length - at)
                throw Broken(path, "one of its extended headers is damaged");
            yield return (Encoding.ASCII.GetString(text, space + 1, equal - space - 1), text.AsMemory(equal + 1, at + length - equal - 2));
            at += length;
        }
    }

    private static ReadOnlyMemory<byte> Cut(ReadOnlyMemory<byte> text) => text.Span.IndexOf((byte)0) is var end and >= 0 ? text[..end] : text;

    // Octal digits, or where they do not suffice, a number of bytes behind a first one of 128; null: neither, or below 0.
    private static long? Number(ReadOnlySpan<byte> field)
    {
        long number = 0;
        if (field[0] >= 128)
        {
            if (field[0] != 128 || field.Length < 9 || field[1..^8].ContainsAnyExcept((byte)0) || field[^8] >= 128)
                return null;
            foreach (byte b in field[^8..])
                number = (number << 8) | b;
            return number;
        }

        foreach (byte digit in field.Trim(" \0"u8))
            if (digit is < (byte)'0' or > (byte)'7')
                return null;
            else
                number = number * 8 + (digit - '0');
        return number;
    }

    private void Fill(Span<byte> bytes)
    {
        stream.ReadExactly(bytes);
        position += bytes.Length;
        check(position);
    }

    // And to the end of the block.
    private void Skip(long count)
    {
        long end = position + count;
        end += (Block - end % Block) % Block;
        if (end < position)
            throw Broken(path, "a file in it has an impossible size");
        if (stream.CanSeek)
        {
            if (end > stream.Length)
                throw new EndOfStreamException();
            stream.Position = position = end;
            return;
        }

        var waste = new byte[(int)Math.Min(1 << 16, end - position)];
        while (position < end)
            Fill(waste.AsSpan(0, (int)Math.Min(waste.Length, end - position)));
    }

    // A packed tar's checksum stands behind all of it.
    private void Finish()
    {
        var waste = new byte[1 << 16];
        for (int got; !stream.CanSeek && (got = stream.Read(waste)) > 0;)
            check(position += got);
    }

    private static MekikiException Broken(string path, string what) =>
        new($"{path}: expected a whole tar file, got one that is cut off or damaged: {what}. Download or copy it again.");
}
