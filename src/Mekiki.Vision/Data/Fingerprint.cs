using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>One sha256 for a set: over its shape, class names, labels and the sha256 of each 4 MiB of pixels.</summary>
internal static class Fingerprint
{
    private const int Piece = 1 << 22;

    public static string Of(ImageShape shape, PixelBlock pixels, int[] labels, string[] classes)
    {
        int pieces = (int)((pixels.Length + Piece - 1) / Piece);
        var hashes = new byte[pieces * SHA256.HashSizeInBytes];
        Parallel.For(0, pieces, i =>
        {
            int length = (int)Math.Min(Piece, pixels.Length - (long)i * Piece);
            SHA256.HashData(pixels.Slice((long)i * Piece, length), hashes.AsSpan(i * SHA256.HashSizeInBytes));
        });
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> sizes = stackalloc byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(sizes, shape.Channels);
        BinaryPrimitives.WriteInt32LittleEndian(sizes[4..], shape.Height);
        BinaryPrimitives.WriteInt32LittleEndian(sizes[8..], shape.Width);
        BinaryPrimitives.WriteInt32LittleEndian(sizes[12..], labels.Length);
        all.AppendData(sizes);
        all.AppendData(MemoryMarshal.AsBytes(labels.AsSpan()));
        all.AppendData(Encoding.UTF8.GetBytes(string.Join('\n', classes)));
        all.AppendData(hashes);
        return Convert.ToHexStringLower(all.GetHashAndReset());
    }
}
