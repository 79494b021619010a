using Mekiki.Vision.Data;
using Mekiki.Vision.Models;
using Mekiki.Vision.Ranks;

namespace Mekiki.Vision.Training;

/// <summary>What one forward and backward pass takes of a batch: usually all of it.</summary>
/// <param name="Number">Which part of the batch, 0 for the first.</param>
/// <param name="Images">(N, C, H, W), float32.</param>
/// <param name="Labels">N class indices.</param>
/// <param name="Partners">Where images are mixed, the classes of the second images; otherwise empty.</param>
/// <param name="Share">The share of the first images in the mixtures, in [0, 1].</param>
/// <param name="Weight">How much the labels weigh of all the batch's, in (0, 1].</param>
/// <param name="PartnerWeight">The same of the partners.</param>
internal readonly record struct BatchPart(int Number, Tensor Images, ReadOnlyMemory<long> Labels, ReadOnlyMemory<long> Partners, float Share, float Weight, float PartnerWeight)
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
/// <param name="parts">Into how many parts a batch is cut.</param>
/// <param name="mixing">Mixes the batch's images; null: they stay.</param>
/// <param name="crossEntropy">Says what labels weigh.</param>
/// <param name="ranks">The ranks, each of which takes a run of the parts; null: this process takes all.</param>
internal sealed class BatchParts(int parts, IBatchMixing? mixing, CrossEntropy crossEntropy, RankGroup? ranks = null)
{
    private readonly List<BatchPart> cut = [];

    /// <summary>Into how many parts a batch of so many images is cut. Batch norm can make nothing of a part with one image.</summary>
    public int CountOf(int images) => Math.Clamp(parts, 1, Math.Max(1, images / 2));

    /// <summary>Of a batch of so many images, the run that this rank's parts hold.</summary>
    public (int From, int To) ImagesOf(int images)
    {
        int count = CountOf(images);
        var (first, end) = RunOf(count);
        return (PlaceOf(images, first, count), PlaceOf(images, end, count));
    }

    /// <summary>This rank's parts of a batch, valid until the next call.</summary>
    /// <param name="batch">N images.</param>
    /// <param name="step">Which step of the training.</param>
    public List<BatchPart> Of(Batch batch, long step)
    {
        cut.Clear();
        var (images, partners, share) = mixing?.Apply(batch, step) ?? (batch.ToTensor(), ReadOnlyMemory<long>.Empty, 1);
        int count = CountOf(batch.Count), length = batch.Shape.Length;
        var (first, end) = RunOf(count);
        if (count == 1 && end == 1)
            cut.Add(new(0, images, batch.LabelMemory, partners, share, 1, 1));
        var values = count > 1 && end > first ? images.Values : default;
        for (int i = first; count > 1 && i < end; i++)
        {
            int from = PlaceOf(batch.Count, i, count), n = PlaceOf(batch.Count, i + 1, count) - from;
            var part = Tensor.From(values.Slice(from * length, n * length), [n, batch.Shape.Channels, batch.Shape.Height, batch.Shape.Width]);
            cut.Add(new(i, part, batch.LabelMemory.Slice(from, n), partners.IsEmpty ? partners : partners.Slice(from, n), share, Weight(batch.LabelMemory), partners.IsEmpty ? 0 : Weight(partners)));

            float Weight(ReadOnlyMemory<long> labels) => (float)(crossEntropy.WeightOf(labels.Span.Slice(from, n)) / crossEntropy.WeightOf(labels.Span));
        }

        return cut;
    }

    private (int From, int To) RunOf(int count) => PartSum.RunOf(ranks?.Rank ?? 0, ranks?.Size ?? 1, count);

    private static int PlaceOf(int images, int part, int count) => (int)((long)images * part / count);
}
