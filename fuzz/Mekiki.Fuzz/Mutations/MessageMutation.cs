namespace Mekiki.Fuzz.Mutations;

/// <summary>Changes a field somewhere in a message of protocol buffers, and sets the lengths around it right.</summary>
internal static class MessageMutation
{
    private const int Depth = 6, LengthDelimited = 2;

    public static byte[] Apply(byte[] whole, Random random) => random.Next(5) == 0 ? ByteMutation.Apply(whole, random) : Inside(whole, random, Depth);

    private static byte[] Inside(byte[] message, Random random, int depth)
    {
        var fields = Fields(message);
        if (fields is null || fields.Count == 0 || depth == 0 || random.Next(6) == 0)
            return IsText(message) ? TextMutation.Apply(message, random) : ByteMutation.Apply(message, random);
        int place = random.Next(fields.Count);
        var (head, content) = fields[place];
        switch (random.Next(12))
        {
            case 0:
                fields.RemoveAt(place);
                break;
            case 1:
                fields.Insert(random.Next(fields.Count + 1), fields[place]);
                break;
            default:
                fields[place] = (head, (head & 7) == LengthDelimited ? Inside(content, random, depth - 1) : Number(random));
                break;
        }

        return [.. fields.SelectMany(f => (f.Head & 7) == LengthDelimited ? (IEnumerable<byte>)[.. Varint((ulong)f.Head), .. Varint((ulong)f.Content.Length), .. f.Content] : [.. Varint((ulong)f.Head), .. f.Content])];
    }

    private static bool IsText(byte[] bytes) => bytes.Length > 0 && Array.TrueForAll(bytes, b => b is >= 32 and < 127 or 10);

    private static byte[] Number(Random random) => Varint(random.Next(4) switch { 0 => (ulong)random.Next(16), 1 => ulong.MaxValue, 2 => 1UL << random.Next(64), _ => (ulong)random.NextInt64() });

    private static List<(long Head, byte[] Content)>? Fields(byte[] message)
    {
        var fields = new List<(long, byte[])>();
        for (int at = 0; at < message.Length;)
        {
            int from, length;
            if (Read(message, ref at) is not { } head || head >> 3 is < 1 or > 10_000)
                return null;
            switch (head & 7)
            {
                case 0:
                    from = at;
                    if (Read(message, ref at) is null)
                        return null;
                    fields.Add((head, message[from..at]));
                    continue;
                case 1:
                    length = 8;
                    break;
                case 5:
                    length = 4;
                    break;
                case LengthDelimited when Read(message, ref at) is { } told && told >= 0 && told <= message.Length - at:
                    length = (int)told;
                    break;
                default:
                    return null;
            }

            if (length > message.Length - at)
                return null;
            fields.Add((head, message[at..(at + length)]));
            at += length;
        }

        return fields;
    }

    private static long? Read(byte[] from, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64 && at < from.Length; shift += 7)
        {
            byte next = from[at++];
            value |= (ulong)(next & 127) << shift;
            if (next < 128)
                return (long)value;
        }

        return null;
    }

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 128; value >>= 7)
            bytes.Add((byte)(value | 128));
        return [.. bytes, (byte)value];
    }
}
