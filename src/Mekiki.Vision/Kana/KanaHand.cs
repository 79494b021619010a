namespace Mekiki.Vision.Kana;

/// <summary>What the characters of the set <c>kana</c> are written with.</summary>
public enum KanaHand
{
    /// <summary>A brush or a broad pen, then printed and scanned, as in old books.</summary>
    Print,

    /// <summary>A pen, a pencil or a finger: thin even lines, free proportions, clean ground.</summary>
    Pen,

    /// <summary>Of each image one of the two, by chance.</summary>
    Both,
}
