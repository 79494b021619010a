using Mekiki.Files;

namespace Mekiki.Vision.Data;

/// <summary>The sha256 of all pixels, piece by piece: of large pieces, from which the <see cref="Fingerprint"/> of a set is computed, and of small blocks, by which pixels in a file are checked when they are first used.</summary>
/// <remarks>With both, a set of any size opens without a look at its pixels, and still no altered pixel is used.</remarks>
/// <param name="Pieces">Of each <see cref="PieceLength"/> bytes, one behind the other.</param>
/// <param name="Blocks">Of each <see cref="BlockLength"/> bytes, one behind the other.</param>
internal sealed record PixelHashes(byte[] Pieces, byte[] Blocks)
{
    /// <summary>How long a piece is: 4 MiB. The fingerprints that runs and models keep hang on it.</summary>
    public const int PieceLength = 1 << 22;

    private const int LeastBlock = 1 << 14, MostBlocks = 1 << 20;

    /// <summary>How long the blocks of so many bytes are: as short as a million of them allow, since images that are used first lie far apart.</summary>
    public static int BlockLength(long bytes)
    {
        int length = LeastBlock;
        while (length < PieceLength && (long)length * MostBlocks < bytes)
            length *= 2;
        return length;
    }

    /// <summary>How long the hashes of so many bytes are, in parts of some length.</summary>
    public static long LengthFor(long bytes, int part) => (bytes + part - 1) / part * Sha256Hash.Size;

    /// <summary>The hashes of all pieces, computed by all processors.</summary>
    public static byte[] PiecesOf(PixelBlock pixels) => Of(pixels, null);

    /// <summary>The hashes of pixels, computed by all processors.</summary>
    public static PixelHashes Of(PixelBlock pixels)
    {
        int length = BlockLength(pixels.Length);
        var blocks = new byte[LengthFor(pixels.Length, length)];
        return new(Of(pixels, HashBlocks), blocks);

        void HashBlocks(int piece, ReadOnlySpan<byte> all)
        {
            for (int at = 0, block = piece * (PieceLength / length); at < all.Length; at += length, block++)
                Sha256Hash.Of(all[at..Math.Min(at + length, all.Length)], blocks.AsSpan(block * Sha256Hash.Size));
        }
    }

    private static byte[] Of(PixelBlock pixels, Action<int, ReadOnlySpan<byte>>? then)
    {
        var pieces = new byte[LengthFor(pixels.Length, PieceLength)];
        Parallel.For(0, pieces.Length / Sha256Hash.Size, piece =>
        {
            var all = pixels.Slice((long)piece * PieceLength, (int)Math.Min(PieceLength, pixels.Length - (long)piece * PieceLength));
            Sha256Hash.Of(all, pieces.AsSpan(piece * Sha256Hash.Size));
            then?.Invoke(piece, all);
        });
        return pieces;
    }
}
