using System.Runtime.CompilerServices;
using Mekiki.Operations;

namespace Mekiki.Losses;

/// <summary>Losses of single elements: probabilities of yes and no, and distances.</summary>
public static partial class Loss
{
    /// <summary>Binary cross-entropy of logits: -(p t log σ(x) + (1 - t) log(1 - σ(x))), finite for all finite x.</summary>
    /// <param name="logits">x, any shape.</param>
    /// <param name="target">t in [0, 1], of the same shape.</param>
    /// <param name="positiveWeight">p, how much positives count, above 0, broadcast to the logits' shape; null: 1.</param>
    /// <param name="reduction">Over all elements.</param>
    /// <returns>A scalar, or the logits' shape with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such reduction.</exception>
    public static Tensor BinaryCrossEntropy(Tensor logits, Tensor target, Tensor? positiveWeight = null, Reduction reduction = Reduction.Mean)
    {
        Check("BinaryCrossEntropy", logits, target);
        Operand.Check("BinaryCrossEntropy", logits, target, positiveWeight);
        if (positiveWeight is not null && Shape.Broadcast(logits.Shape, positiveWeight.Shape, "BinaryCrossEntropy") != logits.Shape)
            throw new MekikiException($"BinaryCrossEntropy: expected weights that broadcast to {logits.Shape}, got {positiveWeight.Shape}.");
        return Reduced(BinaryElements(logits, target, positiveWeight), reduction);
    }

    /// <summary>Sigmoid focal loss: binary cross-entropy in which elements that are right already count little, α_t (1 - p_t)^γ · cross-entropy.</summary>
    /// <param name="logits">Any shape.</param>
    /// <param name="target">0 or 1, of the same shape.</param>
    /// <param name="alpha">How much positives count, negatives 1 - alpha, in [0, 1]; negative: all count 1.</param>
    /// <param name="gamma">γ, 0 or more: 0 is the binary cross-entropy.</param>
    /// <param name="reduction">Over all elements.</param>
    /// <returns>A scalar, or the logits' shape with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="MekikiException">Shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is above 1, gamma is negative, or there is no such reduction.</exception>
    /// <remarks>Lin, Goyal, Girshick, He, Dollár, "Focal Loss for Dense Object Detection", 2017, arXiv:1708.02002, equation 5.</remarks>
    public static Tensor SigmoidFocal(Tensor logits, Tensor target, float alpha = 0.25f, float gamma = 2, Reduction reduction = Reduction.Mean)
    {
        Check("SigmoidFocal", logits, target);
        if (!(alpha <= 1) || !(gamma >= 0) || !float.IsFinite(gamma))
            throw new ArgumentOutOfRangeException(null, $"SigmoidFocal: expected an alpha of at most 1 and a gamma of 0 or more, got {Text(alpha)} and {Text(gamma)}.");
        // With z the logit's sign turned for negatives, p_t = σ(z) and 1 - p_t = σ(-z).
        var z = ((target * 2).AsInner() + -1).AsInner() * logits;
        var right = LogSigmoidFunction.Instance.Apply(z.AsInner()).AsInner();
        var wrong = (right - z).AsInner();
        var losses = -((wrong * gamma).AsInner().Exp().AsInner() * right).AsInner();
        if (alpha >= 0)
            losses = losses.AsInner() * ((target * (2 * alpha - 1)).AsInner() + (1 - alpha)).AsInner();
        return Reduced(losses, reduction);
    }

    /// <summary>Squared error.</summary>
    /// <param name="x">Predictions, any shape.</param>
    /// <param name="target">What they should be, of the same shape.</param>
    /// <param name="reduction">Over all elements.</param>
    /// <returns>A scalar, or the predictions' shape with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="MekikiException">Shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such reduction.</exception>
    public static Tensor Mse(Tensor x, Tensor target, Reduction reduction = Reduction.Mean)
    {
        Check("MseLoss", x, target);
        var difference = (x - target).AsInner();
        return Reduced(difference * difference, reduction);
    }

    /// <summary>Absolute error, |x - t|.</summary>
    /// <inheritdoc cref="Mse"/>
    public static Tensor L1(Tensor x, Tensor target, Reduction reduction = Reduction.Mean)
    {
        Check("L1Loss", x, target);
        return Reduced(Distance(x, target), reduction);
    }

    /// <summary>Squared near 0, absolute beyond: d² / (2 β) for d = |x - t| below β, else d - β / 2. Girshick, "Fast R-CNN", 2015, arXiv:1504.08083, equation 3.</summary>
    /// <param name="x">Predictions, any shape.</param>
    /// <param name="target">What they should be, of the same shape.</param>
    /// <param name="beta">β, where the parts meet, above 0; for 0 use <see cref="L1"/>.</param>
    /// <param name="reduction">Over all elements.</param>
    /// <returns>A scalar, or the predictions' shape with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="MekikiException">Shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">β is not above 0, or there is no such reduction.</exception>
    public static Tensor SmoothL1(Tensor x, Tensor target, float beta = 1, Reduction reduction = Reduction.Mean)
    {
        Check("SmoothL1Loss", x, target);
        Ranges.Positive(beta, "Beta");
        return Reduced(Knee(x, target, beta, 1 / beta), reduction);
    }

    /// <summary>Squared near 0, absolute beyond: d² / 2 for d = |x - t| below δ, else δ (d - δ / 2). Huber, "Robust Estimation of a Location Parameter", 1964.</summary>
    /// <param name="x">Predictions, any shape.</param>
    /// <param name="target">What they should be, of the same shape.</param>
    /// <param name="delta">δ, where the parts meet, above 0.</param>
    /// <param name="reduction">Over all elements.</param>
    /// <returns>A scalar, or the predictions' shape with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="MekikiException">Shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">δ is not above 0, or there is no such reduction.</exception>
    public static Tensor Huber(Tensor x, Tensor target, float delta = 1, Reduction reduction = Reduction.Mean)
    {
        Check("HuberLoss", x, target);
        Ranges.Positive(delta, "Delta");
        return Reduced(Knee(x, target, delta, 1), reduction);
    }

    /// <summary>Kullback–Leibler divergence, t (log t - x): how far predicted probabilities are from the target's.</summary>
    /// <param name="logProbabilities">x, such as <see cref="Tensor.LogSoftmax"/> gives, any shape.</param>
    /// <param name="target">Probabilities t in [0, 1], of the same shape; where 0, the loss is 0.</param>
    /// <param name="reduction">Over all elements; the definition's is <see cref="Reduction.BatchMean"/>.</param>
    /// <returns>A scalar, or the log-probabilities' shape with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="MekikiException">Shapes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such reduction.</exception>
    /// <remarks>Differs from PyTorch: the mean over rows is the default, as the definition has it.</remarks>
    public static Tensor KullbackLeibler(Tensor logProbabilities, Tensor target, Reduction reduction = Reduction.BatchMean)
    {
        // The least normal number stands for 0, of which there is no logarithm.
        const float Least = 1.2e-38f;
        Check("KullbackLeibler", logProbabilities, target);
        var logarithm = ((target + -Least).AsInner().Relu().AsInner() + Least).AsInner().Log().AsInner();
        return Reduced(target * (logarithm - logProbabilities).AsInner(), reduction);
    }

    /// <summary>Cross-entropy against probabilities: -Σ_k t_k log softmax(x)_k for each row.</summary>
    /// <param name="logits">x, (N, K).</param>
    /// <param name="target">t, (N, K): probabilities, each row with the sum 1.</param>
    /// <param name="weights">Weight of each class, (K); null: all 1.</param>
    /// <param name="labelSmoothing">Share of the target that is spread over all classes, in [0, 1].</param>
    /// <param name="reduction">Over rows; the mean divides by N, whatever the weights are.</param>
    /// <returns>A scalar, or (N) with <see cref="Reduction.None"/>.</returns>
    /// <exception cref="MekikiException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The smoothing is out of its range, or there is no such reduction.</exception>
    public static Tensor CrossEntropy(Tensor logits, Tensor target, Tensor? weights = null, float labelSmoothing = 0, Reduction reduction = Reduction.Mean)
    {
        Check("CrossEntropy", logits, target);
        Operand.Check("CrossEntropy", logits, target, weights);
        if (logits.Shape.Rank != 2 || (weights is not null && weights.Shape != [logits.Shape[1]]))
            throw new MekikiException($"CrossEntropy: expected logits and target (N, K) and weights (K), got {logits.Shape}, {target.Shape} and {(weights is null ? "none" : weights.Shape)}.");
        if (!(labelSmoothing is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(labelSmoothing), $"CrossEntropy: expected a label smoothing in [0, 1], got {Text(labelSmoothing)}.");
        if (labelSmoothing > 0)
            target = ((target * (1 - labelSmoothing)).AsInner() + labelSmoothing / logits.Shape[1]).AsInner();
        if (weights is not null)
            target = (target * weights).AsInner();
        var products = (target * logits.LogSoftmax(1).AsInner()).AsInner();
        return Reduced(-products.Sum(1).AsInner(), reduction);
    }

    private static Tensor BinaryElements(Tensor x, Tensor t, Tensor? positiveWeight)
    {
        // log(1 - σ(x)) = log σ(x) - x
        var log = LogSigmoidFunction.Instance.Apply(x).AsInner();
        var counts = positiveWeight is null ? null : (((positiveWeight + -1).AsInner() * t).AsInner() + 1).AsInner();
        var positive = counts is null ? log : (counts * log).AsInner();
        return (x - (t * x).AsInner()).AsInner() - positive;
    }

    // |x - t|; its derivative at 0 is 0.
    private static Tensor Distance(Tensor x, Tensor target)
    {
        var difference = (x - target).AsInner();
        return difference.Relu().AsInner() + (-difference).AsInner().Relu().AsInner();
    }

    // With d = |x - t| and c = min(d, knee): factor · c (d - c / 2).
    private static Tensor Knee(Tensor x, Tensor target, float knee, float factor)
    {
        var distance = Distance(x, target).AsInner();
        var near = (distance - (distance + -knee).AsInner().Relu().AsInner()).AsInner();
        return (near * factor).AsInner() * (distance - (near * 0.5f).AsInner()).AsInner();
    }

    private static void Check(string name, Tensor x, Tensor target, [CallerArgumentExpression(nameof(x))] string? xName = null)
    {
        Operand.Check(name, x, target, xName);
        if (x.Shape != target.Shape)
            throw new MekikiException($"{name}: expected two tensors of one shape, got {x.Shape} and {target.Shape}.");
    }

    private static Tensor Reduced(Tensor losses, Reduction reduction) => reduction switch
    {
        Reduction.Mean => losses.AsInner().Mean(),
        Reduction.Sum => losses.AsInner().Sum(),
        Reduction.None => losses,
        Reduction.BatchMean => losses.AsInner().Sum().AsInner() * (1f / (losses.Shape.Rank == 0 ? 1 : Math.Max(1, losses.Shape[0]))),
        _ => throw new ArgumentOutOfRangeException(nameof(reduction), $"Reduction: expected Mean, Sum, None, BatchMean, got {reduction}."),
    };

    private static string Text(float value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
