using System.Buffers.Binary;
using System.IO.Compression;
using SkiaSharp;

namespace Mekiki.Vision.Images;

/// <summary>The colour profile inside an image file: where it stands, and whether it can be followed.</summary>
/// <remarks>International Color Consortium, "Specification ICC.1:2022", section 7; annex B: how files of other formats hold it.</remarks>
internal static class IccProfile
{
    /// <summary>The longest that is followed; those of presses have some hundred thousand bytes.</summary>
    public const int MostBytes = 4 << 20;

    private const int HeadLength = 132, SpacePlace = 16;
    private static readonly byte[] damaged = [0];

    /// <summary>What the profile of a file asks for, if there is one.</summary>
    /// <param name="file">A PNG whose chunks are whole, or a file of another format.</param>
    public static ColourProfile UseOf(ReadOnlySpan<byte> file)
    {
        if (PngReader.IsPng(file))
            return UseOf(PngReader.Profile(file), PngReader.IsGrey(file) ? 1 : 3);
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return UseOf(JpegHeader.Profile(file), JpegHeader.Components(file));
        if (file.StartsWith("RIFF"u8))
            return UseOf(OfWebP(file), 3);
        return ColourProfile.None;
    }

    /// <summary>What a profile asks for.</summary>
    /// <param name="profile">Its bytes; empty: there is none.</param>
    /// <param name="samples">What a pixel of the picture has: 1 grey, 3 RGB, 4 inks.</param>
    public static ColourProfile UseOf(ReadOnlySpan<byte> profile, int samples)
    {
        if (profile.IsEmpty)
            return ColourProfile.None;
        if (profile.Length is < HeadLength or > MostBytes)
            return ColourProfile.Ignored;
        var space = profile.Slice(SpacePlace, 4);
        bool isOfKind = space.SequenceEqual("RGB "u8) ? samples is 1 or 3 : space.SequenceEqual("GRAY"u8) ? samples == 1 : space.SequenceEqual("CMYK"u8) && samples == 4;
        if (!isOfKind)
            return ColourProfile.Ignored;
        using var data = SKData.CreateCopy(profile);
        using var parsed = SKColorSpaceIccProfile.Create(data);
        if (parsed is null)
            return ColourProfile.Ignored;
        using var colours = SKColorSpace.CreateIcc(data);
        return colours is { IsSrgb: true } ? ColourProfile.None : ColourProfile.Followed;
    }

    /// <summary>The profile in a zlib stream, whose first bytes say how long it is; of one that is damaged or too long, what no profile is.</summary>
    public static byte[] Unpacked(ReadOnlySpan<byte> packed)
    {
        using var inflated = new ZLibStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
        var length = new byte[4];
        try
        {
            inflated.ReadExactly(length);
            uint claimed = BinaryPrimitives.ReadUInt32BigEndian(length);
            if (claimed is < HeadLength or > MostBytes)
                return damaged;
            var profile = new byte[claimed];
            length.CopyTo(profile, 0);
            inflated.ReadExactly(profile, length.Length, profile.Length - length.Length);
            return profile;
        }
        // An IOException says that it ends early, or asks for a dictionary.
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return damaged;
        }
    }

    // A chunk: name, length, that many bytes, one more if that is odd.
    private static ReadOnlySpan<byte> OfWebP(ReadOnlySpan<byte> file)
    {
        const int FirstChunk = 12, ChunkHead = 8;
        for (long at = FirstChunk; at + ChunkHead <= file.Length;)
        {
            var chunk = file[(int)at..];
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            if (chunk.StartsWith("ICCP"u8))
                return length <= chunk.Length - ChunkHead && length > 0 ? chunk.Slice(ChunkHead, (int)length) : damaged;
            // Profiles stand before pixels; only the first chunk may come before them.
            if (!chunk.StartsWith("VP8X"u8))
                return [];
            at += ChunkHead + length + (length & 1);
        }

        return [];
    }
}
