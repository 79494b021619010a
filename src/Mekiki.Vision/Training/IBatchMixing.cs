using Mekiki.Vision.Data;

namespace Mekiki.Vision.Training;

/// <summary>Mixes the images of a batch in pairs.</summary>
internal interface IBatchMixing
{
    /// <summary>Mixes a batch; the result is valid until the next call.</summary>
    /// <param name="batch">(N, C, H, W) and N labels; it stays as it is.</param>
    /// <param name="step">Which step of the training: the same seed and step mix the same.</param>
    /// <returns>The mixtures, (N, C, H, W), the labels of each one's second image, and the share of the first.</returns>
    (Tensor Images, ReadOnlyMemory<long> Partners, float Share) Apply(Batch batch, long step);

    /// <summary>What the options ask for; null: images are not mixed.</summary>
    public static IBatchMixing? Of(TrainOptions options) => options switch
    {
        { Mixup: > 0, CutMix: > 0 } => new EitherMixing(new Mixup(options.Mixup, options.Seed), new CutMix(options.CutMix, options.Seed), options.Seed),
        { Mixup: > 0 } => new Mixup(options.Mixup, options.Seed),
        { CutMix: > 0 } => new CutMix(options.CutMix, options.Seed),
        _ => null,
    };
}

/// <summary>Of two ways to mix, in each step one, drawn evenly.</summary>
internal sealed class EitherMixing(IBatchMixing first, IBatchMixing second, ulong seed) : IBatchMixing
{
    private const ulong Purpose = 0x4549_5448_4552_0001; // keeps these draws apart from other uses of a seed

    /// <inheritdoc/>
    public (Tensor Images, ReadOnlyMemory<long> Partners, float Share) Apply(Batch batch, long step) =>
        (new Generator(seed, (ulong)step, Purpose).NextDouble() < 0.5 ? first : second).Apply(batch, step);
}

/// <summary>Room for the mixtures of a batch, used again and again, and which images are mixed with which.</summary>
internal sealed class MixedBatch
{
    private TensorBuffer? images;
    private long[] partners = [];
    private int[] order = [];

    /// <summary>The mixtures' values, (N, C, H, W).</summary>
    public Span<float> Images => images!.Span;

    /// <summary>Of each image, the index of the one that it is mixed with.</summary>
    public ReadOnlySpan<int> Order => order;

    /// <summary>Makes room, and draws who is mixed with whom.</summary>
    public void Begin(Batch batch, ref Generator generator)
    {
        int capacity = Math.Max(order.Length, batch.Count);
        if (images is null || order.Length < batch.Count)
            (images, partners, order) = (new TensorBuffer((long)capacity * batch.Shape.Length), new long[capacity], new int[capacity]);
        for (int n = 0; n < batch.Count; n++)
            order[n] = n;
        generator.Shuffle(order.AsSpan(0, batch.Count));
        for (int n = 0; n < batch.Count; n++)
            partners[n] = batch.Labels[order[n]];
    }

    /// <summary>The mixtures.</summary>
    public Tensor ToTensor(Batch batch) => images!.ToTensor([batch.Count, batch.Shape.Channels, batch.Shape.Height, batch.Shape.Width]);

    /// <summary>The labels of each one's second image.</summary>
    public ReadOnlyMemory<long> Partners(Batch batch) => partners.AsMemory(0, batch.Count);
}
