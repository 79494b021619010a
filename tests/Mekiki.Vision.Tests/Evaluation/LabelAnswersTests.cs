using Mekiki.Vision.Evaluation;

namespace Mekiki.Vision.Tests.Evaluation;

public class LabelEvaluatorTests
{
    [Fact]
    public void Figures_FollowTheirDefinitions()
    {
        var evaluator = new LabelEvaluator(["a", "b", "c"]);
        // Scores of a: 3, 1, 1, -2 for truths yes, no, yes, yes.
        evaluator.Add([3, 1, -1], [true, true, false]);
        evaluator.Add([1, -1, -1], [false, false, false]);
        evaluator.Add([1, 2, -3], [true, false, false]);
        evaluator.Add([-2, -4, -1], [true, false, false]);
        var result = evaluator.Result();
        var figures = result.MultiLabel!;
        // Thresholds 3: P 1, R 1/3; 1 (two at once): P 2/3, R 2/3; -2: P 3/4, R 1.
        Assert.Equal(1 / 3.0 + 2 / 3.0 / 3 + 3 / 4.0 / 3, figures.Labels[0].AveragePrecision, 12);
        Assert.Equal(0.5, figures.Labels[1].AveragePrecision, 12);
        Assert.Equal(0, figures.Labels[2].AveragePrecision);
        Assert.Equal((figures.Labels[0].AveragePrecision + 0.5) / 2, figures.MeanAveragePrecision, 12);
        Assert.Equal(new LabelFigures("a", 3, 3, 2, figures.Labels[0].AveragePrecision), figures.Labels[0]);
        Assert.Equal(new LabelFigures("b", 1, 2, 1, 0.5), figures.Labels[1]);
        Assert.Equal([2 / 3.0, 2 / 3.0, 2 / 3.0], new[] { figures.Labels[0].Precision, figures.Labels[0].Recall, figures.Labels[0].F1 });
        Assert.Equal(2 / 3.0, figures.Labels[1].F1, 12);
        // Of c nothing is there and nothing is said.
        Assert.Equal(2 / 3.0, figures.MacroF1, 12);
        Assert.Equal(2.0 * 3 / (4 + 5), figures.MicroF1, 12);
        Assert.Equal((4, 0.25, (2 / 3.0 + 1) / 2), (result.Images, result.Accuracy, result.BalancedAccuracy));
        double loss = 0;
        foreach (var (s, t) in new[] { (3, 1), (1, 1), (-1, 0), (1, 0), (-1, 0), (-1, 0), (1, 1), (2, 0), (-3, 0), (-2, 1), (-4, 0), (-1, 0) })
            loss -= Math.Log(t == 1 ? 1 / (1 + Math.Exp(-s)) : 1 - 1 / (1 + Math.Exp(-s)));
        Assert.Equal(loss / 12, result.Loss, 9);
        Assert.Equal(0, new LabelEvaluator(["a"]).Result().MultiLabel!.MeanAveragePrecision);
    }
}
