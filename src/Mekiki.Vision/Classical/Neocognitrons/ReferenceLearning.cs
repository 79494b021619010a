using System.Runtime.InteropServices;

namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>Supervised learning of the highest layer: a stimulus that the references so far take for another class becomes one itself.</summary>
/// <remarks>
/// Fukushima, "Training Multi-layered Neural Network Neocognitron", Neural Networks 40, 2013: the similarity
/// to segments is used in learning, too. Differs from the paper: references are not adjusted later.
/// </remarks>
internal sealed class ReferenceLearning
{
    private const int FirstCapacity = 64;

    private readonly int classes, length, most;
    private readonly ReferenceClass[] byClass;
    private readonly List<long> labels = [];
    private TensorBuffer vectors; // (capacity, D), grows by doubling

    /// <summary>Begins without a reference.</summary>
    /// <param name="classes">K.</param>
    /// <param name="length">D.</param>
    /// <param name="most">References at most.</param>
    public ReferenceLearning(int classes, int length, int most)
    {
        (this.classes, this.length, this.most) = (classes, length, most);
        byClass = new ReferenceClass[classes];
        for (int k = 0; k < classes; k++)
            byClass[k] = new ReferenceClass();
        vectors = new TensorBuffer(FirstCapacity * (long)length);
    }

    /// <summary>How many references there are.</summary>
    public int Count => labels.Count;

    /// <summary>Presents stimuli, one after the other.</summary>
    /// <param name="x">(N, D), rows of length 1.</param>
    /// <param name="targets">N labels in [0, K).</param>
    /// <returns>How many were taken for another class.</returns>
    public int Present(Tensor x, ReadOnlySpan<int> targets)
    {
        int count = x.Shape[0], before = Count, wrong = 0;
        // Cosines to the references so far, and room for those to come: (N, M + N).
        var cosines = new float[count][];
        var first = before > 0 ? new float[count * before] : [];
        if (before > 0)
            x.Linear(vectors.ToTensor([before, length])).CopyTo(first);
        var similarities = new float[count * classes];
        Threads.For(count, n =>
        {
            cosines[n] = new float[before + count];
            first.AsSpan(n * before, before).CopyTo(cosines[n]);
            for (int k = 0; k < classes; k++)
                similarities[n * classes + k] = byClass[k].Similarity(cosines[n]);
        });

        var changed = new SortedSet<int>();
        var column = new float[count];
        var stimulus = new float[length];
        for (int n = 0; n < count; n++)
        {
            var scores = similarities.AsSpan(n * classes, classes);
            foreach (int k in changed)
                scores[k] = byClass[k].Similarity(cosines[n]);
            int best = 0;
            for (int k = 1; k < classes; k++)
                if (scores[k] > scores[best])
                    best = k;
            if (best == targets[n] && scores[best] > 0)
                continue;
            wrong++;
            if (Count == most)
                continue;
            x.CopyTo(stimulus, n * length);
            Add(stimulus, targets[n], cosines[n]);
            changed.Add(targets[n]);
            x.Linear(Tensor.From(stimulus, [1, length])).CopyTo(column);
            for (int i = n + 1; i < count; i++)
                cosines[i][Count - 1] = column[i];
        }

        return wrong;
    }

    /// <summary>Gives a layer the references.</summary>
    public void GiveTo(InterpolatingVectors layer) =>
        layer.Take(vectors.Span[..(Count * length)], CollectionsMarshal.AsSpan(labels));

    private void Add(ReadOnlySpan<float> vector, int label, ReadOnlySpan<float> cosines)
    {
        if ((Count + 1) * length > vectors.Count)
        {
            var larger = new TensorBuffer(2L * vectors.Count);
            vectors.Span.CopyTo(larger.Span);
            vectors = larger;
        }

        vector.CopyTo(vectors.Span[(Count * length)..]);
        byClass[label].Add(Count, cosines);
        labels.Add(label);
    }
}
