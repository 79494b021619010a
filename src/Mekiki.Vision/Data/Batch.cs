using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Data;

/// <summary>Images ready for a network, with their labels. Its memory is used again after the next <see cref="Loader.Next"/>.</summary>
public sealed class Batch
{
    internal Batch(int capacity, ImageShape shape)
    {
        Shape = shape;
        values = new TensorBuffer((long)capacity * shape.Length);
        labels = new long[capacity];
        indices = new int[capacity];
    }

    private readonly TensorBuffer values;
    private readonly long[] labels;
    private readonly int[] indices;

    /// <summary>How many images the batch holds: N.</summary>
    public int Count { get; internal set; }

    /// <summary>The shape (C, H, W) of each image.</summary>
    public ImageShape Shape { get; }

    /// <summary>(N, C, H, W), float32.</summary>
    public Span<float> Images => values.Span[..(Count * Shape.Length)];

    /// <summary>The same images as the network's input, without a copy: they change with the batch.</summary>
    public Tensor ToTensor() => values.ToTensor([Count, Shape.Channels, Shape.Height, Shape.Width]);

    /// <summary>(N), int64: class indices.</summary>
    public ReadOnlySpan<long> Labels => labels.AsSpan(0, Count);

    internal ReadOnlyMemory<long> LabelMemory => labels.AsMemory(0, Count);

    /// <summary>(N): the images' indices in their set.</summary>
    public ReadOnlySpan<int> Indices => indices.AsSpan(0, Count);

    internal void Label(ImageSet set, int slot, int index) => (labels[slot], indices[slot]) = (set.Labels[index], index);

    internal void Fill(ImageSet set, Pipeline pipeline, ImageTurn turn, ref Generator generator, int slot, int index)
    {
        pipeline.Write(set.Image(index), set.Shape, turn, ref generator, values.Span.Slice(slot * Shape.Length, Shape.Length));
    }
}
