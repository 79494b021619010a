using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Data;

/// <summary>Images ready for a network, with their labels. Its memory is used again after the next <see cref="Loader.Next"/>.</summary>
public sealed class Batch
{
    internal Batch(int capacity, ImageShape shape)
    {
        Shape = shape;
        values = new float[capacity * shape.Length];
        labels = new long[capacity];
        indices = new int[capacity];
    }

    private readonly float[] values;
    private readonly long[] labels;
    private readonly int[] indices;

    /// <summary>How many images the batch holds: N.</summary>
    public int Count { get; internal set; }

    /// <summary>The shape (C, H, W) of each image.</summary>
    public ImageShape Shape { get; }

    /// <summary>(N, C, H, W), float32.</summary>
    public Span<float> Images => values.AsSpan(0, Count * Shape.Length);

    /// <summary>A copy of the images, (N, C, H, W), float32: the network's input.</summary>
    public Tensor ToTensor() => Tensor.From(Images, [Count, Shape.Channels, Shape.Height, Shape.Width]);

    /// <summary>(N), int64: class indices.</summary>
    public ReadOnlySpan<long> Labels => labels.AsSpan(0, Count);

    /// <summary>(N): the images' indices in their set.</summary>
    public ReadOnlySpan<int> Indices => indices.AsSpan(0, Count);

    internal void Fill(ImageSet set, Pipeline pipeline, ulong seed, ulong epoch, int slot, int index)
    {
        var generator = new Generator(seed, epoch, (ulong)index);
        labels[slot] = set.Labels[index];
        indices[slot] = index;
        pipeline.Write(set.Image(index), set.Shape, ref generator, values.AsSpan(slot * Shape.Length, Shape.Length));
    }
}
