namespace Mekiki.Vision.Explanations;

/// <summary>Which parts of an image speak for a class and which against it.</summary>
/// <remarks>It explains a difference: the score of <see cref="Label"/> less that of <see cref="Against"/>. Of a recognizer with one class, it is the score alone.</remarks>
public sealed class Explanation
{
    internal Explanation(ExplanationMethod method, string label, string? against, float score, Tensor map, Tensor contributions)
    {
        (Method, Label, Against, Score, Map, Contributions) = (method, label, against, score, map, contributions);
        foreach (float value in contributions.Values)
            Sum += value;
        Peak = PeakOf(map);
    }

    /// <summary>How it was found.</summary>
    public ExplanationMethod Method { get; }

    /// <summary>The class that is explained.</summary>
    public string Label { get; }

    /// <summary>The class that it is compared with; null: there is no other.</summary>
    public string? Against { get; }

    /// <summary>The difference of the two classes' scores for the whole image. Gradients explain the network's own scores, without shifted views.</summary>
    public float Score { get; }

    /// <summary>(H, W), float32, of the recognizer's input: above 0, the pixel speaks for <see cref="Label"/>; below 0, for <see cref="Against"/>.</summary>
    public Tensor Map { get; }

    /// <summary>(h, w), float32: what the method computed, before it was enlarged to <see cref="Map"/>; the same tensor where nothing was enlarged.</summary>
    public Tensor Contributions { get; }

    /// <summary>The difference of the scores for what the method starts from: the empty image of integrated gradients, empty maps for HiResCAM, or no keypoint for visual words; null for methods without it.</summary>
    public float? BaseScore { get; internal init; }

    /// <summary>Integrated gradients: how many steps it took; 0 for other methods.</summary>
    public int Steps { get; internal init; }

    /// <summary>Visual words: what each SIFT keypoint adds, the largest magnitude first; empty for other methods.</summary>
    public IReadOnlyList<KeypointVote> Keypoints { get; internal init; } = [];

    /// <summary>Visual words: what each word adds, the largest magnitude first; empty for other methods.</summary>
    public IReadOnlyList<WordVote> Words { get; internal init; } = [];

    /// <summary>The sum of <see cref="Contributions"/>. Of integrated gradients, HiResCAM and visual words it is <see cref="Score"/> − <see cref="BaseScore"/>, but for <see cref="CompletenessError"/>.</summary>
    public double Sum { get; }

    /// <summary>Where <see cref="Map"/> is largest; the middle of the places that share the largest value.</summary>
    public (int Y, int X) Peak { get; }

    /// <summary>|<see cref="Sum"/> − (<see cref="Score"/> − <see cref="BaseScore"/>)| / |<see cref="Score"/> − <see cref="BaseScore"/>|; null for methods whose values do not sum up to anything. 0 where both differences are 0.</summary>
    public double? CompletenessError => BaseScore is { } start ? ErrorOf(Sum, (double)Score - start) : null;

    internal static double ErrorOf(double sum, double expected) => sum == expected ? 0 : Math.Abs(sum - expected) / Math.Abs(expected);

    private static (int Y, int X) PeakOf(Tensor map)
    {
        var values = map.Values;
        float largest = float.NegativeInfinity;
        foreach (float value in values)
            largest = Math.Max(largest, value);
        long count = 0, y = 0, x = 0;
        for (int i = 0; i < values.Length; i++)
            if (values[i] == largest)
                (count, y, x) = (count + 1, y + i / map.Shape[1], x + i % map.Shape[1]);
        return count == 0 ? (0, 0) : ((int)(y / count), (int)(x / count));
    }
}
