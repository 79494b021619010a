using Mekiki.Vision;
using Mekiki.Vision.Data;

namespace Mekiki.Workbench.Runs;

/// <summary>Images to test a recognizer on, if possible such as it was not trained on.</summary>
/// <param name="Set">The images, in the recognizer's size and colours.</param>
/// <param name="Subset">Indices of those that test; null: all.</param>
/// <param name="Notes">What the user should know, a sentence each.</param>
public sealed record TestData(ImageSet Set, int[]? Subset, IReadOnlyList<string> Notes)
{
    /// <summary>Which images belong together; null: each stands alone.</summary>
    public ImageGroups? Groups { get; init; }

    /// <summary>How many images test.</summary>
    public int Count => Subset?.Length ?? Set.Count;

    /// <summary>Opens them.</summary>
    /// <param name="model">The run's folder or the model file that the recognizer was loaded from.</param>
    /// <param name="recognizer">What is tested.</param>
    /// <param name="source">A known name or a path; null: the test part of what it was trained on.</param>
    /// <param name="threads">How many threads decode; 0: one for each processor.</param>
    /// <param name="part">Which part of a run's own images is wanted.</param>
    /// <param name="reading">How the folders of <paramref name="source"/> are read, its layout and parts, and which images belong together; null: as they say, and as the run says.</param>
    /// <exception cref="MekikiException">Nothing usable is there, or it is not known what to test on.</exception>
    public static TestData Open(string model, Recognizer recognizer, string? source = null, int threads = 0, SplitPart part = SplitPart.Test, DataOptions? reading = null)
    {
        var data = Find(model, recognizer, source, threads, part, reading);
        return reading?.Group is null ? data : data with { Groups = reading.GroupsOf(data.Set) };
    }

    private static TestData Find(string model, Recognizer recognizer, string? source, int threads, SplitPart part, DataOptions? reading)
    {
        string? run = Directory.Exists(model) ? model : null;
        if (part != SplitPart.Test && (source is not null || run is null))
            throw new MekikiException("--part: expected it with a run's folder and without --data, since only a run knows the parts of its images. Leave it out.");
        if (source is null && run is not null)
            return OfRun(run, part, threads, reading?.Progress);
        source ??= recognizer.Card.Data is { } data && KnownSet.IsDrawn(data) ? data
            : throw new MekikiException($"{model}: expected images to test on, got none: a model file does not hold them. Give --data, or the run's folder.");
        var set = ImageSet.Open(source, recognizer.Preprocessing.ForSets() with { LeastClasses = 1, Threads = threads, Layout = reading?.Layout ?? default, Parts = reading?.Parts, Labels = reading?.Labels, Progress = reading?.Progress });
        bool same = set.Fingerprint == recognizer.Card.DataFingerprint;
        if (same && run is not null)
            return OfRun(run, SplitPart.Test, threads, reading?.Progress, set, "The model was trained on these images; only the run's test part is used.");
        var own = Split.OwnOf(set);
        if (KnownSet.IsDrawn(source))
            return new(set, own?.Test, set.Notes);
        List<string> notes = [.. set.Notes];
        if (own is not null)
            notes.Add(Split.OwnNote(set, own));
        if (same)
            notes.Add(own is null
                ? "The model was trained on most of these images, so the figures are too good. Give the run's folder to use its test part alone."
                : "The model was trained on images of this set. If it was split anew then (--train, --test or --fold), some of these are among them, and the figures are too good. Give the run's folder to use its test part alone.");
        else if (run is not null)
        {
            // The run's data may have changed since, or be here in another form: names tell.
            var trained = SplitFile.NamesOf(Path.Combine(run, "split.csv"), "train");
            int[] tested = own?.Test ?? [.. Enumerable.Range(0, set.Count)];
            if (tested.Count(i => trained.Contains((set.Names[i], set.Classes[set.Labels[i]]))) is var known and > 0)
                notes.Add($"{known:N0} of these {tested.Length:N0} images have the name and the class of an image that the model was trained on; if they are the same, the figures are too good.");
        }

        return new(set, own?.Test, notes);
    }

    // Images that equal the run's are opened again where they lay, since their names may differ elsewhere; if they are not there any more, they were moved.
    private static TestData OfRun(string folder, SplitPart part, int threads, IProgress<(int Done, int All)>? progress, ImageSet? opened = null, params string[] notes)
    {
        var description = RunDescription.Read(Path.Combine(folder, "run.json"));
        var set = opened?.Source == description.Data.Source ? opened : null;
        try
        {
            set ??= description.OpenImages(folder, threads, progress);
        }
        catch (MekikiException) when (opened is not null)
        {
            set = opened;
        }

        if (opened is null && set.Fingerprint != description.DataFingerprint)
            notes = [.. notes, $"The images in {set.Source} have changed since the run began: figures are of the images that lie there now."];
        int[] subset = SplitFile.Read(Path.Combine(folder, "split.csv"), set).Of(part);
        return subset.Length > 0
            ? new(set, subset, [.. set.Notes, .. notes]) { Groups = description.Data.GroupsOf(set) }
            : throw new MekikiException($"--part: expected a part with images, got one without in {folder}. Train with --validation to have that part.");
    }
}
