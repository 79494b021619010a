using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Operations;

/// <summary>The negative log-likelihood of labels, weighted and smoothed as PyTorch does it.</summary>
/// <remarks>
/// With l the log-probabilities, w the class weights, ε the smoothing and y the label of a row, a row costs
/// (1 - ε) · -w_y l_y + ε/K · Σ_k -w_k l_k; the mean divides the sum of rows by Σ w_y.
/// </remarks>
internal static unsafe class NllOperation
{
    public static Tensor Apply(Tensor logProbabilities, ReadOnlySpan<long> labels, Tensor? weights, float smoothing, Reduction reduction)
    {
        var l = LayoutOperation.RowMajor(logProbabilities);
        if (l.Shape.Rank != 2 || labels.Length != l.Shape[0] || (weights is not null && weights.Shape != [l.Shape[1]]))
            throw new MekikiException($"NllLoss: expected log-probabilities (N, K), N labels and K weights, got {l.Shape}, {labels.Length:N0} labels and {(weights is null ? "no" : weights.Count)} weights.");
        if (!(smoothing is >= 0 and <= 1))
            throw new MekikiException($"NllLoss: expected a label smoothing in [0, 1], got {smoothing}.");
        int rows = l.Shape[0], classes = l.Shape[1];
        foreach (long label in labels)
            if ((ulong)label >= (ulong)classes)
                throw new MekikiException($"NllLoss: expected labels from 0 to {classes - 1}, got {label}.");
        // The loss is linear in l: its coefficients are the gradient, and their product with l the value.
        var slopes = Storage.Floats(l.Count);
        float* w = weights is null ? null : weights.Pointer;
        double total = 0;
        for (int n = 0; n < rows; n++)
            total += w == null ? 1 : w[labels[n]];
        double share = reduction == Reduction.Mean ? 1 / total : 1, loss = 0;
        for (int n = 0; n < rows; n++)
        {
            float* slope = slopes.Pointer + (nint)n * classes, row = l.Pointer + (nint)n * classes;
            double smoothed = smoothing / classes * share, sharp = (1.0 - smoothing) * share;
            for (int k = 0; k < classes; k++)
                slope[k] = (float)(-smoothed * (w == null ? 1 : w[k]));
            slope[labels[n]] -= (float)(sharp * (w == null ? 1 : w[labels[n]]));
            if (smoothing > 0)
                for (int k = 0; k < classes; k++)
                    loss += slope[k] * (double)row[k];
            else
                loss += slope[labels[n]] * (double)row[labels[n]];
        }

        var y = Tensor.Scalar((float)loss);
        if (Gradients.Needed(l))
            y.Node = new Node(l, y, slopes);
        else
            slopes.Release();
        return y;
    }

    private sealed class Node(Tensor x, Tensor y, Storage slopes) : UnaryNode(x, y)
    {
        public override void Backward(Storage dy)
        {
            if (*dy.Pointer != 1)
                Elementwise.Scale(slopes.Pointer, *dy.Pointer, slopes.Pointer, X.Count);
            dy.Release();
            X.Accept(slopes);
        }
    }
}
