using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Mekiki.Files;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>One sha256 for a set: over its shape, class names, labels and the sha256 of each 4 MiB of pixels.</summary>
internal static class Fingerprint
{
    private const int Piece = PixelHashes.PieceLength;

    public static string Of(ImageShape shape, PixelBlock pixels, int[] labels, string[] classes)
    {
        int pieces = (int)((pixels.Length + Piece - 1) / Piece);
        var hashes = new byte[pieces * Sha256Hash.Size];
        Parallel.For(0, pieces, i =>
        {
            int length = (int)Math.Min(Piece, pixels.Length - (long)i * Piece);
            Sha256Hash.Of(pixels.Slice((long)i * Piece, length), hashes.AsSpan(i * Sha256Hash.Size));
        });
        return Of(shape, hashes, labels, classes);
    }

    /// <summary>The same, where the hashes of the pixels are known.</summary>
    /// <param name="shape">Of each image.</param>
    /// <param name="hashes">The sha256 of each 4 MiB of pixels, one behind the other.</param>
    /// <param name="labels">Of each image.</param>
    /// <param name="classes">Their names.</param>
    public static string Of(ImageShape shape, ReadOnlySpan<byte> hashes, int[] labels, string[] classes)
    {
        using var all = new Sha256Hash();
        Span<byte> sizes = stackalloc byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(sizes, shape.Channels);
        BinaryPrimitives.WriteInt32LittleEndian(sizes[4..], shape.Height);
        BinaryPrimitives.WriteInt32LittleEndian(sizes[8..], shape.Width);
        BinaryPrimitives.WriteInt32LittleEndian(sizes[12..], labels.Length);
        all.Append(sizes);
        all.Append(MemoryMarshal.AsBytes(labels.AsSpan()));
        all.Append(Encoding.UTF8.GetBytes(string.Join('\n', classes)));
        all.Append(hashes);
        return Convert.ToHexStringLower(all.Finish());
    }
}
