using System.Buffers;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>A random part of the image, scaled to the image's size or another: another distance and another view, drawn anew for each image and epoch.</summary>
/// <remarks>
/// Szegedy et al., "Going Deeper with Convolutions", 2014, arXiv:1409.4842, section 6; torchvision's RandomResizedCrop: the area is drawn
/// evenly, the proportions by their logarithm, relative to the image's own. Where a part does not fit into the image ten times, it is the whole image.
/// </remarks>
/// <example>
/// <code>
/// var pipeline = new Pipeline(new RandomResizedCrop(new DrawRange(0.5, 1)), new RandomFlip(), new ToTensor());
/// </code>
/// </example>
public sealed record RandomResizedCrop : PixelTransform
{
    private const int Tries = 10;

    /// <summary>Creates the transform.</summary>
    /// <param name="area">Range of the part's share of the image's area, in (0, 1].</param>
    /// <param name="proportions">Range of width by height, as a multiple of the image's own, above 0; null: 3/4 to 4/3.</param>
    /// <exception cref="MekikiException">A range is outside of its bounds.</exception>
    public RandomResizedCrop(DrawRange area, DrawRange? proportions = null)
    {
        var wanted = proportions ?? new DrawRange(3.0 / 4, 4.0 / 3);
        if (!(area.Low > 0 && area.Low <= area.High && area.High <= 1))
            throw new MekikiException($"RandomResizedCrop: expected shares of the area in (0, 1], from low to high, got {area}.");
        if (!(wanted.Low > 0 && wanted.Low <= wanted.High && double.IsFinite(wanted.High)))
            throw new MekikiException($"RandomResizedCrop: expected proportions above 0, from low to high, got {wanted}.");
        (Area, Proportions) = (area, wanted);
    }

    /// <summary>Range of the part's share of the image's area.</summary>
    public DrawRange Area { get; }

    /// <summary>Range of width by height, as a multiple of the image's own.</summary>
    public DrawRange Proportions { get; }

    /// <summary>Height and width of the result in pixels, 1 or more; null: those of the image.</summary>
    /// <exception cref="MekikiException">A size is below 1.</exception>
    public (int Height, int Width)? Size
    {
        get;
        init => field = value is not var (height, width) ? null : (Resize.Positive(nameof(RandomResizedCrop), height, "height"), Resize.Positive(nameof(RandomResizedCrop), width, "width"));
    }

    /// <summary>How the part is scaled.</summary>
    public Resampling Resampling { get; init; }

    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override ImageShape OutputShape(ImageShape input) => Size is var (height, width) ? new(input.Channels, height, width) : input;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination)
    {
        var (top, left, height, width) = Draw(shape, ref generator);
        int channels = shape.Channels;
        var output = OutputShape(shape);
        if (output == shape && (height, width) == (shape.Height, shape.Width))
        {
            image[..shape.Length].CopyTo(destination);
            return;
        }

        byte[] part = ArrayPool<byte>.Shared.Rent(height * width * channels);
        FitKernel.Part(image, shape, top, left, part, height, width);
        ResizeKernel.Run(part.AsSpan(0, height * width * channels), new ImageShape(channels, height, width), destination, output.Height, output.Width, Resampling);
        ArrayPool<byte>.Shared.Return(part);
    }

    /// <inheritdoc/>
    public override string ToString() => $"RandomResizedCrop(area={Area}, proportions={Proportions}{(Size is var (height, width) ? $", size=({height}, {width})" : "")}{(Resampling == Resampling.Bilinear ? "" : $", {Resampling}")})";

    private (int Top, int Left, int Height, int Width) Draw(ImageShape shape, ref Generator generator)
    {
        for (int i = 0; i < Tries; i++)
        {
            double area = shape.Height * (double)shape.Width * Area.Draw(ref generator);
            double ratio = (double)shape.Width / shape.Height * Math.Exp(generator.Uniform(Math.Log(Proportions.Low), Math.Log(Proportions.High)));
            int width = (int)Math.Round(Math.Sqrt(area * ratio)), height = (int)Math.Round(Math.Sqrt(area / ratio));
            if (width >= 1 && height >= 1 && width <= shape.Width && height <= shape.Height)
                return (generator.NextInt32(shape.Height - height + 1), generator.NextInt32(shape.Width - width + 1), height, width);
        }

        return (0, 0, shape.Height, shape.Width);
    }
}
