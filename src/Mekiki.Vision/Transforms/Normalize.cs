using System.Globalization;

namespace Mekiki.Vision.Transforms;

/// <summary>(v - mean) / deviation, with one mean and deviation for all channels; comes after <see cref="ToTensor"/>.</summary>
/// <param name="Mean">Subtracted; in the units of ToTensor, so usually in [0, 1].</param>
/// <param name="Deviation">Divided by; above 0.</param>
public sealed record Normalize(float Mean, float Deviation) : Transform
{
    /// <summary>Divided by; above 0.</summary>
    public float Deviation { get; } = Deviation > 0 && float.IsFinite(Deviation)
        ? Deviation
        : throw new MekikiException(string.Create(CultureInfo.InvariantCulture, $"Normalize: expected a deviation above 0, got {Deviation}. Give the standard deviation of the pixels, such as 0.5."));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Normalize(mean={Mean}, deviation={Deviation})");
}
