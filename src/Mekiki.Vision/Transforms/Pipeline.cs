using System.Buffers;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>Steps one after another: uint8 pixels in, the network's float32 input out.</summary>
/// <remarks>
/// The order is that of the chapter: steps on pixels, <see cref="ToTensor"/>, and last, if wanted, <see cref="Normalize"/>.
/// A random affine just before ToTensor runs together with it, as one pass from the pixels into the batch.
/// Immutable and without state: any number of threads may use one.
/// </remarks>
/// <example>
/// <code>
/// var pipeline = new Pipeline(new Resize(48, 48), new RandomAffine(DrawRange.Around(5)), new ToTensor(), new Normalize(0.5f, 0.5f));
/// var loader = new Loader(set, split.Train, pipeline);
/// </code>
/// </example>
public sealed class Pipeline
{
    private readonly Transform[] steps;
    private readonly PixelTransform[] pixelSteps;
    private readonly PixelValues values;

    /// <summary>Creates a pipeline of the given steps.</summary>
    /// <exception cref="MekikiException">The steps are in an order that cannot run.</exception>
    public Pipeline(params Transform[] steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        this.steps = [.. steps];
        int tensor = Array.FindIndex(steps, s => s is ToTensor);
        pixelSteps = [.. steps.OfType<PixelTransform>()];
        bool ordered = tensor == pixelSteps.Length && steps.Length - tensor <= 2
            && (steps.Length == tensor + 1 || steps[^1] is Normalize);
        if (!ordered)
            throw new MekikiException($"Pipeline: expected steps on pixels, then ToTensor, then at most one Normalize, got [{string.Join(", ", steps.AsEnumerable())}]. Reorder the steps.");
        values = new PixelValues(steps[^1] as Normalize);
    }

    /// <summary>The steps, in order.</summary>
    public IReadOnlyList<Transform> Steps => steps;

    /// <summary>Whether any step draws random numbers.</summary>
    public bool IsRandom => Array.Exists(steps, s => s.IsRandom);

    /// <summary>The shape (C, H, W) of what an image of shape <paramref name="input"/> becomes.</summary>
    /// <exception cref="MekikiException">A step cannot take such an image.</exception>
    public ImageShape OutputShape(ImageShape input)
    {
        foreach (var step in steps)
            input = step.OutputShape(input);
        return input;
    }

    /// <summary>Runs all steps on one image.</summary>
    /// <param name="image">Pixels, (H, W, C), uint8.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="generator">The image's own random stream, such as <c>new Generator(seed, epoch, index)</c>.</param>
    /// <param name="destination">Receives (C, H, W) float32 of <see cref="OutputShape"/>.</param>
    /// <exception cref="MekikiException">A step cannot take such an image.</exception>
    public void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<float> destination) =>
        Write(image, shape, null, ref generator, destination);

    /// <summary>The same, for an image of an epoch; null: nobody knows which.</summary>
    internal void Write(ReadOnlySpan<byte> image, ImageShape shape, ImageTurn? turn, ref Generator generator, Span<float> destination)
    {
        if (!values.TakesAny)
            _ = OutputShape(shape);   // Normalize refuses images of other channels
        byte[]? spare = null, kept = null;
        var current = image;
        for (int i = 0; i < pixelSteps.Length; i++)
        {
            var step = pixelSteps[i];
            if (step is Grayscale && shape.Channels == 1)
                continue;
            bool last = i == pixelSteps.Length - 1;
            if (last && step is RandomAffine random)
            {
                AffineKernel.Run(current, shape, random.Draw(shape, ref generator), random.Interpolation, random.FillOf(current, shape), values, destination);
                Release(spare, kept);
                return;
            }

            var output = step.OutputShape(shape);
            if (spare is null || spare.Length < output.Length)
            {
                Release(spare, null);
                spare = ArrayPool<byte>.Shared.Rent(output.Length);
            }

            if (turn is { } known)
                step.Write(current, shape, known, ref generator, spare.AsSpan(0, output.Length));
            else
                step.Write(current, shape, ref generator, spare.AsSpan(0, output.Length));
            current = spare.AsSpan(0, output.Length);
            shape = output;
            (spare, kept) = (kept, spare);
        }

        values.Write(current, shape, destination);
        Release(spare, kept);
    }

    /// <summary>The steps as <c>Grayscale() > RandomAffine(…) > ToTensor()</c>.</summary>
    public override string ToString() => string.Join(" > ", steps.AsEnumerable());

    private static void Release(byte[]? spare, byte[]? kept)
    {
        if (spare is not null)
            ArrayPool<byte>.Shared.Return(spare);
        if (kept is not null)
            ArrayPool<byte>.Shared.Return(kept);
    }
}
