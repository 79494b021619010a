using System.Buffers.Binary;

namespace Mekiki.Vision.Images;

/// <summary>How a picture lies, as its EXIF data say: 1 to 8.</summary>
/// <remarks>CIPA DC-008, "Exchangeable image file format for digital still cameras: Exif Version 2.32", section 4.6: a TIFF of tags without pixels.</remarks>
internal static class ExifOrientation
{
    private const int Upright = 1, Tag = 0x0112, Short = 3, HeadLength = 8, EntryLength = 12;

    /// <summary>The orientation; 1, upright, where none is told or the data are damaged.</summary>
    /// <param name="exif">What an eXIf chunk holds.</param>
    public static int Of(ReadOnlySpan<byte> exif)
    {
        if (exif.Length < HeadLength || !(exif.StartsWith("II*\0"u8) || exif.StartsWith("MM\0*"u8)))
            return Upright;
        bool isLittle = exif[0] == 'I';
        uint first = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[4..]);
        if (first > exif.Length - 2)
            return Upright;
        var entries = exif[(int)first..];
        int count = U16(entries);
        entries = entries[2..];
        for (int i = 0; i < count && entries.Length >= EntryLength; i++, entries = entries[EntryLength..])
            if (U16(entries) == Tag && U16(entries[2..]) == Short && U16(entries[8..]) is >= 1 and <= 8 and var orientation)
                return orientation;
        return Upright;

        int U16(ReadOnlySpan<byte> at) => isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);
    }
}
