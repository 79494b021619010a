namespace Mekiki.Vision.Models;

/// <summary>The sizes of a <see cref="SiftFisherSvm"/>. The defaults were chosen on 48x48 characters.</summary>
internal sealed record SiftFisherSvmOptions
{
    /// <summary>Pixels from descriptor to descriptor, 1 or more.</summary>
    public int Step { get; init => field = AtLeast(1, value, nameof(Step)); } = 3;

    /// <summary>The width of a descriptor's spatial bins in pixels, one for each scale.</summary>
    public IReadOnlyList<float> BinWidths { get; init; } = [3, 6];

    /// <summary>Descriptors whose contrast is below this share of the image's largest are left out, in [0, 1].</summary>
    public float LeastContrast { get; init => field = value is >= 0 and <= 1 ? value : throw new MekikiException($"{nameof(LeastContrast)}: expected 0 to 1, got {value}."); } = 0.05f;

    /// <summary>To how many numbers a descriptor is reduced, 1 to 128.</summary>
    public int Components { get; init => field = value is >= 1 and <= 128 ? value : throw new MekikiException($"{nameof(Components)}: expected 1 to 128, got {value}."); } = 32;

    /// <summary>Gaussians in the mixture, 1 or more.</summary>
    public int Gaussians { get; init => field = AtLeast(1, value, nameof(Gaussians)); } = 16;

    /// <summary>Grids of cells, each of which has a Fisher vector of its own.</summary>
    public IReadOnlyList<(int Rows, int Columns)> Pyramid { get; init; } = [(1, 1), (2, 2)];

    /// <summary>Whether each descriptor knows where it lies: its x and y are appended to it.</summary>
    public bool AppendPositions { get; init; } = true;

    /// <summary>How many descriptors the mixture is learnt from, 1 or more.</summary>
    public int Sample { get; init => field = AtLeast(1, value, nameof(Sample)); } = 100_000;

    /// <summary>The price of an error in training, above 0.</summary>
    public double C { get; init => field = value > 0 ? value : throw new MekikiException($"{nameof(C)}: expected more than 0, got {value}."); } = 10;

    private static int AtLeast(int least, int value, string name) =>
        value >= least ? value : throw new MekikiException($"{name}: expected {least} or more, got {value}.");
}
