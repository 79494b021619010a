using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Runs;
using Mekiki.Workbench.Sheets;

namespace Mekiki.Workbench.Comparisons;

/// <summary>Two models and the images that both can be tried on: such as neither was trained on, wherever that is known.</summary>
public sealed class ComparedRuns
{
    private readonly Recognizer first, second;
    private readonly TestData firstData, secondData;
    private readonly int[] firstSubset, secondSubset;

    private ComparedRuns((string Path, Recognizer Model) first, (string Path, Recognizer Model) second, TestData firstData, TestData secondData)
    {
        (this.first, this.second, this.firstData, this.secondData) = (first.Model, second.Model, firstData, secondData);
        var others = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (int i in All(secondData))
            others[secondData.Set.Names[i]] = i;
        // Images are matched by name: the two may take them in different sizes.
        var pairs = All(firstData).Where(i => others.TryGetValue(firstData.Set.Names[i], out int j) && Label(firstData.Set, i) == Label(secondData.Set, j))
            .Select(i => (First: i, Second: others[firstData.Set.Names[i]])).ToArray();
        (firstSubset, secondSubset) = (Array.ConvertAll(pairs, p => p.First), Array.ConvertAll(pairs, p => p.Second));
        // What is so of one alone is told with its name.
        var both = firstData.Notes.Intersect(secondData.Notes).ToArray();
        Notes = [.. both, .. firstData.Notes.Except(both).Select(n => $"{first.Path}: {n}"), .. secondData.Notes.Except(both).Select(n => $"{second.Path}: {n}"), .. pairs.Length < Math.Max(firstData.Count, secondData.Count)
            ? [$"{pairs.Length:N0} images test both; those alone are compared."] : Array.Empty<string>()];
    }

    /// <summary>What the user should know, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>The images.</summary>
    public ImageSet Set => firstData.Set;

    /// <summary>How many images are compared.</summary>
    public int Count => firstSubset.Length;

    /// <summary>Opens both models and their images.</summary>
    /// <param name="first">The folder of a run, or a model file.</param>
    /// <param name="second">Another.</param>
    /// <param name="source">A known name or a path; null: the runs' own test parts.</param>
    /// <param name="threads">How many threads decode; 0: one for each processor.</param>
    /// <param name="reading">How the folders of <paramref name="source"/> are read, and which images belong together; null: as they say, and as the first run says.</param>
    /// <exception cref="MekikiException">They cannot be opened, have no image in common, or do not know the images' classes.</exception>
    public static ComparedRuns Open(string first, string second, string? source = null, int threads = 0, DataOptions? reading = null)
    {
        Recognizer a = Recognizer.Load(first), b = Recognizer.Load(second);
        var compared = new ComparedRuns((first, a), (second, b), TestData.Open(first, a, source, threads, reading: reading), TestData.Open(second, b, source, threads, reading: reading));
        if (a.Card.IsMultiLabel != b.Card.IsMultiLabel)
            throw new MekikiException($"{first} and {second}: expected two models of one class each, or two of any number of labels, got one of both kinds. Compare models of one kind.");
        if (!a.Card.IsMultiLabel)
        {
            a.ClassesOf(compared.firstData.Set);
            b.ClassesOf(compared.secondData.Set);
        }

        return compared.Count > 0
            ? compared
            : throw new MekikiException(source is null
                ? $"{first} and {second}: expected images that both can be tried on, got none in the test parts of both ({compared.firstData.Set.Source} and {compared.secondData.Set.Source}). Give others with --data."
                : $"{first} and {second}: expected images that both can be tried on, got none: of {source}, the two keep different images for tests. Give --data images that neither was trained on, or train both with the same --seed, --train and --test.");
    }

    /// <summary>Tries both on the images.</summary>
    /// <param name="threads">How many threads prepare images; 0: one for each processor.</param>
    /// <param name="progress">Told how many answers are there, of twice <see cref="Count"/>.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public Comparison Compare(int threads = 0, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        if (first.Card.IsMultiLabel)
            return CompareLabels(threads, progress, cancellation);
        var a = Answers(first, firstData.Set, firstSubset, threads, progress, cancellation);
        var b = Answers(second, secondData.Set, secondSubset, threads, progress is null ? null : new Later(progress, Count), cancellation);
        return Of(a, b);
    }

    private Comparison CompareLabels(int threads, IProgress<int>? progress, CancellationToken cancellation)
    {
        var options = new LoaderOptions { BatchSize = 64, Threads = threads };
        var a = first.LabelAnswers(firstData.Set, firstSubset, firstData.Groups, options, progress, cancellation);
        var b = second.LabelAnswers(secondData.Set, secondSubset, null, options, progress is null ? null : new Later(progress, Count), cancellation);
        return Of([.. Enumerable.Range(0, Count).Select(n => LabelComparison.Predicted(a, n))], [.. Enumerable.Range(0, Count).Select(n => LabelComparison.Predicted(b, n))]) with { Labels = LabelComparison.Of(a, b) };
    }

    private Comparison Of(LabelProbability[] a, LabelProbability[] b)
    {
        string[] labels = [.. firstSubset.Select(i => Label(Set, i))];
        return Comparison.Of([.. firstSubset.Select(i => Set.Names[i])], labels, a, b) with
        {
            ByGroup = firstData.Groups is { } groups
                ? GroupPermutation.Of([.. firstSubset.Select(i => groups[i])], [.. a.Select((x, i) => x.Label == labels[i])], [.. b.Select((x, i) => x.Label == labels[i])])
                : null,
        };
    }

    /// <summary>Draws the images that the two see differently, a row for each class.</summary>
    public void Draw(string path, Comparison comparison)
    {
        const int MostInRow = 24;
        ContactSheet.Write(path, Set, [.. comparison.Different.GroupBy(d => d.Label).Select(g => (g.Key, g.Take(MostInRow).Select(d => firstSubset[d.Index]).ToArray()))]);
    }

    private static LabelProbability[] Answers(Recognizer recognizer, ImageSet set, int[] subset, int threads, IProgress<int>? progress, CancellationToken cancellation)
    {
        var answers = new LabelProbability[subset.Length];
        Probabilities.ForEach(recognizer, set, subset, (n, row) => answers[n] = Best(recognizer, row), threads, progress, cancellation);
        return answers;
    }

    // Of equal ones, the first.
    private static LabelProbability Best(Recognizer recognizer, ReadOnlySpan<float> probabilities)
    {
        int best = 0;
        for (int c = 1; c < probabilities.Length; c++)
            if (probabilities[c] > probabilities[best])
                best = c;
        return new LabelProbability(recognizer.Classes[best], probabilities[best]);
    }

    private static IEnumerable<int> All(TestData data) => data.Subset ?? Enumerable.Range(0, data.Set.Count);

    private static string Label(ImageSet set, int index) => set.Classes[set.Labels[index]];

    private sealed class Later(IProgress<int> progress, int before) : IProgress<int>
    {
        public void Report(int done) => progress.Report(before + done);
    }
}
