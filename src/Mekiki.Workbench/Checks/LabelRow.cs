namespace Mekiki.Workbench.Checks;

/// <summary>What <see cref="LabelCheck"/> keeps of the probabilities of one image.</summary>
/// <param name="OfLabel">Of its label.</param>
/// <param name="Other">The most probable other class; of equal ones, the first.</param>
/// <param name="OfOther">How probable that one is.</param>
/// <param name="Above">The classes that are more probable than the label, at most 16, the most probable first.</param>
internal readonly record struct LabelRow(float OfLabel, int Other, float OfOther, (int Class, float Probability)[] Above)
{
    private const int MostAbove = 16;

    /// <summary>Takes what is needed.</summary>
    /// <param name="probabilities">Of each class, K ≥ 2.</param>
    /// <param name="label">The image's.</param>
    public static LabelRow Of(ReadOnlySpan<float> probabilities, int label)
    {
        int other = -1, count = 0;
        Span<(int Class, float Probability)> above = stackalloc (int, float)[MostAbove];
        for (int c = 0; c < probabilities.Length; c++)
        {
            float p = probabilities[c];
            if (c == label)
                continue;
            other = other < 0 || p > probabilities[other] ? c : other;
            if (!(p > probabilities[label]) || (count == MostAbove && p <= above[count - 1].Probability))
                continue;
            int at = count < MostAbove ? count++ : count - 1;
            for (; at > 0 && above[at - 1].Probability < p; at--)
                above[at] = above[at - 1];
            above[at] = (c, p);
        }

        return new(probabilities[label], other, probabilities[other], above[..count].ToArray());
    }
}
