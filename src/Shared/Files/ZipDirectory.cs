using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Mekiki.Files;

/// <summary>Reads a zip's central directory, trusting no number in it.</summary>
/// <remarks>PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", 6.3.10, sections 4.3.12 to 4.3.16 and 4.5.3 (zip64).</remarks>
internal static class ZipDirectory
{
    private const int EndLength = 22, EntryLength = 46, Zip64LocatorLength = 20, Zip64EndLength = 56;
    private const long LeastBomb = 1L << 30, BombRatio = 200;

    /// <summary>All entries.</summary>
    /// <param name="path">The file's name, for messages.</param>
    /// <param name="file">The open file.</param>
    /// <param name="contents">What it should hold, for messages: images.</param>
    /// <exception cref="MekikiException">It is not a whole zip, or a bomb.</exception>
    public static List<ZipEntry> Read(string path, SafeFileHandle file, string contents)
    {
        long length = RandomAccess.GetLength(file);
        var (offset, size, count, before) = FindDirectory(path, file, length);
        // An entry takes 46 bytes or more, so that a count that lies is found before memory is taken for it.
        if (offset < 0 || size < 0 || size > int.MaxValue || offset > length - size || count > size / EntryLength)
            throw Broken(path, "its directory does not fit into the file");
        var directory = new byte[size];
        Fill(path, file, directory, offset);

        var entries = new List<ZipEntry>((int)count);
        var names = new ReadOnlyMemory<byte>[count];
        long packed = 0, unpacked = 0;
        int at = 0;
        for (long i = 0; i < count; i++)
        {
            var entry = ReadEntry(path, directory.AsMemory(at), out names[i], out int used);
            at += used;
            if (entry.HeaderOffset >= 0 && entry.HeaderOffset <= length)
                entry = entry with { HeaderOffset = entry.HeaderOffset + before };
            if (entry.HeaderOffset < 0 || entry.CompressedLength < 0 || entry.Length < 0 || entry.HeaderOffset > length - entry.CompressedLength)
                throw Broken(path, $"entry '{ZipNames.Decode([names[i]])[0]}' lies outside the file");
            packed += entry.CompressedLength;
            unpacked += Math.Min(entry.Length, long.MaxValue - unpacked);
            entries.Add(entry);
        }

        if (packed > length)
            throw Bomb(path, contents, "its entries overlap");
        if (unpacked > LeastBomb && unpacked / BombRatio > length)
            throw Bomb(path, contents, $"{length:N0} bytes that unpack to {unpacked:N0}");
        string[] texts = ZipNames.Decode(names);
        for (int i = 0; i < texts.Length; i++)
            entries[i] = entries[i] with { Name = texts[i].Replace('\\', '/') };
        return entries;
    }

    private static ZipEntry ReadEntry(string path, ReadOnlyMemory<byte> from, out ReadOnlyMemory<byte> name, out int used)
    {
        var at = from.Span;
        if (at.Length < EntryLength || BinaryPrimitives.ReadUInt32LittleEndian(at) != 0x02014b50)
            throw Broken(path, "its directory ends too early");
        int nameLength = U16(at, 28), extraLength = U16(at, 30), commentLength = U16(at, 32);
        used = EntryLength + nameLength + extraLength + commentLength;
        if (at.Length < used)
            throw Broken(path, "its directory ends too early");
        name = from.Slice(EntryLength, nameLength);
        long packed = U32(at, 20), length = U32(at, 24), offset = U32(at, 42);
        for (var extra = at.Slice(EntryLength + nameLength, extraLength); extra.Length >= 4;)
        {
            int fieldLength = Math.Min(U16(extra, 2), extra.Length - 4);
            // Info-ZIP's field with the name in UTF-8, of the very name that stands before it.
            if (U16(extra, 0) == 0x7075 && fieldLength > 5 && extra[4] == 1 && U32(extra, 5) == Crc32.Of(at.Slice(EntryLength, nameLength)))
                name = from.Slice(EntryLength + nameLength + extraLength - extra.Length + 9, fieldLength - 5);
            if (U16(extra, 0) == 1)
            {
                var field = extra.Slice(4, fieldLength);
                Widen(ref length, ref field);
                Widen(ref packed, ref field);
                Widen(ref offset, ref field);
            }

            extra = extra[(4 + fieldLength)..];
        }

        return new ZipEntry("", U16(at, 8), U16(at, 10), U32(at, 16), packed, length, offset);
    }

    // A 32-bit number that is all ones stands in the zip64 field, in this order.
    private static void Widen(ref long value, ref ReadOnlySpan<byte> field)
    {
        if (value != uint.MaxValue || field.Length < 8)
            return;
        value = BinaryPrimitives.ReadInt64LittleEndian(field);
        field = field[8..];
    }

    // Before: how many bytes lie before the zip, as of a program that unpacks it, which its places do not count.
    private static (long Offset, long Size, long Count, long Before) FindDirectory(string path, SafeFileHandle file, long length)
    {
        var tail = new byte[Math.Min(length, EndLength + ushort.MaxValue + Zip64LocatorLength)];
        Fill(path, file, tail, length - tail.Length);
        int end = tail.Length - EndLength;
        while (end >= 0 && !(U32(tail, end) == 0x06054b50 && end + EndLength + U16(tail, end + 20) <= tail.Length))
            end--;
        if (end < 0 && (length < 4 || (length == tail.Length && U32(tail, 0) is not (0x04034b50 or 0x06054b50 or 0x08074b50))))
            throw new MekikiException($"{path}: expected a zip file, got something else ({length:N0} bytes). Check that the download is whole.");
        if (end < 0)
            throw Broken(path, "it has no directory at its end");
        long count = U16(tail, end + 10), size = U32(tail, end + 12), offset = U32(tail, end + 16);
        int locator = end - Zip64LocatorLength;
        if (locator < 0 || U32(tail, locator) != 0x07064b50)
        {
            long before = length - tail.Length + end - size - offset;
            return before > 0 && !IsEntry(offset) && IsEntry(offset + before) ? (offset + before, size, count, before) : (offset, size, count, 0);
        }

        long at = BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(locator + 8));
        var wide = new byte[Zip64EndLength];
        if (at < 0 || at > length - Zip64EndLength)
            throw Broken(path, "its zip64 directory does not fit into the file");
        Fill(path, file, wide, at);
        if (U32(wide, 0) != 0x06064b50)
            throw Broken(path, "its zip64 directory is missing");
        return (BinaryPrimitives.ReadInt64LittleEndian(wide.AsSpan(48)), BinaryPrimitives.ReadInt64LittleEndian(wide.AsSpan(40)),
            Math.Max(0, BinaryPrimitives.ReadInt64LittleEndian(wide.AsSpan(32))), 0);

        bool IsEntry(long place)
        {
            Span<byte> start = stackalloc byte[4];
            return RandomAccess.Read(file, start, place) == start.Length && U32(start, 0) == 0x02014b50;
        }
    }

    internal static int U16(ReadOnlySpan<byte> from, int at) => BinaryPrimitives.ReadUInt16LittleEndian(from[at..]);

    internal static uint U32(ReadOnlySpan<byte> from, int at) => BinaryPrimitives.ReadUInt32LittleEndian(from[at..]);

    private static void Fill(string path, SafeFileHandle file, Span<byte> buffer, long offset)
    {
        for (int done = 0; done < buffer.Length;)
        {
            int got = RandomAccess.Read(file, buffer[done..], offset + done);
            if (got == 0)
                throw Broken(path, "it ends too early");
            done += got;
        }
    }

    private static MekikiException Broken(string path, string what) =>
        new($"{path}: expected a whole zip file, got one that is cut off or damaged: {what}. Download or copy it again.");

    private static MekikiException Bomb(string path, string contents, string what) =>
        new($"{path}: expected a zip of {contents}, got what looks like a zip bomb: {what}. Unpack it elsewhere and see what it holds.");
}
