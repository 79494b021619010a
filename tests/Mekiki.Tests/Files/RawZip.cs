using System.IO.Compression;
using System.Text;
using Mekiki.Files;

namespace Mekiki.Tests.Files;

/// <summary>Writes zips byte by byte, with lengths that need not be true.</summary>
internal static class RawZip
{
    /// <summary>A file in the zip: its bytes, whether they are deflated, and the length that the zip tells (null: the true one).</summary>
    public sealed record File(string Name, byte[] Bytes, bool Deflate = false, long? ToldLength = null);

    /// <summary>A zip of files; lengths above 4 GB stand in zip64 fields.</summary>
    public static byte[] Of(params File[] files)
    {
        using var zip = new MemoryStream();
        using var to = new BinaryWriter(zip);
        using var directory = new MemoryStream();
        using var list = new BinaryWriter(directory);
        foreach (var file in files)
        {
            byte[] name = Encoding.UTF8.GetBytes(file.Name), packed = file.Deflate ? Deflated(file.Bytes) : file.Bytes;
            long offset = zip.Position, length = file.ToldLength ?? file.Bytes.Length, packedLength = file.Deflate ? packed.Length : length;
            uint crc = Crc32.Of(file.Bytes);
            ushort method = (ushort)(file.Deflate ? 8 : 0);
            to.Write(0x04034b50);
            Write(to, (ushort)20, (ushort)0, method, 0u, crc, (uint)packed.Length, (uint)file.Bytes.Length, (ushort)name.Length, (ushort)0);
            to.Write(name);
            to.Write(packed);
            bool isWide = length >= uint.MaxValue;
            list.Write(0x02014b50);
            Write(list, (ushort)20, (ushort)20, (ushort)0, method, 0u, crc, packedLength >= uint.MaxValue ? uint.MaxValue : (uint)packedLength, isWide ? uint.MaxValue : (uint)length,
                (ushort)name.Length, (ushort)(isWide ? packedLength >= uint.MaxValue ? 20 : 12 : 0), (ushort)0, (ushort)0, (ushort)0, 0u, (uint)offset);
            list.Write(name);
            if (!isWide)
                continue;
            Write(list, (ushort)1, (ushort)(packedLength >= uint.MaxValue ? 16 : 8));
            list.Write(length);
            if (packedLength >= uint.MaxValue)
                list.Write(packedLength);
        }

        long start = zip.Position;
        to.Write(directory.ToArray());
        to.Write(0x06054b50);
        Write(to, (ushort)0, (ushort)0, (ushort)files.Length, (ushort)files.Length, (uint)directory.Length, (uint)start, (ushort)0);
        return zip.ToArray();
    }

    private static void Write(BinaryWriter to, params object[] values)
    {
        foreach (object value in values)
            if (value is ushort small)
                to.Write(small);
            else
                to.Write((uint)value);
    }

    private static byte[] Deflated(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            deflate.Write(bytes);
        return packed.ToArray();
    }
}
