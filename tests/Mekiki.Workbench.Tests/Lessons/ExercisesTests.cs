using System.Globalization;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Workbench.Lessons;

namespace Mekiki.Workbench.Tests.Lessons;

/// <summary>The answers to exercises. Here each is worked out, so that the table needs no answer in clear.</summary>
public class ExercisesTests
{
    private static readonly ImageShape page = new(1, 48, 48);

    private static IEnumerable<(int Lesson, int Exercise, string Answer)> Answers()
    {
        yield return (1, 1, N(Math.Ceiling(14_600 / 32.0)));
        yield return (1, 2, N(Parameters("cnn")));
        yield return (2, 1, N(Slope(x => Math.Pow(3 * x * x - 2 * x, 3), 2)));
        yield return (2, 2, N(Slope(y => 3 * y + y * y, 4)));
        yield return (3, 1, Enumerable.Range(1, 1000).Select(i => i / 1000m).Last(rate => Math.Abs(1 - 200 * rate) <= 1).ToString(CultureInfo.InvariantCulture).TrimEnd('0'));
        yield return (3, 2, Enumerable.Range(0, 10).Aggregate(5.0, (a, _) => a - 0.1 * 2 * a).ToString("0.0000", CultureInfo.InvariantCulture));
        yield return (4, 1, N(Enumerable.Range(0, 10_000).Chunk(32).Count()));
        yield return (4, 2, N(Enumerable.Range(0, 10_000).Chunk(32).Last().Length));
        yield return (5, 1, N(Parameters("mlp")));
        yield return (5, 2, N(new Layers.BatchNorm1d(64).ParameterCount()));
        yield return (6, 1, N(new Layers.Conv2d(64, 32, 3).ParameterCount()));
        yield return (6, 2, N((new Layers.Conv2d(64, 32, 3).ParameterCount() - 32) * 24 * 24));
        yield return (7, 1, N(73 * 73 - 73));
        yield return (7, 2, N(10_000 - 0.504 * 10_000));
        yield return (8, 1, Math.Sqrt(0.51 * 0.49 / 10_000).ToString("0.000", CultureInfo.InvariantCulture));
        yield return (8, 2, N(32 * 48 * 48));
        yield return (9, 1, N(new Layers.Linear(48 * 48, 64).ParameterCount() + new Layers.BatchNorm1d(64).ParameterCount() + new Layers.Linear(64, 73).ParameterCount()));
        yield return (9, 2, N(1 / (1 - 0.5)));
        yield return (10, 1, N(Math.Pow(4, 10)));
        yield return (10, 2, N(1 + 3 * 2 + 1));
        yield return (11, 1, N(6 * 18 + 2));
        yield return (11, 2, N(2 * new Layers.Conv2d(64, 64, 3, bias: false).ParameterCount()));
        yield return (12, 1, N(16 * 2 * 32 * (1 + 4)));
        yield return (12, 2, (26.2m - 15.3m).ToString(CultureInfo.InvariantCulture));
        yield return (13, 1, N(Catalogue.Find("neocognitron").Year));
        yield return (13, 2, N(24 * 16 * 16));
        yield return (14, 1, N(48 / 8 * (48 / 8)));
        yield return (14, 2, N(Parameters("three-layer")));
    }

    [Fact]
    public void Table_HoldsTheHashOfEachAnswer() =>
        Stored.SameFile("src/Mekiki.Workbench/Lessons/Assets/exercises.csv", "lesson,exercise,salt,hash\n" + string.Concat(Answers().Select(a => Exercises.RowOf(a.Lesson, a.Exercise, a.Answer) + "\n")));

    [Fact]
    public void RightAnswers_AreAccepted_WrongOnesRefused()
    {
        foreach (var (lesson, exercise, answer) in Answers())
        {
            Assert.Equal(exercise, Exercises.Find(lesson, answer));
            Assert.Null(Exercises.Find(lesson, answer + "1"));
            Assert.Null(Exercises.Find(lesson % 14 + 1, answer));
        }
    }

    [Theory]
    [InlineData("152,201")]
    [InlineData(" 152 201 ")]
    [InlineData("152201")]
    public void Answer_MayBeWrittenInManyWays(string answer) => Assert.Equal(1, Exercises.Find(5, answer));

    [Fact]
    public void UnknownLesson_SaysWhichThereAre() => Assert.Equal("Lesson 15: expected 1 to 14, got none of them.", Assert.Throws<MekikiException>(() => Exercises.Find(15, "1")).Message);

    private static long Parameters(string model) => Catalogue.Find(model).Create(page, 73, seed: 0).ParameterCount();

    private static double Slope(Func<double, double> f, double x) => Math.Round((f(x + 1e-4) - f(x - 1e-4)) / 2e-4);

    private static string N(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
