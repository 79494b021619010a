namespace Mekiki.Vision.Images;

/// <summary>Formats of images that are not read: what they are, and what to do.</summary>
internal static class OtherFormat
{
    private const int SvgStart = 1024;

    /// <summary>Whether a file begins as those that the decoder below gets: it knows more formats, some of which hold files in files.</summary>
    public static bool IsRead(ReadOnlySpan<byte> file) =>
        PngReader.IsPng(file) || file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) || file.StartsWith("GIF8"u8) || file.StartsWith("BM"u8)
        || (file.Length > 11 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8));

    /// <summary>What a file is, by its first bytes, and the remedy.</summary>
    public static string Of(ReadOnlySpan<byte> file)
    {
        string? name =
            file.StartsWith("\0\0\0\u000CJXL "u8) || file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]) ? "a JPEG XL"
            : file.StartsWith("\0\0\0\u000CjP  "u8) || file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51]) ? "a JPEG 2000"
            : file.Length > 11 && file[4..].StartsWith("ftyp"u8) ? file[8..].StartsWith("avi"u8) ? "an AVIF" : "a HEIC"
            : file.StartsWith("8BPS"u8) ? "a Photoshop file"
            : file.StartsWith("%PDF"u8) ? "a PDF"
            : IsSvg(file[..Math.Min(file.Length, SvgStart)]) ? "an SVG"
            : file.Length > 2 && file[0] == 'P' && file[1] is >= (byte)'1' and <= (byte)'6' && file[2] is (byte)' ' or (byte)'\n' or (byte)'\r' ? "a PBM, PGM or PPM"
            : null;
        return name is null ? "something else" : $"{name}; {Remedy}";
    }

    /// <summary>What to do with an image that cannot be read as it is.</summary>
    public const string Remedy = "convert it to PNG, for example with `magick FILE FILE.png`";

    private static bool IsSvg(ReadOnlySpan<byte> start) =>
        (start.TrimStart("\uFEFF \r\n\t"u8).StartsWith("<"u8)) && start.IndexOf("<svg"u8) >= 0;
}
