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
/// <param name="Commonness">How often it is written so with a brush or a broad pen, in relation to the character's other forms; 0: never.</param>
/// <param name="PenCommonness">The same with a thin pen, a pencil or a finger.</param>
/// <param name="Strokes">The strokes, in the order of writing.</param>
/// <param name="Mark">Which of the strokes are a dakuten or handakuten.</param>
internal sealed record StrokeForm(float Commonness, float PenCommonness, Stroke[] Strokes, Mark Mark);

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
    /// <param name="generator">Draws it.</param>
    /// <param name="withPen">Whether it is written with a thin pen.</param>
    public StrokeForm Choose(ref Generator generator, bool withPen = false)
    {
        float total = 0;
        foreach (var form in Forms)
            total += withPen ? form.PenCommonness : form.Commonness;
        float at = generator.NextSingle() * total;
        foreach (var form in Forms)
            if ((at -= withPen ? form.PenCommonness : form.Commonness) < 0)
                return form;
        return Array.FindLast(Forms, f => (withPen ? f.PenCommonness : f.Commonness) > 0)!;
    }
}
