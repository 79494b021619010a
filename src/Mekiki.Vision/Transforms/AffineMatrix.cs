namespace Mekiki.Vision.Transforms;

/// <summary>Where a pixel of the result comes from: x' = A x + B y + C, y' = D x + E y + F, in pixels of the source.</summary>
internal readonly record struct AffineMatrix(double A, double B, double C, double D, double E, double F)
{
    /// <summary>The inverse of: shear, scale and rotate about the image's centre, then shift.</summary>
    /// <remarks>M⁻¹ = C · RSS⁻¹ · C⁻¹ · T⁻¹, as torchvision's <c>functional.affine</c>: its centre is (W / 2, H / 2).</remarks>
    public static AffineMatrix Inverse(int height, int width, double angleDegrees, double shiftX, double shiftY, double scale, double shearXDegrees, double shearYDegrees)
    {
        double angle = angleDegrees * Math.PI / 180, sx = shearXDegrees * Math.PI / 180, sy = shearYDegrees * Math.PI / 180;
        double a = Math.Cos(angle - sy) / Math.Cos(sy);
        double b = -Math.Cos(angle - sy) * Math.Tan(sx) / Math.Cos(sy) - Math.Sin(angle);
        double c = Math.Sin(angle - sy) / Math.Cos(sy);
        double d = -Math.Sin(angle - sy) * Math.Tan(sx) / Math.Cos(sy) + Math.Cos(angle);
        double centerX = width * 0.5, centerY = height * 0.5, dx = -centerX - shiftX, dy = -centerY - shiftY;
        return new AffineMatrix(
            d / scale, -b / scale, d / scale * dx + -b / scale * dy + centerX,
            -c / scale, a / scale, -c / scale * dx + a / scale * dy + centerY);
    }
}
