using System.Buffers.Binary;
using Mekiki.Files;

namespace Mekiki.Fuzz.Mutations;

/// <summary>Changes the chunks of a PNG, and gives each its true checksum: what lies deeper than checksums is reached.</summary>
internal static class PngMutation
{
    private const int Signature = 8, Around = 12;

    private static readonly byte[][] types = [.. new[] { "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "sBIT", "zTXt", "iCCP", "acTL", "gAMA" }.Select(System.Text.Encoding.ASCII.GetBytes)];

    public static byte[] Apply(byte[] whole, Random random)
    {
        if (random.Next(4) == 0 || whole.Length < Signature)
            return ByteMutation.Apply(whole, random);
        var chunks = new List<(byte[] Type, byte[] Content)>();
        for (int at = Signature; at + Around <= whole.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(whole.AsSpan(at));
            chunks.Add((whole[(at + 4)..(at + 8)], whole[(at + 8)..(at + 8 + length)]));
            at += Around + length;
        }

        for (int n = 1 + random.Next(2); n > 0 && chunks.Count > 0; n--)
        {
            int place = random.Next(chunks.Count);
            var (type, content) = chunks[place];
            switch (random.Next(8))
            {
                case 0:
                    chunks.RemoveAt(place);
                    break;
                case 1:
                    chunks.Insert(place, chunks[random.Next(chunks.Count)]);
                    break;
                case 2:
                    chunks[place] = (types[random.Next(types.Length)], content);
                    break;
                case 3:
                    chunks.Insert(place, (types[random.Next(types.Length)], [.. "text\0\0"u8, .. Packed.Zlib(new byte[random.Next(10_000)])]));
                    break;
                case 4 when type.AsSpan().SequenceEqual("IDAT"u8):
                    chunks[place] = (type, Repacked(content, random));
                    break;
                default:
                    chunks[place] = (type, ByteMutation.Apply(content, random));
                    break;
            }
        }

        return [.. whole[..Signature], .. chunks.SelectMany(c => Chunk(c.Type, c.Content))];
    }

    private static byte[] Repacked(byte[] content, Random random)
    {
        try
        {
            return Packed.Zlib(ByteMutation.Apply(Packed.FromZlib(content), random));
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return content;
        }
    }

    private static byte[] Chunk(byte[] type, byte[] content)
    {
        byte[] chunk = [0, 0, 0, 0, .. type, .. content, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + content.Length), Crc32.Of(chunk.AsSpan(4, 4 + content.Length)));
        return chunk;
    }
}
