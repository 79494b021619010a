using System.Globalization;
using System.Text;
using Mekiki.Files;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Sheets;

namespace Mekiki.Workbench.Checks;

/// <summary>Finds labels that look wrong: those that networks, trained on the other images, confidently disagree with.</summary>
/// <remarks>
/// Each image is judged by a network that has not seen it (cross-validation). Images are ranked by the normalized margin,
/// p(label) - max p(other class), the lowest first. A label is suspected if another class's probability reaches that class's
/// threshold, the mean p(class) over the images labelled with it. Northcutt, Jiang, Chuang, "Confident Learning: Estimating
/// Uncertainty in Dataset Labels", JAIR 70, 2021, equations 1 and 2, section 3.3.
/// Differs from the paper: images are ranked, and none is taken away; the number of suspects is the plain count; of each image the
/// 16 most probable classes above its label are looked at, so that memory does not grow with images times classes.
/// </remarks>
/// <param name="Images">All images, the most doubtful label first.</param>
/// <param name="Accuracy">Share of the images for which the networks agree with the label.</param>
public sealed record LabelCheck(IReadOnlyList<DoubtfulLabel> Images, double Accuracy)
{
    private const ulong Purpose = 0x4C41_4245_4C00_0001; // keeps the folds' draws apart from other uses of a seed

    /// <summary>How many labels are suspected to be wrong.</summary>
    public int Suspected => Images.Count(i => i.IsSuspected);

    /// <summary>Trains a network for each fold, and ranks the images.</summary>
    /// <param name="set">The images.</param>
    /// <param name="options">How the networks are trained.</param>
    /// <param name="folds">How many networks: each judges as large a part, 2 or more.</param>
    /// <param name="observer">Sees each training; null: nobody looks.</param>
    /// <param name="groups">Images of one group are judged by one network, which has seen none of them; null: each stands alone.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="MekikiException">There are fewer images or groups than folds.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static LabelCheck Run(ImageSet set, TrainOptions options, int folds = 4, ITrainingObserver? observer = null, ImageGroups? groups = null, CancellationToken cancellation = default)
    {
        int most = groups?.Count ?? set.Count;
        if (folds < 2 || folds > most)
            throw new MekikiException(groups is null ? $"--folds: expected 2 to {most:N0}, got {folds}. Each fold needs an image." : $"--folds: expected 2 to {most:N0}, got {folds}. Each fold needs a group.");
        int[] foldOf = Folds(set, groups, folds, options.Seed);
        var rows = new LabelRow[set.Count];
        for (int fold = 0; fold < folds; fold++)
        {
            int[] test = [.. Enumerable.Range(0, set.Count).Where(i => foldOf[i] == fold)], train = [.. Enumerable.Range(0, set.Count).Where(i => foldOf[i] != fold)];
            var trainer = new Trainer(set, new Split(train, test, []), options with { TestOnce = true });
            var result = observer is null ? trainer.Run(cancellation) : trainer.Run(cancellation, observer);
            cancellation.ThrowIfCancellationRequested();
            Probabilities.ForEach(result.Recognizer, set, test, (n, row) => rows[test[n]] = LabelRow.Of(row, set.Labels[test[n]]), options.Threads, null, cancellation);
        }

        return Rank(set, rows);
    }

    /// <summary>Writes all images in their order: image, class, suggestion, score (the normalized margin, -1 to 1), probability of the class, and whether the label is suspected.</summary>
    /// <exception cref="MekikiException">The file cannot be written.</exception>
    public void WriteCsv(string path)
    {
        var text = new StringBuilder("image,class,suggestion,score,probability,suspected\n");
        foreach (var i in Images)
            text.Append(CultureInfo.InvariantCulture, $"{Csv.Quote(i.Image)},{Csv.Quote(i.Label)},{Csv.Quote(i.Suggestion)},{i.Score:0.####},{i.Probability:0.####},{(i.IsSuspected ? "yes" : "no")}\n");
        OutputFile.Write(path, text.ToString());
    }

    /// <summary>Draws the most doubtful images, a row for each pair of label and suggestion.</summary>
    /// <param name="path">The PNG file.</param>
    /// <param name="set">The images.</param>
    /// <param name="most">How many images.</param>
    public void Draw(string path, ImageSet set, int most) =>
        ContactSheet.Write(path, set, [.. Images.Take(most).GroupBy(i => $"{i.Label} {i.Suggestion}?").Select(g => (g.Key, g.Select(i => i.Index).ToArray()))]);

    internal static LabelCheck Rank(ImageSet set, LabelRow[] rows)
    {
        int right = 0;
        var thresholds = new double[set.Classes.Count];
        int[] counts = set.CountPerClass();
        for (int i = 0; i < rows.Length; i++)
            thresholds[set.Labels[i]] += rows[i].OfLabel / (double)counts[set.Labels[i]];
        var images = new List<DoubtfulLabel>(rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            var (own, other, ofOther, above) = rows[i];
            right += own >= ofOther ? 1 : 0;
            bool isSuspected = Array.Exists(above, a => a.Probability >= thresholds[a.Class]);
            images.Add(new(i, set.Names[i], set.Classes[set.Labels[i]], set.Classes[other], own - ofOther, own, isSuspected));
        }

        return new([.. images.OrderBy(i => i.Score).ThenBy(i => i.Index)], (double)right / rows.Length);
    }

    // Every class is spread over all folds; counting on from class to class keeps them equally large.
    internal static int[] Folds(ImageSet set, ImageGroups? groups, int folds, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, set.Count)], foldOf = new int[set.Count];
        if (groups is not null)
        {
            for (int fold = 0; fold < folds; fold++)
                foreach (int i in Split.OfFold(set, seed, new Fold(fold + 1, folds), groups).Test)
                    foldOf[i] = fold;
            return foldOf;
        }

        new Generator(seed, Purpose).Shuffle(order.AsSpan());
        int place = 0;
        foreach (int i in order.OrderBy(i => set.Labels[i]))
            foldOf[i] = place++ % folds;
        return foldOf;
    }
}

/// <summary>An image and how much its label is doubted.</summary>
/// <param name="Index">Its index in the set.</param>
/// <param name="Image">Its name.</param>
/// <param name="Label">Its label.</param>
/// <param name="Suggestion">The most probable other class.</param>
/// <param name="Score">p(label) - p(suggestion), -1 to 1: the lower, the more doubtful.</param>
/// <param name="Probability">p(label), in [0, 1].</param>
/// <param name="IsSuspected">Whether another class reaches its threshold.</param>
public readonly record struct DoubtfulLabel(int Index, string Image, string Label, string Suggestion, float Score, float Probability, bool IsSuspected);
