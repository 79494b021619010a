namespace Mekiki.Vision.Data;

/// <summary>Which labels each class of a set stands for, where classes are sets of labels (<see cref="LabelSet"/>).</summary>
internal sealed class LabelTable
{
    private readonly bool[][] labels;

    /// <param name="classes">The set's classes.</param>
    public LabelTable(IReadOnlyList<string> classes)
    {
        string[][] all = [.. classes.Select(c => LabelSet.LabelsOf(c).ToArray())];
        Names = [.. all.SelectMany(l => l).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var index = Names.Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i, StringComparer.Ordinal);
        labels = new bool[all.Length][];
        for (int c = 0; c < all.Length; c++)
        {
            labels[c] = new bool[Names.Count];
            foreach (string label in all[c])
                labels[c][index[label]] = true;
        }
    }

    /// <summary>The labels, in ordinal order, K.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether a class has each label.</summary>
    public ReadOnlySpan<bool> Of(int label) => labels[label];

    /// <summary>What a network shall say of each label: 1 where an image has it, else 0; drawn together by smoothing.</summary>
    /// <param name="classes">N classes of the set.</param>
    /// <param name="smoothing">Share that is spread over both answers, in [0, 1).</param>
    /// <returns>(N, K), float32.</returns>
    public Tensor TargetsOf(ReadOnlySpan<long> classes, double smoothing)
    {
        float yes = (float)(1 - smoothing / 2), no = (float)(smoothing / 2);
        var targets = new float[classes.Length * Names.Count];
        for (int n = 0; n < classes.Length; n++)
            for (int k = 0; k < Names.Count; k++)
                targets[n * Names.Count + k] = labels[classes[n]][k] ? yes : no;
        return Tensor.From(targets, [classes.Length, Names.Count]);
    }

    /// <summary>For how many images exactly the right labels have a score above 0.</summary>
    /// <param name="scores">N·K scores.</param>
    /// <param name="classes">N classes of the set.</param>
    public int CountCorrect(ReadOnlySpan<float> scores, ReadOnlySpan<long> classes)
    {
        int count = 0, length = Names.Count;
        for (int n = 0; n < classes.Length; n++)
        {
            bool isRight = true;
            for (int k = 0; k < length; k++)
                isRight &= scores[n * length + k] > 0 == labels[classes[n]][k];
            count += isRight ? 1 : 0;
        }

        return count;
    }

    /// <summary>How many of some images have each label.</summary>
    public int[] Count(ImageSet set, ReadOnlySpan<int> images)
    {
        var counts = new int[Names.Count];
        foreach (int i in images)
            for (int k = 0; k < counts.Length; k++)
                counts[k] += labels[set.Labels[i]][k] ? 1 : 0;
        return counts;
    }
}
