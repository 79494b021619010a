using System.Globalization;
using Mekiki.Autograd;

namespace Mekiki.Vision.Models;

/// <summary>Networks of one form side by side, which differ in their first weights alone; their scores are averaged.</summary>
/// <remarks>
/// Cireşan, Meier, Schmidhuber, "Multi-column Deep Neural Networks for Image Classification", 2012, arXiv:1202.2745, section 2;
/// first weights as the only difference: Lakshminarayanan, Pritzel, Blundell, 2017, arXiv:1612.01474, section 2.4.
/// Each learns by its own loss, as it would alone, but all from the same batches. Differs from both papers: logits are averaged, not
/// probabilities.
/// </remarks>
/// <example>
/// <code>
/// var members = Enumerable.Range(0, 3).Select(n => Catalogue.Find("cnn").Create(set.Shape, set.Classes.Count, seed: (ulong)n));
/// var logits = new Ensemble(members)[x];      // (N, K)
/// </code>
/// </example>
public sealed class Ensemble : Module, IHasFeatures, IHasTrainingLoss
{
    private readonly Module[] members;
    private readonly Tensor?[] logits;

    /// <summary>Puts networks side by side.</summary>
    /// <param name="members">One or more, each (N, C, H, W) -> (N, K).</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no member.</exception>
    public Ensemble(IEnumerable<Module> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        this.members = [.. members.Select((m, i) => Child(i.ToString(CultureInfo.InvariantCulture), m))];
        ArgumentOutOfRangeException.ThrowIfZero(this.members.Length, nameof(members));
        logits = new Tensor?[this.members.Length];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> OnlyInTraining => [];

    /// <param name="x">Images, (N, C, H, W), float32, normalized.</param>
    /// <returns>The mean of the members' logits, (N, K). In training, theirs are kept for <see cref="Loss"/>.</returns>
    /// <exception cref="MekikiException">The members cannot take images of this shape, or have different numbers of classes.</exception>
    public override Tensor Forward(Tensor x)
    {
        bool kept = IsTraining && Gradients.AreOn;
        Array.Clear(logits);
        Tensor? sum = null;
        for (int i = 0; i < members.Length; i++)
        {
            var scores = members[i][x];                  // (N, K)
            logits[i] = kept ? scores : null;
            sum = sum is null ? scores : sum + scores;
        }

        return sum! * (1f / members.Length);             // (N, K)
    }

    /// <summary>The members' features side by side, (N, the sum of their lengths).</summary>
    /// <param name="x">Images, (N, C, H, W), float32, normalized.</param>
    /// <exception cref="NotSupportedException">A member has none.</exception>
    /// <exception cref="MekikiException">The members cannot take images of this shape.</exception>
    public Tensor Features(Tensor x) => Tensor.Concatenate(1, [.. members.Select(m => m is IHasFeatures member
        ? m.Call(x, member.Features)
        : throw new NotSupportedException($"Features: expected members that are {nameof(IHasFeatures)}, got {m.GetType().Name}. Implement {nameof(IHasFeatures)} in it."))]);

    /// <summary>The mean of the members' losses; without gradients, the loss of their mean.</summary>
    /// <inheritdoc/>
    /// <exception cref="MekikiException">The shapes do not fit, or a label is out of range.</exception>
    public Tensor Loss(Tensor logits, ReadOnlySpan<long> labels, CrossEntropy crossEntropy)
    {
        Tensor? sum = null;
        for (int i = 0; i < members.Length && this.logits[i] is { } scores; i++)
        {
            var loss = members[i].LossOf(scores, labels, crossEntropy);
            sum = sum is null ? loss : sum + loss;
        }

        return sum is null ? crossEntropy.Of(logits, labels) : sum * (1f / members.Length);
    }
}
