using System.Buffers.Binary;

namespace Mekiki.Vision.Images;

/// <summary>What a JPEG says before its pixels (ITU-T T.81, annex B).</summary>
internal static class JpegHeader
{
    /// <summary>Whether its pixels come in several passes, so that the decoder keeps all coefficients.</summary>
    public static bool IsProgressive(ReadOnlySpan<byte> file)
    {
        for (int at = 2; at + 4 <= file.Length && file[at] == 0xFF; at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]))
        {
            int marker = file[at + 1];
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return marker is 0xC2 or 0xC6 or 0xCA or 0xCE;
            if (marker == 0xDA)
                return false;
        }

        return false;
    }
}
