using System.Text;

namespace Mekiki.Fuzz.Mutations;

/// <summary>Changes a header of a tar and gives it its true checksum.</summary>
internal static class TarMutation
{
    private const int Block = 512, Sum = 148, SumLength = 8;

    public static byte[] Apply(byte[] whole, Random random)
    {
        byte[] bytes = ByteMutation.Apply(whole, random);
        if (random.Next(4) == 0)
            return bytes;
        // Those that were headers before.
        for (int at = 0; at + Block <= Math.Min(bytes.Length, whole.Length); at += Block)
            if (whole.AsSpan(at + 257).StartsWith("ustar"u8))
            {
                bytes.AsSpan(at + Sum, SumLength).Fill((byte)' ');
                int sum = 0;
                foreach (byte b in bytes.AsSpan(at, Block))
                    sum += b;
                Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(bytes, at + Sum);
            }

        return bytes;
    }
}
