namespace Mekiki.Vision.Evaluation;

/// <summary>The figures of a recognizer on labelled images, each with its 95 % interval. Shares are in [0, 1].</summary>
/// <remarks>
/// Shares have Wilson's interval; means have theirs by the variance between groups; other figures by a bootstrap of whole groups (Efron, Tibshirani,
/// "An Introduction to the Bootstrap", 1993, section 13.3). Without groups each image counts as one group.
/// </remarks>
/// <example>
/// <code>
/// var figures = Figures.Of(recognizer.Answers(set, split.Test));
/// Console.WriteLine($"balanced accuracy {figures.BalancedAccuracy.Value:P2}, calibration error {figures.Ece.Value:P2}");
/// </code>
/// </example>
public sealed record Figures
{
    /// <summary>How many images were tried.</summary>
    public required int Images { get; init; }

    /// <summary>How many groups they are in; without groups as many as images.</summary>
    public required int Groups { get; init; }

    /// <summary>The share of images that are recognized. Wilson's interval, images taken as independent.</summary>
    public required Estimate Accuracy { get; init; }

    /// <summary>The same share, and its interval where images of one group are not independent.</summary>
    public required Estimate AccuracyByGroup { get; init; }

    /// <summary>The share of images whose class is among the five most probable.</summary>
    public required Estimate Top5Accuracy { get; init; }

    /// <summary>The mean recall of the classes that have images.</summary>
    public required Estimate BalancedAccuracy { get; init; }

    /// <summary>The mean F1 of the classes that have images or predictions.</summary>
    public required Estimate MacroF1 { get; init; }

    /// <summary>The mean F1 of the classes, each weighted by its images.</summary>
    public required Estimate WeightedF1 { get; init; }

    /// <summary>Agreement beyond chance: (accuracy - e) / (1 - e), e = Σ_c images_c predictions_c / N². Cohen, "A Coefficient of Agreement for Nominal Scales", 1960.</summary>
    public required Estimate Kappa { get; init; }

    /// <summary>Mean negative log-likelihood of the images' own classes, in nats.</summary>
    public required Estimate Nll { get; init; }

    /// <summary>Mean Σ_c (p_c - [c is the image's class])², in [0, 2]. Brier, "Verification of Forecasts Expressed in Terms of Probability", 1950.</summary>
    public required Estimate Brier { get; init; }

    /// <summary>Expected calibration error: Σ_bins share of images |accuracy - mean probability|, 15 bins of equal width. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equation 3.</summary>
    public required Estimate Ece { get; init; }

    /// <summary>The same with 15 bins of equally many images.</summary>
    public required Estimate EceEqualMass { get; init; }

    /// <summary>Area under the risk-coverage curve: the mean, over k = 1 … N, of the share of errors among the k most probable answers. Geifman, Uziel, El-Yaniv, ICLR 2019; images of equal probability share their errors evenly.</summary>
    public required Estimate Aurc { get; init; }

    /// <summary>Area under the generalized risk-coverage curve: the mean, over k, of the errors among the k most probable answers divided by N. Traub et al., arXiv:2407.01032.</summary>
    public required Estimate Augrc { get; init; }

    /// <summary>How well the probability separates right from wrong answers: the area under the ROC curve; NaN where all are right or all wrong.</summary>
    public required Estimate ErrorAuroc { get; init; }

    /// <summary>Each class by itself, in the order of their indices.</summary>
    public required IReadOnlyList<ClassFigures> Classes { get; init; }

    /// <summary>Computes all figures.</summary>
    /// <param name="answers">One or more answers.</param>
    /// <param name="seed">Of the bootstrap: equal seeds give equal intervals.</param>
    /// <exception cref="ArgumentException">There is no answer.</exception>
    public static Figures Of(Answers answers, ulong seed = 0)
    {
        ArgumentNullException.ThrowIfNull(answers);
        if (answers.Count == 0)
            throw new ArgumentException("expected one answer or more, got none", nameof(answers));
        var sample = new FigureSample(answers);
        var values = sample.Compute(sample.Ones());
        var intervals = Bootstrap.Intervals(sample, seed);
        int n = answers.Count;
        bool[] right = new bool[n], inTop = new bool[n];
        int[] groups = new int[n];
        double[] nll = new double[n], brier = new double[n];
        for (int i = 0; i < n; i++)
        {
            var answer = answers[i];
            (right[i], inTop[i], groups[i], nll[i], brier[i]) = (answer.IsRight, answer.Rank < Answers.MostTop, answer.Group, -answer.LogProbability, FigureSample.BrierOf(answer));
        }

        double accuracy = right.Count(r => r) / (double)n, top5 = inTop.Count(t => t) / (double)n;
        return new Figures
        {
            Images = n,
            Groups = sample.Groups,
            Accuracy = new(accuracy, Interval.Wilson(accuracy, n)),
            AccuracyByGroup = new(accuracy, answers.HasGroups ? Interval.OfGroups(right, groups) : Interval.Wilson(accuracy, n)),
            Top5Accuracy = new(top5, answers.HasGroups ? Interval.OfGroups(inTop, groups) : Interval.Wilson(top5, n)),
            BalancedAccuracy = Estimate(Figure.BalancedAccuracy),
            MacroF1 = Estimate(Figure.MacroF1),
            WeightedF1 = Estimate(Figure.WeightedF1),
            Kappa = Estimate(Figure.Kappa),
            Nll = new(nll.Average(), Interval.OfMean(nll, groups)),
            Brier = new(brier.Average(), Interval.OfMean(brier, groups)),
            Ece = Estimate(Figure.Ece),
            EceEqualMass = Estimate(Figure.EceEqualMass),
            Aurc = Estimate(Figure.Aurc),
            Augrc = Estimate(Figure.Augrc),
            ErrorAuroc = Estimate(Figure.ErrorAuroc),
            Classes = sample.ClassFigures(),
        };

        Estimate Estimate(Figure figure) => new(values[(int)figure], intervals[(int)figure]);
    }
}
