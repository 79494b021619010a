using System.Buffers.Binary;

namespace Mekiki.Vision.Images;

/// <summary>What a JPEG says before its pixels (ITU-T T.81, annex B).</summary>
internal static class JpegHeader
{
    // Those of a usual file are ten; each goes through all pixels.
    private const int UsualScans = 16;
    private const long MostWork = 1L << 30;

    /// <summary>Refuses a file that has too few bytes for its pixels, or goes through them so often that decoding takes no time that is in proportion.</summary>
    /// <exception cref="UnreadableImageException">It has, or does.</exception>
    public static void Check(ReadOnlySpan<byte> file, int width, int height)
    {
        long pixels = (long)width * height;
        if (FrameOf(file) is >= 0xC0 and <= 0xC2)
            PixelClaim.Check(file.Length, pixels, PixelClaim.Jpeg, width, height);
        int scans = file.Count((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        if (scans > UsualScans && scans > MostWork / pixels)
            throw new UnreadableImageException($"expected at most {Math.Max(UsualScans, MostWork / pixels):N0} scans of {width:N0} x {height:N0} pixels, got {scans:N0}");
    }

    /// <summary>Whether its pixels come in several passes, so that the decoder keeps all coefficients.</summary>
    public static bool IsProgressive(ReadOnlySpan<byte> file) => FrameOf(file) is 0xC2 or 0xC6 or 0xCA or 0xCE;

    // The marker of the frame, which says how pixels are coded; 0: none stands before them.
    private static int FrameOf(ReadOnlySpan<byte> file)
    {
        for (int at = 2; at + 4 <= file.Length && file[at] == 0xFF; at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]))
        {
            int marker = file[at + 1];
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return marker;
            if (marker == 0xDA)
                return 0;
        }

        return 0;
    }
}
