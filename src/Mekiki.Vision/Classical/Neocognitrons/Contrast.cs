namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>The contrast-extracting layer U_G: cells that a bright middle excites and its surround inhibits, and their opposites.</summary>
/// <remarks>
/// u(n, k) = φ[±Σ_ν a(ν) · u_0(n + ν)], Σ a = 0: one plane for each sign. Fukushima, Neurocomputing 51, 2003.
/// Differs from the paper: the bells' widths are chosen for strokes of some five pixels.
/// </remarks>
internal static class Contrast
{
    /// <summary>How far an area reaches to each side.</summary>
    public const int Radius = 3;

    private const int Side = 2 * Radius + 1;

    /// <summary>Their responses.</summary>
    /// <param name="ink">(N, 1, H, W).</param>
    /// <returns>(N, 2, H, W): where there is more ink than around, and where there is less.</returns>
    public static Tensor Of(Tensor ink)
    {
        var area = Area.WithSurround(Side, middle: 0.8, surround: 1.6, inhibition: 1);
        var weight = new float[2 * area.Strengths.Length];
        area.Strengths.CopyTo(weight);
        area.Times(-1).Strengths.CopyTo(weight.AsSpan(area.Strengths.Length));
        return ink.Conv2d(Tensor.From(weight, [2, 1, Side, Side]), padding: Radius).Relu();
    }
}
