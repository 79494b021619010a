using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Checks;

namespace Mekiki.Workbench.Tests.Checks;

public class LabelCheckTests
{
    private static readonly ImageSet three = ImageSet.FromDrawing("x", new(1, 4, 4), [0, 0, 0, 1, 1], ["a", "b"], (i, image) => image[0] = (byte)i);

    [Fact]
    public void Rank_FollowsTheDefinitions()
    {
        // Thresholds: a (0.9 + 0.7 + 0.2) / 3 = 0.6, b (0.8 + 0.3) / 2 = 0.55.
        float[][] rows = [[0.9f, 0.1f], [0.7f, 0.3f], [0.2f, 0.8f], [0.2f, 0.8f], [0.7f, 0.3f]];
        var check = LabelCheck.Rank(three, [.. rows.Select((row, i) => LabelRow.Of(row, three.Labels[i]))]);
        Assert.Equal([2, 4, 1, 3, 0], check.Images.Select(i => i.Index));
        Assert.Equal([true, true, false, false, false], check.Images.Select(i => i.IsSuspected));
        Assert.Equal((2, 0.6), (check.Suspected, check.Accuracy));
        Assert.Equal(("000002", "a", "b", -0.6f, 0.2f), (check.Images[0].Image, check.Images[0].Label, check.Images[0].Suggestion, check.Images[0].Score, check.Images[0].Probability));
    }

    [Fact]
    public void LabelRow_KeepsSixteenClassesAboveTheLabel_TheMostProbableFirst()
    {
        float[] probabilities = [.. Enumerable.Range(0, 5000).Select(c => c * 7919 % 5000 / 1e7f)];
        var row = LabelRow.Of(probabilities, label: 0);
        var expected = Enumerable.Range(0, 5000).OrderByDescending(c => probabilities[c]).Take(16).Select(c => (c, probabilities[c]));
        Assert.Equal(expected, row.Above);
        Assert.Equal((0f, expected.First().c, expected.First().Item2), (row.OfLabel, row.Other, row.OfOther));
        Assert.Empty(LabelRow.Of([0.2f, 0.4f, 0.4f], label: 1).Above);
        Assert.Equal((2, 0.4f), (LabelRow.Of([0.2f, 0.4f, 0.4f], label: 1).Other, LabelRow.Of([0.2f, 0.4f, 0.4f], label: 1).OfOther));
    }

    [Fact]
    public void SwappedLabels_StandFirst()
    {
        const int Classes = 8, Swapped = 8;
        var all = KanaSet.Open(new ImageSetOptions { Cache = false }, 7300, 73);
        int[] used = [.. Enumerable.Range(0, all.Count).Where(i => all.Labels[i] % 9 == 0 && all.Labels[i] < 9 * Classes)];
        var labels = Array.ConvertAll(used, i => all.Labels[i] / 9);
        var wrong = new HashSet<int>();
        var generator = new Generator(4);
        while (wrong.Count < Swapped)
            if (generator.NextInt32(labels.Length) is var i && wrong.Add(i))
                labels[i] = (labels[i] + 1 + generator.NextInt32(Classes - 1)) % Classes;
        var set = ImageSet.FromDrawing("swapped", all.Shape, labels, all.Classes.Where((_, c) => c % 9 == 0).Take(Classes), (i, image) => all.Image(used[i]).CopyTo(image));

        var check = LabelCheck.Run(set, new TrainOptions { Model = "cnn", Epochs = 4, BatchSize = 16 }, folds: 3, cancellation: TestContext.Current.CancellationToken);
        Assert.InRange(check.Accuracy, 0.9, 0.995);
        int first = check.Images.Take(set.Count / 50).Count(i => wrong.Contains(i.Index));
        Assert.True(first >= 0.8 * Swapped, $"Expected at least 80 % of {Swapped} swapped labels among the first {set.Count / 50} of {set.Count}, got {first}.");
        using var folder = new TemporaryFolder();
        check.WriteCsv(folder["labels.csv"]);
        Assert.Equal(1 + set.Count, File.ReadAllLines(folder["labels.csv"]).Length);
        check.Draw(folder["labels.png"], set, 20);
        Assert.True(new FileInfo(folder["labels.png"]).Length > 1000);
    }

    [Fact]
    public void Folds_AsManyAsImages_EachJudgeOne()
    {
        var set = Bars.Set(count: 15);
        var check = LabelCheck.Run(set, new TrainOptions { Model = "mlp", BatchSize = 8, Augmentation = "none" }, folds: 15, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 15), check.Images.Select(i => i.Index).Order());
    }

    [Fact]
    public void Folds_OfGroups_KeepThemTogether()
    {
        var set = Bars.Set(count: 60);
        var groups = ImageGroups.Of(set, "(.)$");        // ten groups of six
        Assert.Equal(10, groups.Count);
        int[] folds = LabelCheck.Folds(set, groups, 3, seed: 1);
        Assert.All(Enumerable.Range(0, set.Count).GroupBy(i => groups[i]), group => Assert.Single(group.Select(i => folds[i]).Distinct()));
        Assert.All(Enumerable.Range(0, 3), fold => Assert.InRange(folds.Count(f => f == fold), 12, 24));
        var check = LabelCheck.Run(set, new TrainOptions { Model = "mlp", BatchSize = 8, Augmentation = "none" }, folds: 3, groups: groups, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 60), check.Images.Select(i => i.Index).Order());
        Assert.Equal("--folds: expected 2 to 10, got 11. Each fold needs a group.", Assert.Throws<MekikiException>(() => LabelCheck.Run(set, new TrainOptions(), 11, null, groups, TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void Folds_MustFit() =>
        Assert.Equal("--folds: expected 2 to 5, got 6. Each fold needs an image.", Assert.Throws<MekikiException>(() => LabelCheck.Run(three, new TrainOptions(), 6, null, null, TestContext.Current.CancellationToken)).Message);
}
