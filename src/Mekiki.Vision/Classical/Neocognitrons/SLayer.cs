namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>A layer of S-cells, which extract features: each plane has one set of input connections, at all positions.</summary>
/// <remarks>e(n, k) = Σ_κ Σ_ν a(ν, κ, k) · u(n + ν, κ) is a convolution; <see cref="VCells"/> inhibit, <see cref="SResponses"/> respond.</remarks>
internal sealed class SLayer : Module
{
    private readonly int margin;
    private int inputPlanes;

    private Tensor a;
    private Tensor b;

    /// <summary>Creates the layer without any connection.</summary>
    /// <param name="planes">K, 1 or more.</param>
    /// <param name="inputPlanes">C, of the layer before.</param>
    /// <param name="c">The V-cells' connections; their area is that of the S-cells too.</param>
    /// <param name="margin">How far the first cell's area reaches outside.</param>
    /// <param name="threshold">θ of recognition, in (0, 1).</param>
    public SLayer(int planes, int inputPlanes, Area c, int margin, float threshold)
    {
        (this.inputPlanes, this.margin, C, Threshold) = (inputPlanes, margin, c, threshold);
        a = RegisterBuffer("a", Tensor.Zeros([planes, inputPlanes, c.Side, c.Side]));
        b = RegisterBuffer("b", Tensor.Zeros([planes]));
    }

    /// <summary>K.</summary>
    public int Planes => b.Count;

    /// <summary>Connections of one plane, C·h·w.</summary>
    public int Connections => inputPlanes * C.Side * C.Side;

    /// <summary>c, the V-cells' connections.</summary>
    public Area C { get; }

    /// <summary>How far the first cell's area reaches outside.</summary>
    public int Margin => margin;

    /// <summary>θ.</summary>
    public float Threshold { get; }

    /// <param name="x">Responses of the layer before, (N, C, H, W).</param>
    /// <returns>(N, K, H', W').</returns>
    public override Tensor Forward(Tensor x) => Respond(x).ToTensor();

    /// <param name="x">Responses of the layer before, (N, C, H, W).</param>
    /// <returns>The same, (N, H', W', K), for what reads it image by image.</returns>
    public SResponses Respond(Tensor x) => new(Excitation(x), VCells.Of(x, C, margin), b, Threshold);

    /// <summary>e, (N, K, H', W').</summary>
    public Tensor Excitation(Tensor x) => x.Conv2d(a, padding: margin);

    /// <summary>Gives the layer its connections, and so its number of planes.</summary>
    /// <param name="excitatory">a, (K, C, h, w).</param>
    /// <param name="inhibitory">b, (K).</param>
    public void Connect(ReadOnlySpan<float> excitatory, ReadOnlySpan<float> inhibitory)
    {
        if (inhibitory.Length != Planes)
            Resize(inhibitory.Length);
        a.CopyFrom(excitatory);
        b.CopyFrom(inhibitory);
    }

    /// <summary>Says how many planes are before it, C, where that was learnt; its connections are lost.</summary>
    public void SetInputPlanes(int planes)
    {
        inputPlanes = planes;
        Resize(Planes);
    }

    /// <summary>Takes over the connections of a layer of the same kind.</summary>
    public void Connect(SLayer other) => Connect(other.a.Values, other.b.Values);

    /// <summary>Makes room for what a file holds, where it fits this layer in all but the number of planes.</summary>
    /// <param name="name">This layer's name in the state dict.</param>
    /// <param name="state">What will be loaded.</param>
    public void MakeRoom(string name, IReadOnlyDictionary<string, Tensor> state)
    {
        if (state.TryGetValue(name + ".a", out var excitatory) && state.TryGetValue(name + ".b", out var inhibitory)
            && inhibitory.Count > 0 && inhibitory.Shape == [inhibitory.Count] && excitatory.Shape == [inhibitory.Count, inputPlanes, C.Side, C.Side])
            Resize(inhibitory.Count);
    }

    private void Resize(int planes)
    {
        a = RegisterBuffer("a", Tensor.Zeros([planes, inputPlanes, C.Side, C.Side]));
        b = RegisterBuffer("b", Tensor.Zeros([planes]));
    }
}
