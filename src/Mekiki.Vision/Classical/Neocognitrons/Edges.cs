namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>The edge-extracting cells of U_S1: planes for edges in directions all around.</summary>
/// <remarks>
/// Fukushima, Neurocomputing 51, 2003: a straight edge through the cell's middle is shown to U_G, and the cell
/// learns what it receives, with a teacher who tells which plane is for which of the 16 directions.
/// </remarks>
internal static class Edges
{
    /// <summary>Gives a layer over U_G a plane for each direction.</summary>
    /// <param name="layer">With 2 planes before it.</param>
    /// <param name="directions">K, 360° divided into so many parts.</param>
    /// <param name="gain">How strong the connections are.</param>
    public static void Teach(SLayer layer, int directions, float gain)
    {
        var connections = new Connections(layer);
        int side = layer.C.Side, margin = Contrast.Radius, whole = side + 2 * margin;
        for (int k = 0; k < directions; k++)
        {
            double angle = 2 * Math.PI * k / directions, middle = (whole - 1) / 2.0;
            var ink = new float[whole * whole];
            for (int i = 0; i < ink.Length; i++)
                ink[i] = (float)Math.Clamp(0.5 + Math.Cos(angle) * (i % whole - middle) + Math.Sin(angle) * (i / whole - middle), 0, 1);
            // Where U_G's own areas leave the picture, it does not tell of the edge.
            var u = Contrast.Of(Tensor.From(ink, [1, 1, whole, whole]));
            connections.Learn(u.Values, whole, whole, margin, margin);
        }

        connections.ConnectTo(layer, gain);
    }
}
