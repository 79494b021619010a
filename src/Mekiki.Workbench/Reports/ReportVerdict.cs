using System.Globalization;
using Mekiki.Vision.Evaluation;

namespace Mekiki.Workbench.Reports;

/// <summary>A report in three sentences: how right, where wrong, what to do about the rest.</summary>
internal static class ReportVerdict
{
    private const double Honest = 0.01;

    public static IEnumerable<string> Sentences(Report report, bool isJapanese)
    {
        var figures = report.Figures;
        var by = figures.AccuracyByGroup.Interval;
        yield return isJapanese
            ? $"評価した {figures.Images:N0} 枚の {P(figures.Accuracy.Value)} を正しく認識しました。同種の{(report.Answers.HasGroups ? "新しいまとまり" : "画像")}では {P(by.Low)} から {P(by.High)} の間と考えられます（95 %）。"
            : string.Create(CultureInfo.InvariantCulture, $"It recognizes {P(figures.Accuracy.Value)} of {figures.Images:N0} images; on other {(report.Answers.HasGroups ? "groups" : "images")} of the same kind that is {P(by.Low)} to {P(by.High)} with 95 % confidence.");
        yield return Weakness(report, isJapanese);
        yield return Advice(report, isJapanese);
    }

    private static string Weakness(Report report, bool isJapanese)
    {
        var result = report.Answers.Result();
        if (result.MostConfused.Count == 0)
            return isJapanese ? "評価画像に誤りはありませんでした。" : "It makes no mistake on them.";
        var worst = result.WorstClasses[0];
        string pairs = string.Join(isJapanese ? "、" : ", ", result.MostConfused.Take(3).Select(p => isJapanese ? $"{p.Label}→{p.Predicted}（{p.Count:N0}）" : string.Create(CultureInfo.InvariantCulture, $"{p.Label} predicted as {p.Predicted} ({p.Count:N0})")));
        return isJapanese
            ? $"多い取り違えは {pairs} で、最も弱いクラスは {worst.Label}（{worst.Images:N0} 枚の {P(worst.Accuracy)}）です。"
            : string.Create(CultureInfo.InvariantCulture, $"Its most frequent mistakes are {pairs}; its weakest class is {worst.Label}, {P(worst.Accuracy)} of {worst.Images:N0} images.");
    }

    // The least work after which the bound is near the best that the table offers.
    private static string Advice(Report report, bool isJapanese)
    {
        var figures = report.Figures;
        string honesty = figures.Ece.Value <= Honest
            ? isJapanese ? $"表示される確率は信用でき（較正誤差 {P(figures.Ece.Value)}）、" : $"Its probabilities can be believed (calibration error {P(figures.Ece.Value)})"
            : isJapanese ? $"表示される確率は実際とずれており（較正誤差 {P(figures.Ece.Value)}、mekiki calibrate で直せます）、" : $"Its probabilities are off by {P(figures.Ece.Value)} on average, which mekiki calibrate corrects";
        double goal = 1.5 * report.Review.Min(r => r.WrongBoundByImage);
        ReviewBudget plan = report.Review.First(r => r.WrongBoundByImage <= goal);
        bool hasGroups = report.Answers.HasGroups;
        if (plan.Reviewed == 0)
            return isJapanese
                ? $"{honesty}同種の {figures.Images:N0} 枚の誤りは多くとも {plan.WrongBoundByImage:N0} 枚{(hasGroups ? $"、まとまりが丸ごと誤りうるとしても多くとも {plan.WrongBound:N0} 枚" : "")}です（95 %）。"
                : string.Create(CultureInfo.InvariantCulture, $"{honesty}; of {figures.Images:N0} new images, at most {plan.WrongBoundByImage:N0} are wrong (95 %){(hasGroups ? string.Create(CultureInfo.InvariantCulture, $", or at most {plan.WrongBound:N0} if whole groups may be wrong") : "")}.");
        return isJapanese
            ? $"{honesty}同種の {figures.Images:N0} 枚のうち確信度の低い {plan.Reviewed:N0} 枚を見直せば、残り {plan.Rest:N0} 枚の誤りは多くとも {plan.WrongBoundByImage:N0} 枚{(hasGroups ? $"、まとまりが丸ごと誤りうるとしても多くとも {plan.WrongBound:N0} 枚" : "")}です（95 %）。"
            : string.Create(CultureInfo.InvariantCulture, $"{honesty}; of {figures.Images:N0} new images, look at the {plan.Reviewed:N0} least sure ones, then at most {plan.WrongBoundByImage:N0} of the other {plan.Rest:N0} are wrong (95 %){(hasGroups ? string.Create(CultureInfo.InvariantCulture, $", or at most {plan.WrongBound:N0} if whole groups may be wrong") : "")}.");
    }

    private static string P(double share) => (share * 100).ToString("0.00", CultureInfo.InvariantCulture) + " %";
}
