using System.Text;

namespace Mekiki.Fuzz.Mutations;

/// <summary>Changes texts: numbers and words give way to those at which programs fail, lines come again or go.</summary>
internal static class TextMutation
{
    private const int MostChanges = 3;

    private static readonly string[] words =
    [
        "0", "-1", "1", "99", "2147483648", "9223372036854775807", "18446744073709551616", "1e400", "-0", "0.5", "NaN", "Infinity", "null", "true", "false", "[]", "{}", "\"\"", "\"\\ud800\"", "\"\\u0000\"",
        "\\udc00", "\\u001b[31m", "\u001b[31m", "\u202e", "\0", "\"", "'", ",", ";", "\n", "\r\n", ":", "{", "}", "[", "]", "(", ")", "=", ">", "!", "..", "/", "\\", "%s", "{0}", "\ufeff", "\uffff", "\ud83d\ude00", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];

    public static byte[] Apply(byte[] whole, Random random)
    {
        if (random.Next(4) == 0)
            return ByteMutation.Apply(whole, random);
        string text = Encoding.Latin1.GetString(whole);
        for (int n = 1 + random.Next(MostChanges); n > 0; n--)
            text = Once(text, random);
        return random.Next(16) == 0 ? ByteMutation.Apply(Encoding.Latin1.GetBytes(text), random) : Encoding.Latin1.GetBytes(text);
    }

    // A character for each byte, so that what is not changed keeps its bytes.
    private static string Once(string text, Random random)
    {
        string word = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(words[random.Next(words.Length)]));
        if (text.Length == 0)
            return word;
        int at = random.Next(text.Length), from = at, to = at;
        switch (random.Next(5))
        {
            case 0:
                return text.Insert(at, word);
            case 1 or 2:
                while (from > 0 && char.IsAsciiLetterOrDigit(text[from - 1]))
                    from--;
                while (to < text.Length && char.IsAsciiLetterOrDigit(text[to]))
                    to++;
                return string.Concat(text.AsSpan(0, from), word, text.AsSpan(Math.Max(to, Math.Min(at + 1, text.Length))));
            case 3:
                from = text.LastIndexOf('\n', at) + 1;
                to = text.IndexOf('\n', at) is var end and >= 0 ? end + 1 : text.Length;
                return random.Next(2) == 0 ? text.Remove(from, to - from) : text.Insert(from, text[from..to]);
            default:
                int length = Math.Min(1 + random.Next(20), text.Length - at);
                return random.Next(2) == 0 ? text.Remove(at, length) : text.Insert(at, string.Concat(Enumerable.Repeat(text.Substring(at, length), 1 + random.Next(30))));
        }
    }
}
