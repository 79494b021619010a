using Mekiki.Operations;

namespace Mekiki.Layers;

/// <summary>Images enlarged by a whole factor, (N, C, H, W) -> (N, C, factor · H, factor · W).</summary>
/// <example>
/// <code>
/// var y = new Upsample(factor: 2, InterpolationMode.Bilinear)[x];     // (N, C, H, W) -> (N, C, 2·H, 2·W)
/// </code>
/// </example>
public sealed class Upsample : Module
{
    private readonly int factor;
    private readonly InterpolationMode mode;
    private readonly bool alignCorners;

    /// <summary>Creates the layer.</summary>
    /// <param name="factor">1 or more.</param>
    /// <param name="mode">How pixels between pixels are found.</param>
    /// <param name="alignCorners">With <see cref="InterpolationMode.Bilinear"/>: whether the centres of the corner pixels lie on each other.</param>
    /// <exception cref="ArgumentException"><paramref name="alignCorners"/> is set without <see cref="InterpolationMode.Bilinear"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The factor is below 1, or there is no such mode.</exception>
    public Upsample(int factor = 2, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false)
    {
        ResampleOperation.Check(mode, alignCorners);
        (this.mode, this.alignCorners) = (mode, alignCorners);
        this.factor = factor >= 1 ? factor : throw new ArgumentOutOfRangeException(nameof(factor), $"Upsample: expected a factor of 1 or more, got {factor}.");
    }

    /// <param name="x">Images, (N, C, H, W).</param>
    /// <returns>(N, C, factor · H, factor · W).</returns>
    /// <exception cref="MekikiException">The shape is not (N, C, H, W), or the result would be too large.</exception>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Shape.Rank != 4 || (long)factor * Math.Max(x.Shape[2], x.Shape[3]) > int.MaxValue)
            throw new MekikiException($"Upsample: expected images (N, C, H, W) of at most {int.MaxValue / factor:N0} rows and columns, got {x.Shape}.");
        return x.Interpolate(factor * x.Shape[2], factor * x.Shape[3], mode, alignCorners);
    }
}
