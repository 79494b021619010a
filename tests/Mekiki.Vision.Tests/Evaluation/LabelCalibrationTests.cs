using Mekiki.Vision.Evaluation;

namespace Mekiki.Vision.Tests.Evaluation;

public class LabelCalibrationTests
{
    private const int Images = 20_000;

    // Scores whose honest probabilities are sigmoid(0.5 s - 1) and sigmoid(2 s + 0.3): the fit finds them.
    private static LabelAnswers Drawn()
    {
        var answers = new LabelAnswers(["a", "b", "few", "turned"]);
        var generator = new Generator(3);
        for (int n = 0; n < Images; n++)
        {
            float a = 8 * generator.NextSingle() - 4, b = 4 * generator.NextSingle() - 2, turned = 4 * generator.NextSingle() - 2;
            answers.Add(n, n, [a, b, a, turned], [Draw(0.5 * a - 1), Draw(2 * b + 0.3), n < 4, Draw(-2 * turned)]);
        }

        return answers;

        bool Draw(double score) => generator.NextSingle() < 1 / (1 + Math.Exp(-score));
    }

    [Fact]
    public void Fit_FindsTheProbabilities()
    {
        var answers = Drawn();
        var calibration = LabelCalibration.Fit(answers);
        Assert.Equal(0.5, calibration.Labels[0].Slope, 0.03);
        Assert.Equal(-1, calibration.Labels[0].Offset, 0.05);
        Assert.Equal(2, calibration.Labels[1].Slope, 0.1);
        Assert.Equal(0.3, calibration.Labels[1].Offset, 0.05);
        // Too few images of it, and scores that fall where it is there: they stay.
        Assert.Equal(new LabelScale(1, 0, 0.5), calibration.Labels[2]);
        Assert.Equal((1, 0), (calibration.Labels[3].Slope, calibration.Labels[3].Offset));
        Assert.True(calibration.LossAfter < calibration.LossBefore);
        Assert.Equal(Images, calibration.Images);
        // The order of images stays.
        Assert.Equal([0.5f * 2 - 1, 2f * 2 + 0.3f, 2, 2], new LabelCalibration([new(0.5, -1, 0.5), new(2, 0.3, 0.5), new(1, 0, 0.5), new(1, 0, 0.5)], 1).Scaled([2, 2, 2, 2]));
    }

    // Of 12 images three have the label, and the scores put one other above two of them: all three are said from the fourth place on.
    [Fact]
    public void Threshold_IsThatOfTheBestF1()
    {
        var answers = new LabelAnswers(["a"]);
        bool[] has = [true, false, true, true, true, true, false, false, false, false, false, false];
        for (int n = 0; n < has.Length; n++)
            answers.Add(n, n, [-n], [has[n]]);
        var label = LabelCalibration.Fit(answers).Labels[0];
        double Probability(int n) => 1 / (1 + Math.Exp(-(label.Slope * -n + label.Offset)));
        Assert.InRange(label.Threshold, Probability(6), Probability(5));
    }

    [Fact]
    public void NumbersOutOfRange_AreTold()
    {
        Assert.Equal("Calibration of a label: expected a slope of 0.001 to 1,000, an offset of at most 1,000 and a threshold 0 < X < 1, got 0, 1 and 0.5.", Message(() => new LabelCalibration([new(0, 1, 0.5)], 5)));
        Assert.Equal("Calibration of a label: expected a slope of 0.001 to 1,000, an offset of at most 1,000 and a threshold 0 < X < 1, got 1, 0 and 1.", Message(() => new LabelCalibration([new(1, 0, 1)], 5)));
        Assert.Equal("Images of a calibration: expected 1 or more, got 0.", Message(() => new LabelCalibration([], 0)));
        var card = new ModelCard("cnn", ["a", "b"], new Preprocessing(1, 8, 8)) { IsMultiLabel = true, LabelCalibration = new([new(1, 0, 0.5)], 5) };
        Assert.Equal("card: expected a calibration of each of 2 labels, got 1. The file is damaged: get or write it again.", Message(() => ModelCard.FromJson(card.ToJson(), "card")));
        string whole = (card with { LabelCalibration = new([new(1, 0, 0.5), new(2, -1, 0.25)], 5) { LossBefore = 0.5, LossAfter = 0.25 } }).ToJson();
        var again = ModelCard.FromJson(whole).LabelCalibration!;
        Assert.Equal([new(1, 0, 0.5), new(2, -1, 0.25)], again.Labels);
        Assert.Equal((5, 0.5, 0.25), (again.Images, again.LossBefore!.Value, again.LossAfter!.Value));
    }

    private static string Message(Func<object> make) => Assert.Throws<MekikiException>(() => make()).Message;
}
