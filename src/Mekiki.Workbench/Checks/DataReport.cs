using Mekiki.Vision.Data;

namespace Mekiki.Workbench.Checks;

/// <summary>What <see cref="DataCheck"/> found in a set.</summary>
/// <param name="Source">What was opened.</param>
/// <param name="Images">How many images can be read.</param>
/// <param name="Classes">Of each class, its name and how many images it has, in the set's order.</param>
/// <param name="Sizes">Of each size as WIDTHxHEIGHT, how many images have it; the most common first.</param>
/// <param name="Modes">How many images are grey, rgb, palette, alpha; the most common first.</param>
/// <param name="Imbalance">Images of the largest class over images of the smallest; 1 is balanced.</param>
/// <param name="Duplicates">Groups of images whose decoded pixels are equal, each by name; the same picture in two classes stands here too.</param>
/// <param name="CrossClassDuplicates">How many of these groups hold images of different classes.</param>
/// <param name="NearDuplicates">Pairs of images that are almost the same.</param>
/// <param name="Skipped">Files that cannot be read, with reasons.</param>
/// <param name="Found">How many files there are, and what became of each; null for sets that are not made of image files.</param>
/// <param name="Notes">What the user should know, a sentence each.</param>
/// <param name="Fingerprint">sha256 of the decoded set, see <see cref="ImageSet.Fingerprint"/>.</param>
public sealed record DataReport(
    string Source,
    int Images,
    IReadOnlyList<CountOf> Classes,
    IReadOnlyList<CountOf> Sizes,
    IReadOnlyList<CountOf> Modes,
    double Imbalance,
    IReadOnlyList<IReadOnlyList<string>> Duplicates,
    int CrossClassDuplicates,
    IReadOnlyList<NearDuplicate> NearDuplicates,
    IReadOnlyList<SkippedImage> Skipped,
    FoundFiles? Found,
    IReadOnlyList<string> Notes,
    string Fingerprint);
