using System.Buffers.Binary;

namespace Mekiki.Fuzz.Mutations;

/// <summary>Changes the text at the beginning of a file whose length stands before it, and sets that length right: safetensors, .npy.</summary>
internal static class HeadMutation
{
    public static byte[] Safetensors(byte[] whole, Random random) => Of(whole, random, start: 8, (int)BinaryPrimitives.ReadInt64LittleEndian(whole), sizeof(long));

    public static byte[] Npy(byte[] whole, Random random) => whole.Length < 10 ? ByteMutation.Apply(whole, random) : Of(whole, random, start: 10, BinaryPrimitives.ReadUInt16LittleEndian(whole.AsSpan(8)), sizeof(ushort));

    private static byte[] Of(byte[] whole, Random random, int start, int length, int lengthSize)
    {
        if (random.Next(4) == 0 || start + length > whole.Length)
            return ByteMutation.Apply(whole, random);
        byte[] head = TextMutation.Apply(whole[start..(start + length)], random);
        return [.. whole[..(start - lengthSize)], .. BitConverter.GetBytes((long)head.Length)[..lengthSize], .. head, .. whole[(start + length)..]];
    }
}
