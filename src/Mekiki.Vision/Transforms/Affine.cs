using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>Rotation, shift, scale and shear with given numbers; what <see cref="RandomAffine"/> draws.</summary>
/// <remarks>Agrees with torchvision's <c>functional.affine</c> on PIL images.</remarks>
/// <example>
/// <code>
/// var pipeline = new Pipeline(new Affine(AngleDegrees: 5, Interpolation: Interpolation.Bilinear, Fill: 255), new ToTensor());
/// </code>
/// </example>
/// <param name="AngleDegrees">Clockwise rotation about the image's centre.</param>
/// <param name="TranslateX">Shift to the right, in pixels.</param>
/// <param name="TranslateY">Shift downwards, in pixels.</param>
/// <param name="Scale">Magnification, above 0.</param>
/// <param name="ShearX">Shear along x, in degrees.</param>
/// <param name="ShearY">Shear along y, in degrees.</param>
/// <param name="Interpolation">How values between pixels are found.</param>
/// <param name="Fill">Value of pixels from outside the image, in every channel.</param>
/// <exception cref="MekikiException">The scale is not above 0.</exception>
public sealed record Affine(
    double AngleDegrees = 0, double TranslateX = 0, double TranslateY = 0, double Scale = 1,
    double ShearX = 0, double ShearY = 0, Interpolation Interpolation = Interpolation.Nearest, byte Fill = 0) : PixelTransform
{
    /// <summary>Magnification, above 0.</summary>
    public double Scale { get; } = Scale > 0 && double.IsFinite(Scale)
        ? Scale
        : throw new MekikiException(FormattableString.Invariant($"Affine: expected a scale above 0, got {Scale}."));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> image, ImageShape shape, ref Generator generator, Span<byte> destination) =>
        AffineKernel.Run(image, shape, Matrix(shape), Interpolation, Fill, destination);

    internal AffineMatrix Matrix(ImageShape shape) =>
        AffineMatrix.Inverse(shape.Height, shape.Width, AngleDegrees, TranslateX, TranslateY, Scale, ShearX, ShearY);
}
