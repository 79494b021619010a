namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>Learning without a teacher: each representative's connections grow by what it receives, and with them its whole plane's.</summary>
/// <remarks>
/// Δa(ν, κ, k) = q · c(ν) · u(n + ν, κ) and Δb(k) = q · v(n), n the representative's position: Fukushima, "Neocognitron",
/// Biological Cybernetics 36, 1980, section 3 (there Δb is half as large, and equation 1 has twice the b).
/// Differs from the paper: the first, weak connections are drawn, not given by a formula.
/// </remarks>
internal sealed class SelfOrganization
{
    private const float FirstStrength = 0.01f;

    private readonly SLayer layer;
    private readonly int columnSide;
    private readonly float speed;
    private readonly float[] a, b;

    /// <summary>Gives the layer its first connections.</summary>
    /// <param name="layer">Whose connections are learnt.</param>
    /// <param name="columnSide">Positions in a row of an S-column.</param>
    /// <param name="speed">q, above 0.</param>
    /// <param name="generator">Draws the first connections.</param>
    public SelfOrganization(SLayer layer, int columnSide, float speed, Generator generator)
    {
        (this.layer, this.columnSide, this.speed) = (layer, columnSide, speed);
        a = new float[layer.Planes * layer.Connections];
        b = new float[layer.Planes];
        int area = layer.C.Strengths.Length;
        for (int i = 0; i < a.Length; i++)
            a[i] = FirstStrength * layer.C.Strengths[i % area] * generator.NextSingle();
        layer.Connect(a, b);
    }

    /// <summary>Presents one stimulus.</summary>
    /// <param name="u">Responses of the layer before, (1, C, H, W).</param>
    public void Present(Tensor u)
    {
        var s = layer[u];
        var v = VCells.Of(u, layer.C, layer.Margin);
        var seeds = SeedCells.Choose(s.Values, s.Shape[1], s.Shape[2], s.Shape[3], columnSide);
        ReadOnlySpan<float> received = u.Values, inhibition = v.Values;
        foreach (var seed in seeds)
            Reinforce(seed, received, u.Shape, inhibition[seed.Row * s.Shape[3] + seed.Column]);
        if (seeds.Count > 0)
            layer.Connect(a, b);
    }

    private void Reinforce(SeedCell seed, ReadOnlySpan<float> u, Shape shape, float inhibition)
    {
        int side = layer.C.Side, height = shape[2], width = shape[3], at = seed.Plane * layer.Connections;
        for (int k = 0; k < shape[1]; k++)
            for (int i = 0; i < side; i++)
                for (int j = 0; j < side; j++, at++)
                {
                    int y = seed.Row + i - layer.Margin, x = seed.Column + j - layer.Margin;
                    if ((uint)y < (uint)height && (uint)x < (uint)width)
                        a[at] += speed * layer.C.Strengths[i * side + j] * u[(k * height + y) * width + x];
                }

        b[seed.Plane] += speed * inhibition;
    }
}
