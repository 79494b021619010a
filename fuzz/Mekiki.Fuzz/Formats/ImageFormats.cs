using Mekiki.Fuzz.Mutations;
using Mekiki.Vision.Images;

namespace Mekiki.Fuzz.Formats;

/// <summary>Pictures, of every form that the tests have.</summary>
internal static class ImageFormats
{
    private static readonly byte[] pixels = new byte[3 * 8 * 12];
    private static byte[] scratch = [];

    public static IEnumerable<Format> All { get; } =
    [
        Of("png", ".png", PngMutation.Apply),
        Of("jpeg", ".jpg", ByteMutation.Apply),
        Of("tiff", ".tif", ByteMutation.Apply),
        Of("bmp", ".bmp", ByteMutation.Apply),
        Of("gif", ".gif", ByteMutation.Apply),
        Of("webp", ".webp", ByteMutation.Apply),
    ];

    /// <summary>Pixels of a gigabyte, as docs/security.md states, whatever the file's size.</summary>
    public const long Stated = 1L << 30;

    private static Format Of(string name, string ending, Mutation mutation) => new(name, () => Forms(ending), mutation, Read) { StatedBytes = Stated };

    /// <summary>The files of the tests with an ending.</summary>
    public static IEnumerable<byte[]> Forms(string ending) => Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Forms"), $"*{ending}").Order(StringComparer.Ordinal).Select(File.ReadAllBytes);

    // Whole, and brought to another size: both ways through the decoder.
    private static void Read(byte[] input, Workspace work)
    {
        ImageDecoder.ReadHeader(input);
        ImageDecoder.Decode(input, 3, 8, 12, ImageFit.Pad, pixels, ref scratch);
        ImageDecoder.Decode(input, 1, 5, 5, ImageFit.Stretch, pixels.AsSpan(0, 25), ref scratch);
    }
}
