using System.Globalization;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>A random rotation, shift, scale and shear about the image's centre, drawn anew for each image and epoch.</summary>
/// <remarks>
/// torchvision's RandomAffine, its draws in the same order: angle, shift x, shift y (rounded to whole pixels), scale, shear.
/// Unset parts are not drawn. It never mirrors an image.
/// </remarks>
/// <example>
/// <code>
/// var affine = new RandomAffine(DrawRange.Around(10), translateX: 0.1, translateY: 0.1, scale: new DrawRange(0.9, 1.1));
/// var pipeline = new Pipeline(affine, new ToTensor());
/// </code>
/// </example>
public sealed record RandomAffine : PixelTransform
{
    /// <summary>Creates the transform; unset parts stay as they are.</summary>
    /// <param name="degrees">Range of the rotation in degrees, clockwise.</param>
    /// <param name="translateX">Largest shift in x as a share of the width, in [0, 1].</param>
    /// <param name="translateY">Largest shift in y as a share of the height, in [0, 1].</param>
    /// <param name="scale">Range of the magnification, above 0.</param>
    /// <param name="shear">Range of the shear along x in degrees, within (-90, 90).</param>
    /// <param name="interpolation">How values between pixels are found; torchvision's default is the nearest pixel.</param>
    /// <param name="fill">Value of pixels from outside the image, in every channel; null: the median of the image's own border.</param>
    /// <exception cref="MekikiException">A value is outside its range; all of them are named.</exception>
    public RandomAffine(DrawRange degrees, double translateX = 0, double translateY = 0, DrawRange? scale = null, DrawRange? shear = null, Interpolation interpolation = Interpolation.Nearest, byte? fill = 0)
    {
        var wrong = new List<string>();
        Check(double.IsFinite(degrees.Low) && double.IsFinite(degrees.High) && degrees.Low <= degrees.High, "degrees: expected a range from low to high", degrees.ToString());
        Check(translateX is >= 0 and <= 1, "translateX: expected a share in [0, 1]", translateX.ToString(CultureInfo.InvariantCulture));
        Check(translateY is >= 0 and <= 1, "translateY: expected a share in [0, 1]", translateY.ToString(CultureInfo.InvariantCulture));
        if (scale is { } s)
            Check(s.Low > 0 && s.Low <= s.High && double.IsFinite(s.High), "scale: expected a range above 0, from low to high", s.ToString());
        if (shear is { } h)
            Check(h.Low > -90 && h.Low <= h.High && h.High < 90, "shear: expected a range within (-90, 90), from low to high", h.ToString());
        if (wrong.Count > 0)
            throw new MekikiException("RandomAffine: " + string.Join("; ", wrong) + ".");
        (Degrees, TranslateX, TranslateY, Scale, Shear, Interpolation, Fill) = (degrees, translateX, translateY, scale, shear, interpolation, fill);

        void Check(bool right, string expected, string got)
        {
            if (!right)
                wrong.Add($"{expected}, got {got}");
        }
    }

    /// <summary>Range of the rotation in degrees, clockwise.</summary>
    public DrawRange Degrees { get; }

    /// <summary>Largest shift in x as a share of the width, in [0, 1].</summary>
    public double TranslateX { get; }

    /// <summary>Largest shift in y as a share of the height, in [0, 1].</summary>
    public double TranslateY { get; }

    /// <summary>Range of the magnification, or null for none.</summary>
    public DrawRange? Scale { get; }

    /// <summary>Range of the shear along x in degrees, or null for none.</summary>
    public DrawRange? Shear { get; }

    /// <summary>How values between pixels are found.</summary>
    public Interpolation Interpolation { get; }

    /// <summary>Value of pixels from outside the image, in every channel; null: the median of the image's own border.</summary>
    public byte? Fill { get; }

    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination) =>
        AffineKernel.Run(image, shape, Draw(shape, ref generator), Interpolation, FillOf(image, shape), destination);

    /// <inheritdoc/>
    public override string ToString()
    {
        string text = $"RandomAffine(degrees={Degrees}";
        if (TranslateX > 0 || TranslateY > 0)
            text += string.Create(CultureInfo.InvariantCulture, $", translate=({TranslateX}, {TranslateY})");
        if (Scale is { } scale)
            text += $", scale={scale}";
        if (Shear is { } shear)
            text += $", shear={shear}";
        return $"{text}, {Interpolation.ToString().ToLowerInvariant()}, fill={Fill?.ToString(CultureInfo.InvariantCulture) ?? "border"})";
    }

    internal byte FillOf(ReadOnlySpan<byte> image, ImageShape shape) => Fill ?? Border.Median(image, shape);

    internal AffineMatrix Draw(ImageShape shape, ref Generator generator)
    {
        double angle = Degrees.Draw(ref generator), shiftX = 0, shiftY = 0;
        if (TranslateX > 0 || TranslateY > 0)
        {
            shiftX = Math.Round(DrawRange.Around(TranslateX * shape.Width).Draw(ref generator));
            shiftY = Math.Round(DrawRange.Around(TranslateY * shape.Height).Draw(ref generator));
        }

        double scale = Scale?.Draw(ref generator) ?? 1, shear = Shear?.Draw(ref generator) ?? 0;
        return AffineMatrix.Inverse(shape.Height, shape.Width, angle, shiftX, shiftY, scale, shear, 0);
    }
}
