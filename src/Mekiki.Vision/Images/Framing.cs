namespace Mekiki.Vision.Images;

/// <summary>All that says how an image of any size is brought to a wanted one.</summary>
/// <param name="Fit">What becomes of other proportions.</param>
/// <param name="Resampling">How it is scaled.</param>
/// <param name="Margin">Pixels around what the network sees: an image is brought to a size that is larger by them at each side.</param>
/// <param name="CutsMargin">Whether the wanted size is that of the middle, without the margin.</param>
internal readonly record struct Framing(ImageFit Fit, Resampling Resampling = Resampling.Bilinear, int Margin = 0, bool CutsMargin = false)
{
    /// <summary>The largest margin.</summary>
    public const int MostMargin = 1024;

    /// <summary>How far the wanted size lies within that to which an image is brought, at each side.</summary>
    public int Cut => CutsMargin ? Margin : 0;

    /// <summary>Pixels of the margin at each side that the wanted size has.</summary>
    public int Kept => Margin - Cut;

    public static implicit operator Framing(ImageFit fit) => new(fit);

    /// <summary>The size that an image is brought to, of which the wanted one is the whole or the middle.</summary>
    public (int Height, int Width) Outer(int height, int width) => (height + 2 * Cut, width + 2 * Cut);

    /// <summary>Whether an image is taken as it is: it has the wanted size, and nothing is sought in it or cut off.</summary>
    public static bool Keeps((int Height, int Width) own, (int Height, int Width) wanted, Framing? framing) =>
        own == wanted && (framing is not { } how || (how.Fit != ImageFit.Ink && how.Cut == 0));

    /// <summary>Text that tells framings apart, for names of files; of those without margin and with the usual filter, that of the fit.</summary>
    public override string ToString() => $"{Fit}{(Resampling == Resampling.Bilinear ? "" : $"-{Resampling}")}{(Margin == 0 ? "" : FormattableString.Invariant($"-{Margin}"))}{(Cut == 0 ? "" : "-cut")}";
}
