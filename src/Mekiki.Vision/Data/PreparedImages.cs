using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Data;

/// <summary>Labelled images as a recognizer sees them, read one by one, in any order, from any number of threads.</summary>
/// <example>
/// <code>
/// var images = new PreparedImages(set, split.Train, recognizer.Preprocessing.Pipeline(set.Shape));
/// var values = new float[images.Shape.Length];
/// images.Read(0, values);
/// </code>
/// </example>
public sealed class PreparedImages
{
    private readonly ImageSet set;
    private readonly int[] subset;
    private readonly Pipeline pipeline;

    /// <summary>Chooses the images and what each goes through first.</summary>
    /// <param name="set">The images.</param>
    /// <param name="subset">Indices of those that are meant.</param>
    /// <param name="pipeline">Fixed steps; random ones would be the same at each reading.</param>
    /// <exception cref="MekikiException">A step of the pipeline cannot take such images.</exception>
    public PreparedImages(ImageSet set, int[] subset, Pipeline pipeline)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(subset);
        ArgumentNullException.ThrowIfNull(pipeline);
        (this.set, this.subset, this.pipeline) = (set, subset, pipeline);
        Shape = pipeline.OutputShape(set.Shape);
    }

    /// <summary>How many there are.</summary>
    public int Count => subset.Length;

    /// <summary>How many classes, K, there are.</summary>
    public int Classes => set.Classes.Count;

    /// <summary>The shape (C, H, W) of each.</summary>
    public ImageShape Shape { get; }

    /// <summary>The class of an image, in [0, K).</summary>
    /// <param name="index">In [0, <see cref="Count"/>).</param>
    public int Label(int index) => set.Labels[subset[index]];

    /// <summary>Writes an image.</summary>
    /// <param name="index">In [0, <see cref="Count"/>).</param>
    /// <param name="values">Receives (C, H, W), float32.</param>
    /// <exception cref="MekikiException">A step of the pipeline cannot take such an image.</exception>
    public void Read(int index, Span<float> values)
    {
        var none = new Generator(0);
        pipeline.Write(set.Image(subset[index]), set.Shape, ref none, values);
    }
}
