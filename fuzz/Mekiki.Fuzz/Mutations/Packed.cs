using System.IO.Compression;
using ZstdSharp;

namespace Mekiki.Fuzz.Mutations;

/// <summary>Bytes in the packing of zlib, gzip and Zstandard.</summary>
internal static class Packed
{
    public static byte[] Zlib(byte[] bytes) => Written(to => new ZLibStream(to, CompressionLevel.Fastest, leaveOpen: true), bytes);

    public static byte[] Gzip(byte[] bytes) => Written(to => new GZipStream(to, CompressionLevel.Fastest, leaveOpen: true), bytes);

    public static byte[] Deflate(byte[] bytes) => Written(to => new DeflateStream(to, CompressionLevel.Fastest, leaveOpen: true), bytes);

    public static byte[] FromZlib(byte[] bytes) => Read(new ZLibStream(new MemoryStream(bytes), CompressionMode.Decompress));

    public static byte[] FromGzip(byte[] bytes) => Read(new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress));

    /// <summary>Of a gzip: what is in it is changed, or now and then the gzip itself.</summary>
    public static Mutation Inside(Mutation inner) => (whole, random) => random.Next(4) == 0 ? ByteMutation.Apply(whole, random) : Gzip(inner(FromGzip(whole), random));

    public static byte[] Zstandard(byte[] bytes) => Written(to => new CompressionStream(to), bytes);

    /// <summary>The same of Zstandard.</summary>
    public static Mutation InsideZstandard(Mutation inner) => (whole, random) =>
        random.Next(2) == 0 ? ByteMutation.Apply(whole, random) : Zstandard(inner(Read(new DecompressionStream(new MemoryStream(whole))), random));

    private static byte[] Read(Stream packed)
    {
        using (packed)
        {
            var whole = new MemoryStream();
            packed.CopyTo(whole);
            return whole.ToArray();
        }
    }

    private static byte[] Written(Func<Stream, Stream> packer, byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var stream = packer(packed))
            stream.Write(bytes);
        return packed.ToArray();
    }
}
