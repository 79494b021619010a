using System.Text;

namespace Mekiki.Fuzz.Mutations;

/// <summary>Changes the body of an HTTP request and sets its lengths right; or the whole of it.</summary>
/// <param name="body">How the body is changed.</param>
internal sealed class RequestMutation(Mutation body)
{
    /// <summary>A header line whose number is the length of the JSON text that begins the body.</summary>
    public const string HeadLength = "Inference-Header-Content-Length: ";

    /// <summary>A header line whose number is the length of the body.</summary>
    public const string Length = "Content-Length: ";

    private static readonly byte[] blankLine = "\r\n\r\n"u8.ToArray();

    public byte[] Apply(byte[] whole, Random random)
    {
        if (random.Next(8) == 0)
            return TextMutation.Apply(whole, random);
        int start = whole.AsSpan().IndexOf(blankLine) + blankLine.Length;
        var lines = Encoding.ASCII.GetString(whole, 0, start).Split("\r\n").ToList();
        byte[] changed;
        if (lines.FindIndex(line => line.StartsWith(HeadLength, StringComparison.Ordinal)) is var at and >= 0)
        {
            // Either the JSON text or the bytes of tensors behind it.
            int length = int.Parse(lines[at][HeadLength.Length..], System.Globalization.CultureInfo.InvariantCulture);
            byte[] head = whole[start..(start + length)], tail = whole[(start + length)..];
            if (random.Next(4) == 0)
                tail = ByteMutation.Apply(tail, random);
            else
                head = TextMutation.Apply(head, random);
            lines[at] = $"{HeadLength}{head.Length}";
            changed = [.. head, .. tail];
        }
        else
            changed = body(whole[start..], random);

        return Written(lines.Where(line => line.Length > 0 && !line.StartsWith(Length, StringComparison.Ordinal)), changed);
    }

    /// <summary>A request of some lines and a body.</summary>
    public static byte[] Written(IEnumerable<string> lines, byte[] body) =>
        [.. Encoding.Latin1.GetBytes(string.Concat(lines.Append($"{Length}{body.Length}").Select(line => line + "\r\n"))), .. "\r\n"u8, .. body];
}
