using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Mekiki.Files;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Data;

/// <summary>One sha256 for a set: over its shape, class names, labels and the sha256 of each 4 MiB of pixels.</summary>
internal static class Fingerprint
{
    /// <summary>The fingerprint of a set.</summary>
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
