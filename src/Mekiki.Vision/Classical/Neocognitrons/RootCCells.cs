namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>The C-cells of 2003 and later: u(n, k) = ψ[Σ_ν a(ν) · u_S(n + ν, k)], ψ[x] = √x for x above 0, else 0.</summary>
/// <remarks>
/// The connections a excite in the middle and inhibit around it, so that blurred features stay apart: Fukushima,
/// Neurocomputing 51, 2003. The root, which compresses strong responses, is of his later papers
/// (Neural Networks 40, 2013); that of 2003 has x/(1 + x).
/// </remarks>
internal static class RootCCells
{
    /// <summary>Their responses, a cell at every second position.</summary>
    /// <param name="s">Responses of the S-cells, (N, H, W, K).</param>
    /// <param name="a">The connections, of odd side.</param>
    /// <returns>(N, K, H/2, W/2).</returns>
    public static Tensor Of(SResponses s, Area a)
    {
        using var sums = new AreaSum(a, stride: 2, margin: a.Side / 2, s.Height / 2, s.Width / 2).Of(s);
        return sums.AsTensor().Relu().Sqrt();
    }
}
