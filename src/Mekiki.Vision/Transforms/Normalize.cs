using System.Globalization;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Transforms;

/// <summary>(v - mean) / deviation, with one mean and deviation for all channels or one for each; comes after <see cref="ToTensor"/>.</summary>
/// <example>
/// <code>
/// var pipeline = new Pipeline(new ToTensor(), new Normalize([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]));
/// </code>
/// </example>
/// <param name="Mean">Subtracted; in the units of ToTensor, so usually in [0, 1].</param>
/// <param name="Deviation">Divided by; above 0. One number, or as many as there are means.</param>
/// <exception cref="MekikiException">A deviation is not above 0, or there are not as many means as deviations, and neither is one.</exception>
public sealed record Normalize(ChannelValues Mean, ChannelValues Deviation) : Transform
{
    /// <summary>Subtracted; in the units of ToTensor, so usually in [0, 1].</summary>
    public ChannelValues Mean { get; } = (Mean ?? throw new ArgumentNullException(nameof(Mean))).Fits((Deviation ?? throw new ArgumentNullException(nameof(Deviation))).Count) || Deviation.Count == 1
        ? Mean
        : throw new MekikiException($"Normalize: expected as many means as deviations, or one of either, got {Mean.Count} and {Deviation.Count}.");

    /// <summary>Divided by; above 0.</summary>
    public ChannelValues Deviation { get; } = Deviation.All(d => d > 0 && float.IsFinite(d))
        ? Deviation
        : throw new MekikiException(string.Create(CultureInfo.InvariantCulture, $"Normalize: expected a deviation above 0, got {Deviation}. Give the standard deviation of the pixels, such as 0.5."));

    /// <summary>For how many channels it has numbers of their own; 1: it takes images of any.</summary>
    internal int Channels => Math.Max(Mean.Count, Deviation.Count);

    /// <inheritdoc/>
    public override ImageShape OutputShape(ImageShape input) => Channels == 1 || Channels == input.Channels
        ? input
        : throw new MekikiException($"Normalize: expected images of {Channels} channels, as many as it has numbers for, got {input.Channels}. Give one mean and deviation for all channels, or one for each.");

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Normalize(mean={Mean}, deviation={Deviation})");
}
