using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>The negative log-likelihood of labels, weighted and smoothed as PyTorch does it.</summary>
/// <remarks>
/// With l the log-probabilities, w the class weights, ε the smoothing and y the label of a row, a row costs
/// (1 - ε) · -w_y l_y + ε/K · Σ_k -w_k l_k; the mean divides the sum of rows by Σ w_y. Rows that are ignored cost nothing and weigh nothing.
/// </remarks>
internal static class NllOperation
{
    public static Tensor Apply(Tensor logProbabilities, ReadOnlySpan<long> labels, Tensor? weights, float smoothing, Reduction reduction, long? ignoreIndex = null)
    {
        Operand.Check("NllLoss", logProbabilities, logProbabilities, weights);
        if (!(smoothing is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException("labelSmoothing", $"NllLoss: expected a label smoothing in [0, 1], got {smoothing}.");
        Ranges.Defined(reduction, "Reduction");
        var l = LayoutOperation.RowMajor(logProbabilities);
        if (l.Shape.Rank != 2 || labels.Length != l.Shape[0] || (weights is not null && weights.Shape != [l.Shape[1]]))
            throw new MekikiException($"NllLoss: expected log-probabilities (N, K), N labels and K weights, got {l.Shape}, {labels.Length:N0} labels and {(weights is null ? "no" : weights.Count)} weights.");
        int rows = l.Shape[0], classes = l.Shape[1];
        if (ignoreIndex is { } ignored)
            labels = Marked(labels, ignored, classes);
        else if (labels.IndexOfAnyExceptInRange(0, classes - 1) is var wrong and >= 0)
            throw new MekikiException($"NllLoss: expected labels from 0 to {classes - 1}, got {labels[wrong]}.");
        bool isMean = reduction == Reduction.BatchMean;
        Shape shape = reduction == Reduction.None ? [rows] : [];
        var y = new Tensor(shape, l.Backend.Nll(l.Data, rows, classes, labels, weights?.Data, smoothing, isMean ? Reduction.Sum : reduction, out var slopes));
        if (Gradients.Needed(l))
            y.Node = new NllNode(l, y, slopes);
        else
            slopes.Release();
        return isMean ? y.AsInner() * (1f / Math.Max(1, rows)) : y;
    }

    // Ignored rows are marked by -1.
    private static long[] Marked(ReadOnlySpan<long> labels, long ignored, int classes)
    {
        long[] marked = labels.ToArray();
        foreach (ref long label in marked.AsSpan())
            if (label == ignored)
                label = -1;
            else if (label < 0 || label >= classes)
                throw new MekikiException($"NllLoss: expected labels from 0 to {classes - 1}, or {ignored} to be ignored, got {label}.");
        return marked;
    }

    private sealed class NllNode(Tensor x, Tensor y, Storage slopes) : UnaryNode(x, y)
    {
        protected override bool ReadsInputs => false;

        // The loss is linear in the log-probabilities: its slopes are the derivative; without reduction, each row's of its own loss.
        protected override void Backward(Storage dy)
        {
            Shape each = Output.Shape.Rank == 0 ? [] : [X.Shape[0], 1];
            X.Accept(X.Backend.Combine(Combination.Multiply, slopes, X.Shape, dy, each, X.Shape, recorded: false));
            dy.Release();
        }

        protected override void Free() => slopes.Release();
    }
}
