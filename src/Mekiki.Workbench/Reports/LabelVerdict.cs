using System.Globalization;

namespace Mekiki.Workbench.Reports;

/// <summary>A report on labels in three sentences: how right, where wrong, what to do about the rest.</summary>
internal static class LabelVerdict
{
    public static IEnumerable<string> Sentences(LabelReport report, bool isJapanese)
    {
        var (figures, by) = (report.Figures, report.Figures.MeanAveragePrecision.Interval);
        yield return isJapanese
            ? $"評価した {figures.Images:N0} 枚で mAP は {P(figures.MeanAveragePrecision.Value)}、同種の{(report.Answers.HasGroups ? "新しいまとまり" : "画像")}では {P(by.Low)} から {P(by.High)} の間と考えられます（95 %）。{P(figures.AllRight.Value)} の画像で全ラベルが正解でした。"
            : string.Create(CultureInfo.InvariantCulture, $"On {figures.Images:N0} images its mAP is {P(figures.MeanAveragePrecision.Value)}, on other {(report.Answers.HasGroups ? "groups" : "images")} of the same kind {P(by.Low)} to {P(by.High)} with 95 % confidence; all labels are right for {P(figures.AllRight.Value)} of the images.");
        var weak = figures.Labels.Where(l => l.Images > 0).OrderBy(l => l.F1).Take(3).ToArray();
        string names = string.Join(isJapanese ? "、" : ", ", weak.Select(l => isJapanese ? $"{l.Label}（F1 {P(l.F1)}）" : $"{l.Label} (F1 {P(l.F1)})"));
        yield return report.Mistakes.Count == 0
            ? isJapanese ? "評価画像に誤りはありませんでした。" : "It makes no mistake on them."
            : isJapanese ? $"最も弱いラベルは {names} です。" : $"Its weakest labels are {names}.";
        double goal = 1.5 * report.Review.Min(r => r.WrongBoundByImage);
        var plan = report.Review.First(r => r.WrongBoundByImage <= goal);
        string groups = report.Answers.HasGroups ? isJapanese ? $"、まとまりが丸ごと誤りうるとしても多くとも {plan.WrongBound:N0} 枚" : string.Create(CultureInfo.InvariantCulture, $", or at most {plan.WrongBound:N0} if whole groups may be wrong") : "";
        if (plan.Reviewed == 0)
            yield return isJapanese
                ? $"同種の {figures.Images:N0} 枚のうち、ラベルの誤りがあるものは多くとも {plan.WrongBoundByImage:N0} 枚{groups}です（95 %）。"
                : string.Create(CultureInfo.InvariantCulture, $"Of {figures.Images:N0} new images, at most {plan.WrongBoundByImage:N0} have a wrong label (95 %){groups}.");
        else
            yield return isJapanese
                ? $"同種の {figures.Images:N0} 枚のうち確信度の低い {plan.Reviewed:N0} 枚を見直せば、残り {plan.Rest:N0} 枚のうちラベルの誤りがあるものは多くとも {plan.WrongBoundByImage:N0} 枚{groups}です（95 %）。"
                : string.Create(CultureInfo.InvariantCulture, $"Of {figures.Images:N0} new images, look at the {plan.Reviewed:N0} least certain ones, then at most {plan.WrongBoundByImage:N0} of the other {plan.Rest:N0} have a wrong label (95 %){groups}.");
    }

    private static string P(double share) => (share * 100).ToString("0.00", CultureInfo.InvariantCulture) + " %";
}
