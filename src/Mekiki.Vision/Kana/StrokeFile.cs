using System.Globalization;

namespace Mekiki.Vision.Kana;

/// <summary>Reads characters that are described as strokes; the head of <c>kana.strokes</c> explains the form.</summary>
internal static class StrokeFile
{
    private const string Usual = "Correct the line, or leave it out.";

    /// <summary>The 73 characters, in the order of their code points.</summary>
    public static IReadOnlyList<StrokeCharacter> Kana => field ??= ReadEmbedded();

    /// <summary>Reads a stroke file.</summary>
    /// <param name="text">Its lines.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <returns>The characters, in the order of their code points.</returns>
    /// <exception cref="MekikiException">A line cannot be read; the message names it.</exception>
    public static IReadOnlyList<StrokeCharacter> Parse(string text, string source)
    {
        var forms = new SortedDictionary<string, List<StrokeForm>>(StringComparer.Ordinal);
        var strokes = new List<Stroke>();
        string[] lines = text.Split('\n');
        (string Name, float Commonness, float PenCommonness, int Line)? open = null;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            var place = new Place(source, i + 1);
            if (char.IsAsciiDigit(line[0]) || line[0] == '-')
            {
                if (open is null)
                    throw place.Wrong("a character before its strokes", line);
                strokes.Add(ReadStroke(line, place));
                continue;
            }

            Close();
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            int equals = Array.IndexOf(words, "=");
            var head = words.AsSpan(0, equals < 0 ? words.Length : equals);
            if (head.Length is < 1 or > 3)
                throw place.Wrong("a character and perhaps its commonness, such as 'か 0.4'", line);
            float commonness = head.Length >= 2 ? Number(head[1], place) : 1, withPen = head.Length == 3 ? Number(head[2], place) : commonness;
            if (commonness < 0 || withPen < 0 || commonness + withPen == 0)
                throw place.Wrong("a commonness above 0", string.Join(' ', head[1..].ToArray()));
            if (equals < 0)
                open = (head[0], commonness, withPen, i + 1);
            else
                foreach (var form in Marked(words.AsSpan(equals + 1), commonness, withPen, forms, place, line).ToArray())
                    Add(head[0], form);
        }

        Close();
        return [.. forms.Select(f => new StrokeCharacter(f.Key, [.. f.Value]))];

        void Close()
        {
            if (open is not { } form)
                return;
            if (strokes.Count == 0)
                throw new Place(source, form.Line).Wrong("strokes after the character", form.Name);
            Add(form.Name, new StrokeForm(form.Commonness, form.PenCommonness, [.. strokes], new Mark(strokes.Count, 0, 0, false)));
            strokes.Clear();
            open = null;
        }

        void Add(string name, StrokeForm form)
        {
            if (!forms.TryGetValue(name, out var all))
                forms[name] = all = [];
            all.Add(form);
        }
    }

    private static Stroke ReadStroke(string line, Place place)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        bool leadsOn = words[^1] == ">";
        var points = new StrokePoint[words.Length - (leadsOn ? 1 : 0)];
        for (int i = 0; i < points.Length; i++)
        {
            string word = words[i];
            bool corner = word.EndsWith('!');
            string[] parts = word.TrimEnd('!').Split(':');
            float pressure = parts.Length == 2 ? Number(parts[1], place) : 100;
            var (x, y) = Pair(parts[0], place);
            if (parts.Length > 2 || x is < -20 or > 120 || y is < -20 or > 120 || pressure is < 0 or > 300)
                throw place.Wrong("x,y in [-20, 120] and perhaps a pressure in [0, 300], such as '31,75:40'", word);
            points[i] = new StrokePoint(x / 100, y / 100, pressure / 100, corner);
        }

        return points.Length >= 2 ? new Stroke(points, leadsOn) : throw place.Wrong("two points or more", line);
    }

    /// <summary>The forms of a character that is another one in a box, with a mark: <c>か 0,2 95,98 dakuten 80,20</c>.</summary>
    private static IEnumerable<StrokeForm> Marked(ReadOnlySpan<string> words, float commonness, float withPen, SortedDictionary<string, List<StrokeForm>> forms, Place place, string line)
    {
        if (words.Length != 5)
            throw place.Wrong("character, box and mark, such as 'が = か 0,2 95,98 dakuten 80,20'", line);
        if (!forms.TryGetValue(words[0], out var bases))
            throw place.Wrong("a character that stands above", words[0]);
        var (left, top) = Pair(words[1], place);
        var (right, bottom) = Pair(words[2], place);
        var (x, y) = Pair(words[4], place);
        var mark = words[3] switch
        {
            "dakuten" => dakuten,
            "handakuten" => handakuten,
            _ => throw place.Wrong("dakuten or handakuten", words[3]),
        };
        var moved = Array.ConvertAll(mark, s => Moved(s, x / 100, y / 100, 1, 1));
        return bases.Select(form => new StrokeForm(
            form.Commonness * commonness,
            form.PenCommonness * withPen,
            [.. form.Strokes.Select(s => Moved(s, left / 100, top / 100, (right - left) / 100, (bottom - top) / 100)), .. moved],
            new Mark(form.Strokes.Length, x / 100, y / 100, mark == handakuten)));
    }

    private static readonly Stroke[] dakuten =
    [
        new([new(-0.08f, -0.01f, 0.7f, false), new(-0.05f, 0.03f, 1, false), new(-0.025f, 0.07f, 1, false)], false),
        new([new(0.015f, -0.065f, 0.7f, false), new(0.05f, -0.03f, 1, false), new(0.075f, 0.015f, 1, false)], false),
    ];

    private static readonly Stroke[] handakuten =
    [
        new([new(-0.02f, 0.07f, 0.8f, false), new(-0.078f, 0, 0.8f, false), new(0, -0.078f, 0.8f, false), new(0.078f, 0, 0.8f, false), new(0, 0.078f, 0.8f, false), new(-0.035f, 0.062f, 0.8f, false)], false),
    ];

    private static Stroke Moved(Stroke stroke, float left, float top, float width, float height) =>
        stroke with { Points = Array.ConvertAll(stroke.Points, p => p with { X = left + p.X * width, Y = top + p.Y * height }) };

    private static (float X, float Y) Pair(string word, Place place)
    {
        string[] parts = word.Split(',');
        return parts.Length == 2 ? (Number(parts[0], place), Number(parts[1], place)) : throw place.Wrong("x,y", word);
    }

    private static float Number(string word, Place place) =>
        float.TryParse(word, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out float value)
            ? value
            : throw place.Wrong("a number", word);

    private static IReadOnlyList<StrokeCharacter> ReadEmbedded()
    {
        const string name = "kana.strokes";
        using var stream = typeof(StrokeFile).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return Parse(reader.ReadToEnd(), name);
    }

    private readonly record struct Place(string Source, int Line)
    {
        public MekikiException Wrong(string expected, string got) => new($"{Source}, line {Line}: expected {expected}, got '{got}'. {Usual}");
    }
}
