namespace Mekiki.Fuzz.Mutations;

/// <summary>Puts instructions into a pickle, beside changes of its bytes.</summary>
internal static class PickleMutation
{
    private const string Codes = "(012NKMJGXUTCB)tal]e}dsuqrhjcRbQ.\u0080\u0085\u0086\u0087\u0088\u0089\u008a\u008b\u008c\u008d\u008e\u0093\u0094\u0095";

    public static byte[] Apply(byte[] whole, Random random)
    {
        if (random.Next(2) == 0 || whole.Length < 3)
            return ByteMutation.Apply(whole, random);
        var bytes = whole.ToList();
        for (int n = 1 + random.Next(4); n > 0; n--)
            bytes.InsertRange(2 + random.Next(bytes.Count - 2), Enumerable.Repeat((byte)Codes[random.Next(Codes.Length)], random.Next(50) == 0 ? 1000 : 1));
        return [.. bytes];
    }
}
