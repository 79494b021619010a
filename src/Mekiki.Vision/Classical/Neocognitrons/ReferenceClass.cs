namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>The reference vectors of one class, of length 1, and the segments between all pairs of them.</summary>
/// <remarks>
/// A stimulus x is as similar to the class as to the nearest of the vectors p·X + q·Y on a segment: with s and t its cosines
/// to X and Y, and g the cosine between those, √((s² - 2 g s t + t²) / (1 - g²)), where the nearest lies between X and Y (s &gt; g t
/// and t &gt; g s), else the larger of s and t. Fukushima, "Interpolating vectors for robust pattern recognition", Neural
/// Networks 20, 2007. Differs from the paper: only segments between the <see cref="Nearest"/> nearest references are looked at.
/// </remarks>
internal sealed class ReferenceClass
{
    /// <summary>How many references of a class make segments for a stimulus.</summary>
    public const int Nearest = 16;

    private readonly List<int> members = [];
    private readonly List<float> cosines = []; // of each pair j < i, at i (i - 1) / 2 + j

    /// <summary>Adds a reference.</summary>
    /// <param name="index">Its number among the references of all classes.</param>
    /// <param name="similarities">Its cosines to all references before it, by number.</param>
    public void Add(int index, ReadOnlySpan<float> similarities)
    {
        foreach (int member in members)
            cosines.Add(similarities[member]);
        members.Add(index);
    }

    /// <summary>How similar a stimulus is to this class, in [-1, 1]; -1 without a reference.</summary>
    /// <param name="similarities">The stimulus' cosines to all references, by number.</param>
    public float Similarity(ReadOnlySpan<float> similarities)
    {
        Span<int> nearest = stackalloc int[Nearest];
        Span<float> values = stackalloc float[Nearest];
        int count = 0;
        for (int i = 0; i < members.Count; i++)
        {
            float s = similarities[members[i]];
            if (count == Nearest && s <= values[count - 1])
                continue;
            int at = count < Nearest ? count++ : count - 1;
            for (; at > 0 && values[at - 1] < s; at--)
                (values[at], nearest[at]) = (values[at - 1], nearest[at - 1]);
            (values[at], nearest[at]) = (s, i);
        }

        float best = count > 0 ? values[0] * Math.Abs(values[0]) : -1; // signed squares, until the end
        for (int a = 0; a < count; a++)
            for (int b = a + 1; b < count; b++)
            {
                (int i, int j) = (Math.Max(nearest[a], nearest[b]), Math.Min(nearest[a], nearest[b]));
                float s = values[a], t = values[b], g = cosines[i * (i - 1) / 2 + j];
                if (t > g * s && s > g * t && g < 1)
                    best = Math.Max(best, (s * s - 2 * g * s * t + t * t) / (1 - g * g));
            }

        return best < 0 ? -MathF.Sqrt(-best) : Math.Min(1, MathF.Sqrt(best));
    }
}
