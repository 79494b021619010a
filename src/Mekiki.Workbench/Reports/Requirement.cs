using System.Globalization;
using System.Text.RegularExpressions;
using Mekiki.Vision.Evaluation;

namespace Mekiki.Workbench.Reports;

/// <summary>What a recognizer must reach, such as <c>balanced&gt;=0.99</c>: a build can fail on it.</summary>
/// <param name="Figure">The figure's name, see <see cref="Names"/>; with <c>.low</c> or <c>.high</c> behind it, an end of its interval.</param>
/// <param name="Sign"><c>&gt;=</c>, <c>&lt;=</c>, <c>&gt;</c> or <c>&lt;</c>.</param>
/// <param name="Limit">The number.</param>
public sealed partial record Requirement(string Figure, string Sign, double Limit)
{
    private static readonly Dictionary<string, Func<Figures, Estimate>> figures = new(StringComparer.OrdinalIgnoreCase)
    {
        ["accuracy"] = f => f.Accuracy,
        ["accuracy_by_group"] = f => f.AccuracyByGroup,
        ["balanced"] = f => f.BalancedAccuracy,
        ["top5"] = f => f.Top5Accuracy,
        ["macro_f1"] = f => f.MacroF1,
        ["weighted_f1"] = f => f.WeightedF1,
        ["kappa"] = f => f.Kappa,
        ["loss"] = f => f.Nll,
        ["brier"] = f => f.Brier,
        ["ece"] = f => f.Ece,
        ["ece_equal_mass"] = f => f.EceEqualMass,
        ["aurc"] = f => f.Aurc,
        ["augrc"] = f => f.Augrc,
        ["error_auroc"] = f => f.ErrorAuroc,
    };

    private static readonly Dictionary<string, Func<LabelEstimates, Estimate>> ofLabels = new(StringComparer.OrdinalIgnoreCase)
    {
        ["map"] = f => f.MeanAveragePrecision,
        ["macro_f1"] = f => f.MacroF1,
        ["micro_f1"] = f => f.MicroF1,
        ["accuracy"] = f => f.AllRight,
        ["loss"] = f => f.Loss,
    };

    /// <summary>The figures that can be required, those of several labels last.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. figures.Keys, .. ofLabels.Keys.Where(k => !figures.ContainsKey(k))];

    /// <summary>Refuses figures that a report does not have.</summary>
    /// <param name="requirements">What is required.</param>
    /// <param name="labels">Whether images have any number of labels.</param>
    /// <exception cref="MekikiException">There is one; the message names it.</exception>
    internal static void Check(IEnumerable<Requirement> requirements, bool labels)
    {
        foreach (string name in requirements.Select(r => r.Figure.Split('.')[0]))
            if (labels ? !ofLabels.ContainsKey(name) : !figures.ContainsKey(name))
                throw new MekikiException($"--require: expected one of {string.Join(", ", labels ? [.. ofLabels.Keys] : figures.Keys)} for a model of {(labels ? "any number of labels" : "one class")}, got '{name}'. Require another figure.");
    }

    /// <summary>Reads requirements with commas between.</summary>
    /// <param name="text"><c>balanced&gt;=0.99,ece&lt;=0.01</c>.</param>
    /// <exception cref="MekikiException">One of them cannot be read; the message names it.</exception>
    public static IReadOnlyList<Requirement> Parse(string text) => [.. text.Split(',').Select(One)];

    /// <summary>The figure's value.</summary>
    public double ValueIn(Figures of) => PartOf(figures[Name](of));

    /// <summary>The figure's value, of images of any number of labels.</summary>
    public double ValueIn(LabelEstimates of) => PartOf(ofLabels[Name](of));

    /// <summary>Whether it is met; a figure that is no number meets nothing.</summary>
    public bool IsMet(Figures of) => IsMet(ValueIn(of));

    /// <summary>The same, of images of any number of labels.</summary>
    public bool IsMet(LabelEstimates of) => IsMet(ValueIn(of));

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Figure}{Sign}{Limit}");

    private string Name => Figure.Split('.')[0];

    private double PartOf(Estimate estimate) => Figure.EndsWith(".low", StringComparison.Ordinal) ? estimate.Interval.Low : Figure.EndsWith(".high", StringComparison.Ordinal) ? estimate.Interval.High : estimate.Value;

    private bool IsMet(double value) => Sign switch
    {
        ">=" => value >= Limit,
        "<=" => value <= Limit,
        ">" => value > Limit,
        _ => value < Limit,
    };

    private static Requirement One(string text)
    {
        var match = Form().Match(text);
        if (!match.Success || !double.TryParse(match.Groups[4].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double limit) || !double.IsFinite(limit))
            throw new MekikiException($"--require: expected a figure, >=, <=, > or <, and a number, such as balanced>=0.99, got '{text}'. Separate several by commas.");
        string name = match.Groups[1].Value.ToLowerInvariant();
        return Names.Contains(name)
            ? new(name + match.Groups[2].Value, match.Groups[3].Value, limit)
            : throw new MekikiException($"--require: expected one of {string.Join(", ", Names)}, got '{match.Groups[1].Value}'.{Suggestion.Sentence(name, Names)}");
    }

    [GeneratedRegex(@"^\s*([A-Za-z0-9_]+)(\.low|\.high)?\s*(>=|<=|>|<)\s*([-+0-9.eE]+)\s*$")]
    private static partial Regex Form();
}
