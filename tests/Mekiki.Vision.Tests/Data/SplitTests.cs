using Mekiki.Vision.Data;
using Mekiki.Vision.Images;

namespace Mekiki.Vision.Tests.Data;

public class SplitTests
{
    private static ImageSet Set(params int[] perClass)
    {
        int[] labels = [.. perClass.SelectMany((n, c) => Enumerable.Repeat(c, n))];
        return ImageSet.FromPixels("made", new ImageShape(1, 1, 1), new byte[labels.Length], labels, perClass.Select((_, c) => $"c,{c}"));
    }

    [Fact]
    public void Stratified_KeepsEveryClassesShare_AndTheCountsExact()
    {
        var set = Set(100, 50, 30, 7);
        var split = Split.Stratified(set, seed: 1, trainCount: 94, testCount: 40);
        Assert.Equal(94, split.Train.Length);
        Assert.Equal(40, split.Test.Length);
        Assert.Empty(split.Train.Intersect(split.Test));
        int[] train = [.. Enumerable.Range(0, 4).Select(c => split.Train.Count(i => set.Labels[i] == c))];
        Assert.Equal([50, 25, 15, 4], train); // 94 x (100, 50, 30, 7) / 187 = 50.3, 25.1, 15.1, 3.5
        Assert.Equal(split.Train, Split.Stratified(set, 1, 94, 40).Train);
        Assert.NotEqual(split.Train, Split.Stratified(set, 2, 94, 40).Train);
    }

    [Fact]
    public void Stratified_ClassWithOneImage_TrainsAndIsReported()
    {
        var set = Set(1, 2, 97);
        var split = Split.Stratified(set, seed: 0);
        Assert.Equal((80, 20), (split.Train.Length, split.Test.Length));
        Assert.Contains(0, split.Train);
        Assert.Single(split.Test, i => set.Labels[i] == 1);
        Assert.Equal("1 class has one image only: c,0. Add images.", Assert.Single(split.Notes));
    }

    [Fact]
    public void ClassWithoutImages_HasNoPart()
    {
        var set = ImageSet.FromDrawing("x", new(1, 4, 4), [.. Enumerable.Repeat(0, 11), .. Enumerable.Repeat(1, 9)], ["a", "b", "none"], (_, _) => { });
        var split = Split.Stratified(set, 0);
        Assert.Equal((16, 4), (split.Train.Length, split.Test.Length));
    }

    [Fact]
    public void Folds_TestEveryImageOnce_WithEveryClassInProportion()
    {
        var set = Set(100, 50, 33, 4);
        Split[] folds = [.. Enumerable.Range(1, 5).Select(k => Split.OfFold(set, 7, new Fold(k, 5)))];
        Assert.Equal(Enumerable.Range(0, 187), folds.SelectMany(f => f.Test).Order());
        Assert.All(folds, f => Assert.Equal(Enumerable.Range(0, 187), f.Train.Concat(f.Test).Order()));
        Assert.Equal([38, 38, 37, 37, 37], folds.Select(f => f.Test.Length));
        Assert.All(folds, f => Assert.Equal((20, 10), (f.Test.Count(i => set.Labels[i] == 0), f.Test.Count(i => set.Labels[i] == 1))));
        Assert.All(folds, f => Assert.InRange(f.Test.Count(i => set.Labels[i] == 2), 6, 7));
        Assert.Equal(folds[2].Test, Split.OfFold(set, 7, Fold.Parse("3/5")).Test);
        Assert.NotEqual(folds[2].Test, Split.OfFold(set, 8, Fold.Parse("3/5")).Test);
    }

    [Theory]
    [InlineData("0/5")]
    [InlineData("6/5")]
    [InlineData("1/1")]
    [InlineData("5")]
    [InlineData("-1/5")]
    public void Fold_ThatIsNone_IsRefused(string text) =>
        Refused.Says($"Fold: expected a number and how many there are, such as 1/5, got '{text}'.", $"--fold: expected a number and how many there are, such as 1/5, got '{text}'.", () => Fold.Parse(text));

    [Fact]
    public void Validation_IsCutFromTheTrainingPart_InProportion()
    {
        var set = Set(100, 50, 30, 1);
        var whole = Split.Stratified(set, 1);
        var split = whole.WithValidation(set, 1, 29);
        Assert.Equal((whole.Train.Length - 29, 29), (split.Train.Length, split.Validation.Length));
        Assert.Equal(whole.Test, split.Test);
        Assert.Equal(whole.Train.Order(), split.Train.Concat(split.Validation).Order());
        // 29 x (80, 40, 24, 1) / 145; the class with one image keeps it to train.
        Assert.Equal([16, 8, 5, 0], Enumerable.Range(0, 4).Select(c => split.Validation.Count(i => set.Labels[i] == c)));
        Refused.Says(
            "Validation: expected 1 to 144 of the 145 images that train, got 145. At least one must be left to train.",
            "--validation: expected 1 to 144 of the 145 images that train, got 145. At least one must be left to train.",
            () => whole.WithValidation(set, 1, 145));
    }

    [Fact]
    public void Random_IsAPermutationCutInTwo()
    {
        var split = Split.Random(Set(60, 40), seed: 3, trainCount: 70);
        Assert.Equal(Enumerable.Range(0, 100), split.Train.Concat(split.Test).Order());
        Assert.NotEqual(Enumerable.Range(0, 70), split.Train.Order());
    }

    [Theory]
    [InlineData(100, null, "{0}: expected 1 to 99, got 100. made holds 100 images, and at least one must be left to test.")]
    [InlineData(null, 0, "{1}: expected 1 to 99, got 0. made holds 100 images, and at least one must be left to train.")]
    [InlineData(60, 60, "{0} and {1}: expected at most 100 images together, got 60 + 60. made holds no more; lower one of them.")]
    public void Counts_LargerThanTheData_AreRefused(int? train, int? test, string message) =>
        Refused.Says(message.Replace("{0}", "Train").Replace("{1}", "Test"), message.Replace("{0}", "--train").Replace("{1}", "--test"), () => Split.Stratified(Set(50, 50), 0, train, test));

    [Fact]
    public void Folds_MoreThanImages_OrBesideCounts_AreRefused()
    {
        var set = Set(2, 1);
        Refused.Says("Fold: expected at most 3 folds, got 4. made holds 3 images, and each fold must have one.", "--fold: expected at most 3 folds, got 4. made holds 3 images, and each fold must have one.", () => Split.OfFold(set, 0, new(1, 4)));
        Refused.Says("Fold: expected it without Train and Test, which also choose the images. Leave one of them out.", "--fold: expected it without --train and --test, which also choose the images. Leave one of them out.",
            () => new DataOptions { Source = "made", Fold = "1/2", Train = 1 }.Split(set));
        Refused.Says("Fold: expected it without kana, whose test images are in other handwritings. Leave one of them out.", "--fold: expected it without kana, whose test images are in other handwritings. Leave one of them out.",
            () => new DataOptions { Source = "kana", Fold = "1/2" }.Split(set));
    }
}
