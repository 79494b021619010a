namespace Mekiki.Vision.Explanations;

/// <summary>An image with one square covered, for each place of a grid and each filling. Views in which covering changes nothing that can be seen are left out.</summary>
/// <param name="image">(1, C, H, W).</param>
/// <param name="fills">What squares are filled from, C · H · W values each.</param>
/// <param name="rows">The tops of the squares.</param>
/// <param name="columns">Their left sides.</param>
/// <param name="side">Their side.</param>
/// <param name="visible">How much a value must change to be seen: half a grey level.</param>
internal sealed class OccludedViews(Tensor image, float[][] fills, int[] rows, int[] columns, int side, float visible)
{
    private readonly int channels = image.Shape[1], height = image.Shape[2], width = image.Shape[3];

    /// <summary>The views, (N, C, H, W), and of each the number of its place: row · columns + column.</summary>
    public IEnumerable<(Tensor Views, IReadOnlyList<int> Places)> Batches(int most)
    {
        float[] whole = image.ToArray(), buffer = new float[(long)most * whole.Length];
        var places = new List<int>(most);
        foreach (float[] fill in fills)
            for (int r = 0; r < rows.Length; r++)
                for (int c = 0; c < columns.Length; c++)
                {
                    var view = buffer.AsSpan(places.Count * whole.Length, whole.Length);
                    whole.CopyTo(view);
                    if (!Cover(view, fill, rows[r], columns[c]))
                        continue;
                    places.Add(r * columns.Length + c);
                    if (places.Count < most)
                        continue;
                    yield return (Views(buffer, places.Count), places);
                    places.Clear();
                }

        if (places.Count > 0)
            yield return (Views(buffer, places.Count), places);
    }

    private Tensor Views(float[] buffer, int count) => Tensor.From(buffer.AsSpan(0, count * channels * height * width), [count, channels, height, width]);

    // Whether it changed anything that can be seen.
    private bool Cover(Span<float> view, float[] fill, int top, int left)
    {
        bool changed = false;
        int first = Math.Max(0, left), length = Math.Min(width, left + side) - first;
        for (int c = 0; c < channels; c++)
            for (int y = Math.Max(0, top); y < Math.Min(height, top + side); y++)
            {
                int at = (c * height + y) * width + first;
                var from = fill.AsSpan(at, length);
                var to = view.Slice(at, length);
                for (int x = 0; x < length && !changed; x++)
                    changed = Math.Abs(to[x] - from[x]) >= visible;
                from.CopyTo(to);
            }

        return changed;
    }
}
