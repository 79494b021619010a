using Mekiki.Vision.Data;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Training;

/// <summary>What one forward and backward pass takes of a batch: usually all of it.</summary>
/// <param name="Images">(N, C, H, W), float32.</param>
/// <param name="Labels">N class indices.</param>
/// <param name="Partners">Where images are mixed, the classes of the second images; otherwise empty.</param>
/// <param name="Share">The share of the first images in the mixtures, in [0.5, 1].</param>
/// <param name="Weight">How much the labels weigh of all the batch's, in (0, 1].</param>
/// <param name="PartnerWeight">The same of the partners.</param>
internal readonly record struct BatchPart(Tensor Images, ReadOnlyMemory<long> Labels, ReadOnlyMemory<long> Partners, float Share, float Weight, float PartnerWeight)
{
    /// <summary>The part's contribution to the batch's loss.</summary>
    public Tensor Loss(Module network, Tensor scores, CrossEntropy crossEntropy, LossFunction? ownLoss = null)
    {
        var loss = Of(Labels);
        if (Partners.IsEmpty)
            return Weight == 1 ? loss : Weight * loss;
        return Share * Weight * loss + (1 - Share) * PartnerWeight * Of(Partners);

        Tensor Of(ReadOnlyMemory<long> labels) => ownLoss is null ? network.LossOf(scores, labels.Span, crossEntropy) : ownLoss(scores, labels.Span);
    }
}

/// <summary>Cuts batches for passes whose gradients are added up, and mixes their images first when wanted.</summary>
/// <remarks>
/// The mean over a large batch, weighted by classes or not, is the weighted sum of the means over its parts, so memory is taken for one part alone.
/// Differs from one pass over the whole batch: batch norm's statistics are each part's own.
/// </remarks>
internal sealed class BatchParts(int parts, Mixup? mixup, CrossEntropy crossEntropy)
{
    private readonly List<BatchPart> cut = [];

    /// <summary>The parts of a batch, valid until the next call.</summary>
    /// <param name="batch">N images.</param>
    /// <param name="step">Which step of the training.</param>
    public List<BatchPart> Of(Batch batch, long step)
    {
        cut.Clear();
        var (images, partners, share) = mixup?.Apply(batch, step) ?? (batch.ToTensor(), ReadOnlyMemory<long>.Empty, 1);
        // Batch norm can make nothing of a part with one image.
        int count = Math.Clamp(parts, 1, Math.Max(1, batch.Count / 2)), length = batch.Shape.Length;
        if (count == 1)
            cut.Add(new(images, batch.LabelMemory, partners, share, 1, 1));
        for (int i = 0; count > 1 && i < count; i++)
        {
            int from = (int)((long)batch.Count * i / count), n = (int)((long)batch.Count * (i + 1) / count) - from;
            var part = Tensor.From(images.Values.Slice(from * length, n * length), [n, batch.Shape.Channels, batch.Shape.Height, batch.Shape.Width]);
            cut.Add(new(part, batch.LabelMemory.Slice(from, n), partners.IsEmpty ? partners : partners.Slice(from, n), share, Weight(batch.LabelMemory), partners.IsEmpty ? 0 : Weight(partners)));

            float Weight(ReadOnlyMemory<long> labels) => (float)(crossEntropy.WeightOf(labels.Span.Slice(from, n)) / crossEntropy.WeightOf(labels.Span));
        }

        return cut;
    }
}
