using System.Buffers.Binary;

namespace Mekiki.Vision.Images;

/// <summary>What a JPEG says before its pixels (ITU-T T.81, annex B).</summary>
internal static class JpegHeader
{
    // Those of a usual file are ten; each goes through all pixels.
    private const int UsualScans = 16;
    private const long MostWork = 1L << 30;
    private const int Application2 = 0xE2, ComponentPlace = 9;

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

    /// <summary>How many samples a pixel has: 1 grey, 3 colours, 4 inks; 0: no frame stands before the pixels.</summary>
    public static int Components(ReadOnlySpan<byte> file) => FramePlace(file) is > 0 and var at && at + ComponentPlace < file.Length ? file[at + ComponentPlace] : 0;

    /// <summary>The colour profile, joined from its pieces; empty: there is none.</summary>
    /// <remarks>ICC.1:2022, annex B.4: in markers APP2, each with its number and how many there are.</remarks>
    public static ReadOnlySpan<byte> Profile(ReadOnlySpan<byte> file)
    {
        const int Numbers = 14;
        var pieces = new SortedList<int, byte[]>();
        for (int at = 2; Segment(file, at) is > 0 and var next && next <= file.Length; at = next)
        {
            var content = file[Math.Min(at + 4, next)..next];
            if (file[at + 1] == Application2 && content.Length > Numbers && content.StartsWith("ICC_PROFILE\0"u8))
                pieces.TryAdd(content[12], content[Numbers..].ToArray());
        }

        return pieces.Values.SelectMany(piece => piece).ToArray();
    }

    // The marker of the frame, which says how pixels are coded; 0: none stands before them.
    private static int FrameOf(ReadOnlySpan<byte> file) => FramePlace(file) is > 0 and var at ? file[at + 1] : 0;

    // Where that marker stands.
    private static int FramePlace(ReadOnlySpan<byte> file)
    {
        for (int at = 2; Segment(file, at) is > 0 and var next; at = next)
            if (file[at + 1] is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return at;
        return 0;
    }

    // Where the segment that begins at a place ends; 0: none begins there, or pixels do.
    private static int Segment(ReadOnlySpan<byte> file, int at)
    {
        if (at + 4 > file.Length || file[at] != 0xFF || file[at + 1] == 0xDA)
            return 0;
        return at + 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
    }
}
