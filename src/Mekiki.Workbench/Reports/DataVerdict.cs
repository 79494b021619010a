using System.Globalization;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Workbench.Checks;

namespace Mekiki.Workbench.Reports;

/// <summary>What matters most about images: how many, what is wrong with them, what they allow.</summary>
internal static class DataVerdict
{
    private const double Imbalanced = 5;
    private const int Few = 20;

    public static IEnumerable<string> Sentences(DataFindings data, bool isJapanese)
    {
        var report = data.Report;
        yield return isJapanese
            ? $"{report.Classes.Count:N0} クラス、{report.Images:N0} 枚の画像を読みました（1 クラスあたり {report.Classes.Min(c => c.Count):N0} から {report.Classes.Max(c => c.Count):N0} 枚）。"
            : string.Create(CultureInfo.InvariantCulture, $"{report.Images:N0} images of {report.Classes.Count:N0} classes were read, {report.Classes.Min(c => c.Count):N0} to {report.Classes.Max(c => c.Count):N0} of each.");
        string[] problems = [.. Problems(data).Select(p => isJapanese ? p.Ja : p.En)];
        yield return problems.Length == 0
            ? isJapanese ? "重複・部分間の漏れ・読めないファイルは見つかりませんでした。" : "No image is there twice or in two parts, and no file was left out."
            : (isJapanese ? "注意：" : "To look at: ") + string.Join(isJapanese ? "；" : "; ", problems) + (isJapanese ? "。" : ".");
        yield return Precision(data, isJapanese);
    }

    private static IEnumerable<(string En, string Ja)> Problems(DataFindings data)
    {
        var report = data.Report;
        if (report.Imbalance >= Imbalanced)
            yield return (F($"the largest class has {report.Imbalance:0.0} times as many images as the smallest"), F($"最大のクラスは最小のクラスの {report.Imbalance:0.0} 倍の枚数です"));
        if (report.Classes.Count(c => c.Count < Few) is var few and > 0)
            yield return (F($"{few:N0} classes have fewer than {Few} images"), F($"{few:N0} クラスは {Few} 枚未満です"));
        if (report.CrossClassDuplicates > 0)
            yield return (F($"{report.CrossClassDuplicates:N0} images are equal but of different classes, so one label is wrong"), F($"{report.CrossClassDuplicates:N0} 組の同一画像が異なるクラスにあり、ラベルの一方は誤りです"));
        if (report.Duplicates.Count > report.CrossClassDuplicates)
            yield return (F($"{report.Duplicates.Count - report.CrossClassDuplicates:N0} images are there more than once"), F($"{report.Duplicates.Count - report.CrossClassDuplicates:N0} 枚の画像が重複しています"));
        foreach (var leak in data.Leaks().Where(l => l.First == SplitPart.Train && l.Any > 0))
            yield return (F($"{leak.Any:N0} of {leak.Images:N0} {(leak.Second == SplitPart.Test ? "test" : "validation")} images have an equal, nearly equal or related image among the training images"), F($"{(leak.Second == SplitPart.Test ? "評価" : "検証")}画像 {leak.Images:N0} 枚のうち {leak.Any:N0} 枚は、同一・ほぼ同一・同じまとまりの画像が学習画像にあります"));
        if (report.Skipped.Count > 0)
            yield return (F($"{report.Skipped.Count:N0} files cannot be read"), F($"{report.Skipped.Count:N0} 個のファイルを読めません"));
        if (data.Parts.Count > 1 && data.Parts.Any(p => data.Set.CountPerClass(data.Split!.Of(p)).Contains(0)))
            yield return ("some classes have no image in a part", "一部のクラスには、画像のない部分があります");
    }

    // How wide the interval of an accuracy near 99 % will be.
    private static string Precision(DataFindings data, bool isJapanese)
    {
        int? own = data.Split?.Test.Length;
        int tested = own ?? Math.Max(1, data.Set.Count / 5);
        var interval = Interval.Wilson(0.99, tested);
        return isJapanese
            ? F($"{(own is null ? "五分の一にあたる" : "")}評価画像 {tested:N0} 枚で正解率 99 % と測れた場合、95 % 区間は {interval.Low * 100:0.0} % から {interval.High * 100:0.0} % です。")
            : F($"With {tested:N0} images to test on{(own is null ? ", a fifth of them" : "")}, a measured accuracy of 99 % means {interval.Low * 100:0.0} % to {interval.High * 100:0.0} % with 95 % confidence.");
    }

    private static string F(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
