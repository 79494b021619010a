namespace Mekiki.Vision.Classical.Neocognitrons;

/// <summary>The highest layer: reference vectors with labels; a stimulus belongs to the class whose segments between references come nearest.</summary>
/// <remarks>See <see cref="ReferenceClass"/> for the measure and <see cref="ReferenceLearning"/> for how references are chosen.</remarks>
internal sealed class InterpolatingVectors : Module
{
    /// <summary>References at most, in learning and from a file; their pairs take memory, too.</summary>
    public const int MostReferences = 4000;

    private readonly int classes;

    private Tensor vectors; // (M, D), rows of length 1
    private Tensor labels;  // (M)
    private ReferenceClass[]? byClass;

    /// <summary>Creates the layer with one reference, 0, to which nothing is similar.</summary>
    /// <param name="classes">K.</param>
    public InterpolatingVectors(int classes)
    {
        this.classes = classes;
        vectors = RegisterBuffer("vectors", Tensor.Zeros([1, 1]));
        labels = RegisterBuffer("labels", Tensor.From([0L], [1]));
    }

    /// <summary>M, how many references there are.</summary>
    public int Count => labels.Count;

    /// <summary>Whether it has learnt nothing.</summary>
    public bool IsEmpty => vectors.Shape == [1, 1];

    /// <param name="x">Vectors, (N, D), rows of length 1 or 0.</param>
    /// <returns>How similar each is to each class, (N, K), in [-1, 1].</returns>
    public override Tensor Forward(Tensor x)
    {
        byClass ??= Classes();
        var cosines = x.Linear(vectors);           // (N, M)
        var similarities = new float[x.Shape[0] * classes];
        float[] all = cosines.ToArray();
        Threads.For(x.Shape[0], n =>
        {
            for (int k = 0; k < classes; k++)
                similarities[n * classes + k] = byClass[k].Similarity(all.AsSpan(n * Count, Count));
        });
        return Tensor.From(similarities, [x.Shape[0], classes]);
    }

    /// <summary>Takes references over.</summary>
    /// <param name="newVectors">(M, D).</param>
    /// <param name="newLabels">M labels in [0, K).</param>
    public void Take(ReadOnlySpan<float> newVectors, ReadOnlySpan<long> newLabels)
    {
        Resize(newLabels.Length, newVectors.Length / newLabels.Length);
        vectors.CopyFrom(newVectors);
        labels.CopyFrom(Tensor.From(newLabels, [newLabels.Length]));
    }

    /// <summary>Makes room for what a file holds.</summary>
    /// <param name="name">This layer's name in the state dict.</param>
    /// <param name="state">What will be loaded.</param>
    /// <param name="length">D, that the layers before give.</param>
    /// <exception cref="MekikiException">Labels name no class.</exception>
    public void MakeRoom(string name, IReadOnlyDictionary<string, Tensor> state, int length)
    {
        if (!state.TryGetValue(name + ".vectors", out var stored) || !state.TryGetValue(name + ".labels", out var of) || of.DType != DType.Int64
            || of.Count is 0 or > MostReferences || of.Shape != [of.Count] || (stored.Shape != [of.Count, length] && stored.Shape != [1, 1]))
            return;
        foreach (long label in of.Integers)
            if (label < 0 || label >= classes)
                throw new MekikiException($"{name}.labels: expected 0 to {classes - 1}, got {label}. The file is damaged: get or write it again.");
        Resize(of.Count, stored.Shape[1]);
    }

    private void Resize(int count, int length)
    {
        vectors = RegisterBuffer("vectors", Tensor.Zeros([count, length]));
        labels = RegisterBuffer("labels", Tensor.From(new long[count], [count]));
        byClass = null;
    }

    private ReferenceClass[] Classes()
    {
        var made = new ReferenceClass[classes];
        var members = new List<int>[classes];
        for (int k = 0; k < classes; k++)
            (made[k], members[k]) = (new ReferenceClass(), []);
        var ofClass = labels.Integers;
        for (int m = 0; m < ofClass.Length; m++)
            members[ofClass[m]].Add(m);
        int length = vectors.Shape[1];
        var row = new float[Count];
        var all = vectors.Values;
        foreach (var (of, ours) in made.Zip(members))
        {
            var own = new float[ours.Count * length];
            for (int i = 0; i < ours.Count; i++)
                all.Slice(ours[i] * length, length).CopyTo(own.AsSpan(i * length));
            if (ours.Count == 0)
                continue;
            var matrix = Tensor.From(own, [ours.Count, length]);
            var cosines = matrix.Linear(matrix).Values;
            for (int i = 0; i < ours.Count; i++)
            {
                for (int j = 0; j < i; j++)
                    row[ours[j]] = cosines[i * ours.Count + j];
                of.Add(ours[i], row);
            }
        }

        return made;
    }
}
