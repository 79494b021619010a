using Mekiki.Vision.Evaluation;

namespace Mekiki.Vision.Tests.Evaluation;

public class EvaluatorTests
{
    private static readonly string[] classes = ["a", "b", "c", "d", "e", "f"];

    private static float[] Sure(int prediction) => [.. Enumerable.Range(0, 6).Select(c => c == prediction ? 1f : -c)];

    private static EvaluationResult Of(params (int Label, int Prediction)[] pairs)
    {
        var evaluator = new Evaluator(classes);
        foreach (var (label, prediction) in pairs)
            evaluator.Add(Sure(prediction), [label]);
        return evaluator.Result();
    }

    [Fact]
    public void Figures_AreThoseWorkedOutByHand()
    {
        // a: 3 of 4; b: 0 of 1; f: 1 of 1 and once not even among five.
        var result = Of((0, 0), (0, 0), (0, 0), (0, 1), (1, 0), (5, 5), (5, 4));
        Assert.Equal(7, result.Images);
        Assert.Equal(4 / 7.0, result.Accuracy, 12);
        Assert.Equal((0.75 + 0 + 0.5) / 3, result.BalancedAccuracy, 12);
        Assert.Equal(6 / 7.0, result.Top5Accuracy, 12);
        Assert.Equal([new("b", 1, 0), new("f", 2, 1), new("a", 4, 3)], result.WorstClasses);
        Assert.Equal([new("a", "b", 1), new("b", "a", 1), new("f", "e", 1)], result.MostConfused);
        Assert.Equal(new ClassResult("c", 0, 0), result.Classes[2]);
    }

    [Fact]
    public void Mistakes_AreListed_TheMostConfidentFirst()
    {
        var evaluator = new Evaluator(classes);
        float[] logs = [.. new[] { 0.5f, 0.3f, 0.1f, 0.05f, 0.03f, 0.02f }.Select(p => MathF.Log(p))];
        evaluator.Add([.. logs, .. logs, .. logs], [1, 0, 5]);
        evaluator.Add(logs, [2]);
        var found = evaluator.Result().Mistakes;
        Assert.Equal([(2, "f"), (3, "c"), (0, "b")], found.Select(m => (m.Index, m.Label)));
        Assert.All(found, m => Assert.Equal(("a", 0.5), (m.Predicted, Math.Round(m.Probability, 5))));
        Assert.Equal([0.02, 0.1, 0.3], found.Select(m => Math.Round(m.LabelProbability, 5)));
    }

    [Fact]
    public void Loss_IsTheMeanCrossEntropy_OfLogitsAndLogProbabilitiesAlike()
    {
        var logits = Tensor.From([1f, 2, 3, 0, 0, 0, 50, -50, 0, 1, 2, 3], [2, 6]);
        double expected = Mekiki.Losses.Loss.CrossEntropy(logits, [2, 5]).Item();
        var one = new Evaluator(classes);
        one.Add(logits, [2, 5]);
        Assert.Equal(expected, one.Result().Loss, 4);
        var two = new Evaluator(classes);
        two.Add(logits.LogSoftmax(1), [2, 5]);
        Assert.Equal(expected, two.Result().Loss, 4);
    }

    [Fact]
    public void EqualScores_CountForTheFirstClass()
    {
        var evaluator = new Evaluator(classes);
        evaluator.Add(new float[12], [0, 5]);
        var result = evaluator.Result();
        Assert.Equal((0.5, 0.5), (result.Accuracy, result.Top5Accuracy));
    }

    [Fact]
    public void ScoresThatAreNotNumbers_AreWrong()
    {
        var evaluator = new Evaluator(classes);
        evaluator.Add([.. Enumerable.Repeat(float.NaN, 6)], [3]);
        evaluator.Add([float.NaN, 1, 0, 0, 0, 0], [1]);
        Assert.Equal(0.5, evaluator.Result().Accuracy);
        Assert.Equal(0.5, evaluator.Result().Top5Accuracy);
    }

    [Fact]
    public void NoImage_AllFiguresAreZero()
    {
        var result = Of();
        Assert.Equal((0, 0.0, 0.0, 0.0, 0.0), (result.Images, result.Accuracy, result.BalancedAccuracy, result.Top5Accuracy, result.Loss));
        Assert.Empty(result.WorstClasses);
    }
}
