using System.Buffers.Binary;

namespace Mekiki.Vision.Images;

/// <summary>Whether a file can hold the pixels that its header claims: each packing makes at most so much of a byte. It is asked before memory is taken.</summary>
/// <remarks>Of WebP and faxes nothing can be said: a few bytes may hold a large picture of one colour.</remarks>
internal static class PixelClaim
{
    /// <summary>What deflate makes of a byte at most: a match of 258 bytes takes two bits.</summary>
    public const int Deflate = 1032;

    /// <summary>What LZW makes of a byte at most: a code of 12 bits stands for 4,096 bytes, of 3 bits for fewer.</summary>
    public const int Lzw = 4096 * 8 / 3;

    /// <summary>What PackBits makes of a byte at most: two stand for 128.</summary>
    public const int PackBits = 64;

    /// <summary>What Huffman's codes make of a byte at most, in JPEG: a bit at least for each block of 8 x 8 pixels.</summary>
    public const int Jpeg = 8 * 64;

    private const int BmpHead = 34;

    /// <summary>Refuses a file with too few bytes.</summary>
    /// <param name="file">How many it has.</param>
    /// <param name="needed">How many its pixels have, unpacked.</param>
    /// <param name="ratio">What a byte can become at most.</param>
    /// <param name="width">Columns, for the reason.</param>
    /// <param name="height">Rows.</param>
    /// <exception cref="UnreadableImageException">It has.</exception>
    public static void Check(long file, long needed, int ratio, long width, long height)
    {
        if (needed / ratio > file)
            throw new UnreadableImageException($"expected a whole image, got one that is cut off: {file:N0} bytes cannot hold {width:N0} x {height:N0} pixels");
    }

    /// <summary>Refuses a PNG with too few bytes.</summary>
    /// <param name="file">A file with a whole header.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    public static void CheckPng(ReadOnlySpan<byte> file, long width, long height)
    {
        const int DepthPlace = 24, KindPlace = 25;
        if (file.Length <= KindPlace)
            return;
        int samples = file[KindPlace] switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        Check(file.Length, height * (1 + width * samples * Math.Min(file[DepthPlace], (byte)16) / 8), Deflate, width, height);
    }

    /// <summary>Refuses a BMP or GIF with too few bytes.</summary>
    /// <param name="file">A file.</param>
    /// <param name="width">Columns, as the decoder read them.</param>
    /// <param name="height">Rows.</param>
    public static void CheckOther(ReadOnlySpan<byte> file, int width, int height)
    {
        if (file.StartsWith("GIF"u8))
            Check(file.Length, (long)width * height, Lzw, width, height);
        // Of pixels that are not packed; others may leave out as many as they like.
        else if (file.StartsWith("BM"u8) && file.Length > BmpHead && BinaryPrimitives.ReadUInt32LittleEndian(file[14..]) >= 40 && BinaryPrimitives.ReadUInt32LittleEndian(file[30..]) is 0 or 3)
            Check(file.Length, (long)width * height * Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(file[28..]), (ushort)32) / 8, 1, width, height);
    }
}
