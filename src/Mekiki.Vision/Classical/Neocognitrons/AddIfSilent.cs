namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>Learning of the intermediate layers: where all cells are silent, though they receive something, a new plane learns what they receive.</summary>
/// <remarks>
/// Fukushima, "Training Multi-layered Neural Network Neocognitron", Neural Networks 40, 2013: a plane learns once
/// and never again. While learning, the threshold is higher than in recognition (Neurocomputing 51, 2003), so that
/// a stimulus later excites several planes. The seed is where the most is received; then the new plane responds
/// as well, and the next seed is sought, until none is left. Differs from the paper: planes are limited in number.
/// </remarks>
internal sealed class AddIfSilent
{
    private readonly SLayer layer;
    private readonly float threshold, least;
    private readonly int mostPlanes;
    private readonly Connections connections;

    /// <summary>Begins with no plane.</summary>
    /// <param name="layer">Whose connections are learnt.</param>
    /// <param name="threshold">θ of learning, a cosine in (0, 1).</param>
    /// <param name="least">What a seed must receive at least, a share of what the stimulus' strongest position receives.</param>
    /// <param name="mostPlanes">1 or more.</param>
    public AddIfSilent(SLayer layer, float threshold, float least, int mostPlanes)
    {
        (this.layer, this.threshold, this.least, this.mostPlanes) = (layer, threshold, least, mostPlanes);
        connections = new Connections(layer);
    }

    /// <summary>How many planes there are.</summary>
    public int Planes => connections.Planes;

    /// <summary>Presents stimuli, one after the other.</summary>
    /// <param name="u">Responses of the layer before, (N, C, H, W).</param>
    /// <returns>False: there is no room for another plane.</returns>
    public bool Present(Tensor u)
    {
        int height = u.Shape[2], width = u.Shape[3], size = u.Shape[1] * height * width;
        var v = VCells.Of(u, layer.C, layer.Margin);
        int rows = v.Shape[2], columns = v.Shape[3], positions = rows * columns;
        // Of each position, the strongest excitation s · v among the planes that there are.
        var strongest = new float[v.Count];
        if (Planes > 0)
            Raise(strongest, u.Conv2d(connections.Weights(), padding: layer.Margin));
        ReadOnlySpan<float> responses = u.Values, inhibitions = v.Values;
        for (int n = 0; n < u.Shape[0]; n++)
        {
            var received = inhibitions.Slice(n * positions, positions);
            while (Seed(received, strongest.AsSpan(n * positions, positions)) is var seed && seed >= 0)
            {
                if (Planes == mostPlanes)
                    return false;
                connections.Learn(responses.Slice(n * size, size), height, width, seed / columns - layer.Margin, seed % columns - layer.Margin);
                Raise(strongest, u.Conv2d(connections.Weights(Planes - 1), padding: layer.Margin));
                // Rounding must not make the very stimulus that was learnt a seed again.
                strongest[n * positions + seed] = received[seed];
            }
        }

        return true;
    }

    /// <summary>Gives the layer what was learnt.</summary>
    /// <param name="gain">How strong the connections are.</param>
    /// <exception cref="MekikiException">No stimulus excited anything.</exception>
    public void Connect(float gain)
    {
        if (Planes == 0)
            throw new MekikiException("Training images: expected strokes or edges in some of them, got none. Look at them: they may be empty, or of one tone.");
        connections.ConnectTo(layer, gain);
    }

    /// <summary>The position that receives the most of those where all cells are silent, or -1.</summary>
    /// <param name="received">v of each position.</param>
    /// <param name="strongest">s · v of each position's strongest cell.</param>
    internal int Seed(ReadOnlySpan<float> received, ReadOnlySpan<float> strongest)
    {
        float most = 0;
        foreach (float value in received)
            most = Math.Max(most, value);
        int seed = -1;
        for (int p = 0; p < received.Length; p++)
            if (received[p] > 0 && received[p] >= least * most && strongest[p] < threshold * received[p] && (seed < 0 || received[p] > received[seed]))
                seed = p;
        return seed;
    }

    private static void Raise(float[] strongest, Tensor excitation)
    {
        using var cells = Cells.Of(excitation);
        var all = cells.All;
        for (int p = 0; p < strongest.Length; p++)
            foreach (float e in all.Slice(p * cells.Planes, cells.Planes))
                strongest[p] = Math.Max(strongest[p], e);
    }
}
