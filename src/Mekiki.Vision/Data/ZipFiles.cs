using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace Mekiki.Vision.Data;

/// <summary>The image files in a zip, read where they lie, without unpacking.</summary>
internal sealed class ZipFiles : ImageFiles
{
    private const int HeaderLength = 30, Stored = 0, Deflated = 8;

    private readonly SafeFileHandle file;
    private readonly ZipEntry[] entries;

    [ThreadStatic]
    private static byte[]? packed;

    private ZipFiles(SafeFileHandle file, ZipEntry[] entries) => (this.file, this.entries) = (file, entries);

    public static ZipFiles Open(string path)
    {
        SafeFileHandle file;
        try
        {
            file = File.OpenHandle(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MekikiException($"{path}: expected a zip file that can be read, got: {e.Message} Check its permissions.", e);
        }

        try
        {
            var usable = new List<ZipEntry>();
            var refused = new List<SkippedImage>();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var entry in ZipDirectory.Read(path, file))
            {
                if (entry.IsFolder || !IsImage(entry.Name))
                    continue;
                if (Refuse(entry, seen) is { } reason)
                    refused.Add(new SkippedImage(entry.Name, reason));
                else
                    usable.Add(entry);
            }

            usable.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
            return new ZipFiles(file, [.. usable])
            {
                Names = [.. usable.Select(e => e.Name)],
                Versions = [.. usable.Select(e => e.Crc.ToString("x8", System.Globalization.CultureInfo.InvariantCulture))],
                Refused = refused,
            };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static string? Refuse(ZipEntry entry, HashSet<string> seen)
    {
        if (entry.LeavesFolder)
            return "its path leaves the folder; refused";
        if (entry.IsEncrypted)
            return "it is encrypted; unpack the zip with its password first";
        if (entry.Method is not (Stored or Deflated))
            return $"it is packed by method {entry.Method}; only stored (0) and deflated (8) can be read";
        if (entry.Length > MostBytes)
            return $"expected at most 128 MiB, got {entry.Length:N0} bytes";
        return seen.Add(entry.Name) ? null : "the zip holds another file of this name; the first is used";
    }

    public override int Read(int index, ref byte[] buffer)
    {
        var entry = entries[index];
        int length = (int)entry.Length, packedLength = (int)entry.CompressedLength;
        Span<byte> header = stackalloc byte[HeaderLength];
        if (RandomAccess.Read(file, header, entry.HeaderOffset) < HeaderLength || ZipDirectory.U32(header, 0) != 0x04034b50)
            throw new UnreadableImageException("its place in the zip holds something else; the zip is damaged");
        long at = entry.HeaderOffset + HeaderLength + ZipDirectory.U16(header, 26) + ZipDirectory.U16(header, 28);
        Grow(ref buffer, length);
        if (entry.Method == Stored)
        {
            if (length != packedLength)
                throw new UnreadableImageException("its two lengths in the zip differ; the zip is damaged");
            Fill(buffer.AsSpan(0, length), at);
        }
        else
        {
            if (packedLength > MostBytes)
                throw new UnreadableImageException($"expected at most 128 MiB, got {packedLength:N0} bytes");
            packed ??= new byte[1 << 16];
            Grow(ref packed, packedLength);
            Fill(packed.AsSpan(0, packedLength), at);
            Inflate(packed, packedLength, buffer.AsSpan(0, length));
        }

        if (Crc32.Of(buffer.AsSpan(0, length)) != entry.Crc)
            throw new UnreadableImageException("its checksum in the zip is wrong; the zip is damaged");
        return length;
    }

    private static void Inflate(byte[] from, int length, Span<byte> to)
    {
        try
        {
            using var inflated = new DeflateStream(new MemoryStream(from, 0, length), CompressionMode.Decompress);
            if (inflated.ReadAtLeast(to, to.Length, throwOnEndOfStream: false) < to.Length || inflated.ReadByte() >= 0)
                throw new UnreadableImageException("it does not unpack to the length that the zip declares; the zip is damaged");
        }
        catch (InvalidDataException)
        {
            throw new UnreadableImageException("it cannot be unpacked; the zip is damaged");
        }
    }

    private void Fill(Span<byte> buffer, long offset)
    {
        for (int done = 0; done < buffer.Length;)
        {
            int got = RandomAccess.Read(file, buffer[done..], offset + done);
            if (got == 0)
                throw new UnreadableImageException("the zip ends before it does");
            done += got;
        }
    }

    public override void Dispose() => file.Dispose();
}
