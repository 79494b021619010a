using System.Globalization;
using System.Text;
using Mekiki.Files;

namespace Mekiki.Workbench.Lessons;

/// <summary>The exercises' answers: of each a salt and a hash are kept, not the answer.</summary>
public static class Exercises
{
    private const int Iterations = 50_000, HashLength = 16;

    private static readonly (int Lesson, int Exercise, byte[] Salt, byte[] Hash)[] all = Read();

    /// <summary>How many exercises a lesson has.</summary>
    /// <param name="lesson">Its number.</param>
    public static int CountOf(int lesson) => all.Count(e => e.Lesson == lesson);

    /// <summary>Looks for the exercise that an answer belongs to.</summary>
    /// <param name="lesson">The lesson's number.</param>
    /// <param name="answer">As it was typed; spaces, upper case, thousands' commas and wide digits make no difference.</param>
    /// <returns>The exercise's number; null: it is the answer of none.</returns>
    /// <exception cref="MekikiException">There is no such lesson.</exception>
    public static int? Find(int lesson, string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (CountOf(lesson) == 0)
            throw new MekikiException($"Lesson {lesson}: expected 1 to {all.Max(e => e.Lesson)}, got none of them.");
        string plain = Plain(answer);
        foreach (var (number, exercise, salt, hash) in all)
            if (number == lesson && Hash(plain, salt).AsSpan().SequenceEqual(hash))
                return exercise;
        return null;
    }

    /// <summary>The row of the table for an answer.</summary>
    internal static string RowOf(int lesson, int exercise, string answer)
    {
        byte[] salt = Sha256Hash.Of(Encoding.UTF8.GetBytes($"Mekiki {lesson} {exercise}"))[..8];
        return $"{lesson},{exercise},{Convert.ToHexStringLower(salt)},{Convert.ToHexStringLower(Hash(Plain(answer), salt))}";
    }

    private static string Plain(string answer)
    {
        var text = new StringBuilder();
        foreach (char c in answer)
        {
            char plain = c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - 0xFEE0) : c;
            if (!char.IsWhiteSpace(plain) && plain != ',')
                text.Append(char.ToLowerInvariant(plain));
        }

        return text.ToString();
    }

    // Often enough that trying all short answers takes longer than the exercise.
    private static byte[] Hash(string answer, byte[] salt)
    {
        byte[] hash = Sha256Hash.Of([.. salt, .. Encoding.UTF8.GetBytes(answer)]), salted = [.. salt, .. hash];
        for (int i = 1; i < Iterations; i++)
        {
            Sha256Hash.Of(salted, hash);
            hash.CopyTo(salted, salt.Length);
        }

        return hash[..HashLength];
    }

    private static (int, int, byte[], byte[])[] Read()
    {
        using var reader = new StreamReader(typeof(Exercises).Assembly.GetManifestResourceStream("lessons/exercises.csv")!);
        var rows = new List<(int, int, byte[], byte[])>();
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            string[] fields = line.Split(',');
            rows.Add((int.Parse(fields[0], CultureInfo.InvariantCulture), int.Parse(fields[1], CultureInfo.InvariantCulture), Convert.FromHexString(fields[2]), Convert.FromHexString(fields[3])));
        }

        return [.. rows];
    }
}
