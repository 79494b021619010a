namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>An S-cell that learns for its whole plane.</summary>
/// <param name="Plane">k.</param>
/// <param name="Row">Of its position n.</param>
/// <param name="Column">Of its position n.</param>
/// <param name="Response">u, above 0.</param>
internal readonly record struct SeedCell(int Plane, int Row, int Column, float Response);

/// <summary>Which S-cells learn from a stimulus: in each S-column the strongest, and in each plane the strongest of those.</summary>
/// <remarks>
/// An S-column is a square of positions with all the cells of all planes there; columns overlap, one for each place of the
/// square. Its strongest cell is a candidate. A plane's strongest candidate is its representative; a plane without a
/// candidate does not learn. Fukushima, "Neocognitron", Biological Cybernetics 36, 1980, section 3.
/// </remarks>
internal static class SeedCells
{
    /// <summary>Chooses the representatives, in the order of planes; of equal cells the first.</summary>
    /// <param name="u">Responses to one stimulus, (K, H, W) in that order.</param>
    /// <param name="planes">K.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="columnSide">Positions in a row of an S-column.</param>
    public static List<SeedCell> Choose(ReadOnlySpan<float> u, int planes, int height, int width, int columnSide)
    {
        // The strongest plane at each position, then the strongest position of each column.
        var plane = new int[height * width];
        for (int k = 1; k < planes; k++)
            for (int p = 0; p < plane.Length; p++)
                if (u[k * plane.Length + p] > u[plane[p] * plane.Length + p])
                    plane[p] = k;
        var best = new SeedCell?[planes];
        for (int top = 0; top + columnSide <= height; top++)
            for (int left = 0; left + columnSide <= width; left++)
            {
                int strongest = top * width + left;
                for (int y = top; y < top + columnSide; y++)
                    for (int x = left; x < left + columnSide; x++)
                        if (Response(u, y * width + x) > Response(u, strongest))
                            strongest = y * width + x;
                float response = Response(u, strongest);
                if (response > (best[plane[strongest]]?.Response ?? 0))
                    best[plane[strongest]] = new SeedCell(plane[strongest], strongest / width, strongest % width, response);
            }

        return [.. best.Where(b => b is not null).Select(b => b!.Value)];

        float Response(ReadOnlySpan<float> u, int p) => u[plane[p] * plane.Length + p];
    }
}
