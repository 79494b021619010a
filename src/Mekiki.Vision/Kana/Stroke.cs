namespace Mekiki.Vision.Kana;

/// <summary>A point that a pen passes, in the square from (0, 0), left and top, to (1, 1).</summary>
/// <param name="X">From left.</param>
/// <param name="Y">From top.</param>
/// <param name="Pressure">How hard the pen is pressed; 1 is usual.</param>
/// <param name="IsCorner">Whether the pen turns sharply here; otherwise the curve is smooth.</param>
internal readonly record struct StrokePoint(float X, float Y, float Pressure, bool IsCorner);

/// <summary>One movement of the pen on the paper.</summary>
/// <param name="Points">Two points or more, in the order of writing.</param>
/// <param name="LeadsOn">Whether a quick hand does not lift the pen on its way to the next stroke.</param>
internal sealed record Stroke(StrokePoint[] Points, bool LeadsOn);

/// <summary>One way to write a character.</summary>
/// <param name="Commonness">How often it is written so, in relation to the character's other forms.</param>
/// <param name="Strokes">The strokes, in the order of writing.</param>
/// <param name="Mark">Which of the strokes are a dakuten or handakuten.</param>
internal sealed record StrokeForm(float Commonness, Stroke[] Strokes, Mark Mark);

/// <summary>A dakuten or handakuten: the last strokes of a character.</summary>
/// <param name="Start">Index of its first stroke; the number of strokes when there is no mark.</param>
/// <param name="X">Its centre.</param>
/// <param name="Y">Its centre.</param>
/// <param name="IsRing">Whether it is a handakuten.</param>
internal readonly record struct Mark(int Start, float X, float Y, bool IsRing);

/// <summary>A character and the ways to write it, one or more.</summary>
internal sealed record StrokeCharacter(string Name, StrokeForm[] Forms)
{
    /// <summary>Chooses a form, the commoner the likelier.</summary>
    public StrokeForm Choose(ref Generator generator)
    {
        float total = 0;
        foreach (var form in Forms)
            total += form.Commonness;
        float at = generator.NextSingle() * total;
        foreach (var form in Forms)
            if ((at -= form.Commonness) < 0)
                return form;
        return Forms[^1];
    }
}
