using Mekiki.Vision.Data;

namespace Mekiki.Workbench.Reports;

/// <summary>What stands in a report.</summary>
public sealed record ReportOptions
{
    /// <summary>The languages that a page can have.</summary>
    public static IReadOnlyList<string> Languages => ReportWords.Languages;

    /// <summary>The images to test on: a known name or a path; null: the run's own test part.</summary>
    public string? Source { get; init; }

    /// <summary>How the folders of <see cref="Source"/> are read, and which images belong together; null: as they say, and as the run says.</summary>
    public DataOptions? Reading { get; init; }

    /// <summary>Another run or model file, which is compared on the same images; null: none.</summary>
    public string? Compare { get; init; }

    /// <summary>A CSV file with a column <c>image</c>, and others by which images are put into slices; null: none.</summary>
    public string? Slices { get; init; }

    /// <summary>The list that <c>mekiki data check --labels --out</c> wrote, whose images stand at the label desk; null: the mistakes stand there alone.</summary>
    public string? Doubtful { get; init; }

    /// <summary>Images of none of the classes, a known name or a path, which the recognizer should notice; null: such as are made of the tested ones alone.</summary>
    public string? Unknown { get; init; }

    /// <summary>What must be reached, see <see cref="Requirement"/>.</summary>
    public IReadOnlyList<Requirement> Requirements { get; init; } = [];

    /// <summary>The language of the page: <c>en</c> or <c>ja</c>.</summary>
    public string Language { get; init; } = "en";

    /// <summary>How many images the page shows at most, 1 or more; the others are in the list of answers.</summary>
    public int MostImages { get; init; } = 1000;

    /// <summary>How many threads work; 0: one for each processor.</summary>
    public int Threads { get; init; }
}
