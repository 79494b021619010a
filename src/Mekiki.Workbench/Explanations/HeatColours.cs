namespace Mekiki.Workbench.Explanations;

/// <summary>The colours of signed values; colour-blind people tell them apart.</summary>
internal static class HeatColours
{
    private static readonly (float R, float G, float B) below = (0x05, 0x71, 0xB0), zero = (0xFF, 0xFF, 0xFF), above = (0xE6, 0x61, 0x01);

    /// <summary>Blue at -1, white at 0, orange at 1; what lies further out is as these.</summary>
    /// <returns>Each in [0, 255].</returns>
    public static (float R, float G, float B) Of(float value)
    {
        var end = value < 0 ? below : above;
        float share = float.IsFinite(value) ? Math.Min(1, Math.Abs(value)) : 0;
        return (zero.R + share * (end.R - zero.R), zero.G + share * (end.G - zero.G), zero.B + share * (end.B - zero.B));
    }
}
