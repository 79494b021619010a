using SkiaSharp;

namespace Mekiki.Workbench.Pictures;

/// <summary>Fonts of this machine that have the characters of a text.</summary>
public static class PictureFont
{
    // Fonts without serifs that have Japanese characters, on Linux, macOS and Windows; then such without.
    private static readonly string[] preferred = ["Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "Hiragino Sans", "Yu Gothic UI", "Yu Gothic", "Meiryo", "IPAexGothic", "IPAGothic", "TakaoGothic", "VL Gothic", "MS Gothic", "DejaVu Sans", "Noto Sans", "Liberation Sans", "Arial"];

    private const string JapaneseSample = "率信頼度あア";

    private static readonly Lazy<SKTypeface[]> all = new(Families);

    /// <summary>The family that writes Japanese; null: this machine has none.</summary>
    public static string? Japanese => Find(JapaneseSample) is { } face ? face.FamilyName : null;

    /// <summary>The first font that has all characters of a text; where none has, the first of all.</summary>
    internal static SKTypeface Of(string text) => Find(text) ?? all.Value[0];

    private static SKTypeface? Find(string text) => Array.Find(all.Value, face => face.ContainsGlyphs(text));

    private static SKTypeface[] Families()
    {
        var manager = SKFontManager.Default;
        string[] there = [.. manager.FontFamilies];
        var faces = preferred.Where(there.Contains).Concat(there.Except(preferred).Order(StringComparer.Ordinal)).Select(name => manager.MatchFamily(name)).OfType<SKTypeface>().ToArray();
        return faces.Length > 0 ? faces : [SKTypeface.Default];
    }
}
