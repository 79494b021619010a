using Mekiki.Vision.Data;

namespace Mekiki.Workbench.Reports;

/// <summary>What stands on a page about images.</summary>
public sealed record DataPageOptions
{
    /// <summary>How the images are read; null: as usual.</summary>
    public ImageSetOptions? Reading { get; init; }

    /// <summary>Which images belong together, see <see cref="DataOptions.Group"/>; null: each stands alone.</summary>
    public string? Group { get; init; }

    /// <summary>The language of the page: <c>en</c> or <c>ja</c>.</summary>
    public string Language { get; init; } = "en";

    /// <summary>How many images the page shows at most, 1 or more.</summary>
    public int MostImages { get; init; } = 1000;

    /// <summary>The line that makes the page again.</summary>
    public string Command { get; init; } = "mekiki data report";
}
