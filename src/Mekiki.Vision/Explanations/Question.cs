using Mekiki.Vision.Evaluation;

namespace Mekiki.Vision.Explanations;

/// <summary>What is asked of a recognizer's scores: how far one class lies above another.</summary>
/// <param name="Class">The explained class's index.</param>
/// <param name="Other">The other's, or null where there is no other.</param>
internal readonly record struct Question(int Class, int? Other)
{
    /// <summary>The classes that the options name, or those that the scores of the image choose.</summary>
    /// <param name="recognizer">Whose classes they are.</param>
    /// <param name="scores">(1, K), of the image.</param>
    /// <param name="options">May name classes.</param>
    /// <exception cref="MekikiException">The recognizer has no such class.</exception>
    public static Question Of(Recognizer recognizer, Tensor scores, ExplanationOptions options)
    {
        float[] row = scores.ToArray();
        int own = options.Label is { } label ? IndexOf(recognizer, label) : ScoreRow.ArgMax(row);
        int? other = options.Against is { } against ? IndexOf(recognizer, against) : null;
        if (other is not null && other != own)
            return new(own, other);
        if (row.Length == 1)
            return new(own, null);
        row[own] = float.NegativeInfinity;
        int best = ScoreRow.ArgMax(row);
        return new(own, best != own ? best : own == 0 ? 1 : 0);
    }

    /// <summary>The difference for one image.</summary>
    /// <param name="row">(K).</param>
    public float Score(ReadOnlySpan<float> row) => Other is { } other ? row[Class] - row[other] : row[Class];

    /// <summary>The derivative of all images' differences by the scores, (N, K).</summary>
    public Tensor Upstream(int images, int classes)
    {
        var values = new float[images * classes];
        for (int n = 0; n < images; n++)
        {
            values[n * classes + Class] = 1;
            if (Other is { } other)
                values[n * classes + other] = -1;
        }

        return Tensor.From(values, [images, classes]);
    }

    private static int IndexOf(Recognizer recognizer, string name)
    {
        for (int c = 0; c < recognizer.Classes.Count; c++)
            if (recognizer.Classes[c] == name)
                return c;
        throw new MekikiException($"Class '{PrintedName.Of(name)}': expected one of the model's {recognizer.Classes.Count:N0} classes.{Suggestion.Sentence(name, recognizer.Classes)}");
    }
}
