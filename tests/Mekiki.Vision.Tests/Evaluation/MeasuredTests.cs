using System.Globalization;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Explanations;
using Mekiki.Vision.Models;
using Mekiki.Vision.Tests.Explanations;

namespace Mekiki.Vision.Tests.Evaluation;

/// <summary>Figures of results/ about trained networks: MEKIKI_MODEL names the model file, MEKIKI_IMAGES its data, MEKIKI_SPLIT the run's split.csv. They take minutes, and run only when asked for.</summary>
public class MeasuredTests
{
    private static readonly string model = Variable("MEKIKI_MODEL"), images = Variable("MEKIKI_IMAGES"), split = Variable("MEKIKI_SPLIT");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Half of the books calibrate, the other half is counted.
    [Theory(Explicit = true)]
    [InlineData(SetMethod.LeastAmbiguous, 0.9)]
    [InlineData(SetMethod.Adaptive, 0.9)]
    [InlineData(SetMethod.LeastAmbiguous, 0.99)]
    [InlineData(SetMethod.Adaptive, 0.99)]
    public void Sets_HoldTheirPromise_OnNewBooks(SetMethod method, double coverage)
    {
        const int Splits = 20;
        var (recognizer, set, tested) = Open();
        var groups = ImageGroups.Of(set, "book");
        var held = Probabilities.Of(recognizer, set, tested, cancellation: Token);
        int classes = recognizer.Classes.Count;
        double[] covered = new double[Splits], sizes = new double[Splits];
        for (int s = 0; s < Splits; s++)
        {
            var generator = new Generator((ulong)s);
            int[] books = [.. tested.Select(i => groups[i]).Distinct()];
            generator.Shuffle(books.AsSpan());
            var half = books.Take(books.Length / 2).ToHashSet();
            int[] one = [.. Enumerable.Range(0, tested.Length).Where(n => half.Contains(groups[tested[n]]))], other = [.. Enumerable.Range(0, tested.Length).Where(n => !half.Contains(groups[tested[n]]))];
            var sets = PredictionSets.Fit(one.SelectMany(n => held[n].ToArray()).ToArray(), one.Select(n => set.Labels[tested[n]]).ToArray(), coverage, method, one.Select(n => groups[tested[n]]).ToArray(), (ulong)s);
            foreach (int n in other)
            {
                int[] chosen = sets.Of(held[n], generator.NextDouble(), mayBeEmpty: true);
                covered[s] += chosen.Contains(set.Labels[tested[n]]) ? 1.0 / other.Length : 0;
                sizes[s] += (double)chosen.Length / other.Length;
            }
        }

        Say($"{method}, {coverage:P0}: coverage {covered.Average():P2}, {covered.Min():P2} to {covered.Max():P2}; {sizes.Average():0.00} of {classes} classes in a set; {Splits} splits of {tested.Length} images");
        Assert.InRange(covered.Average(), coverage - 0.015, coverage + 0.015);
    }

    // Adebayo et al. 2018: a map that stays the same with random weights tells nothing of the network.
    [Theory(Explicit = true)]
    [InlineData(ExplanationMethod.Occlusion)]
    [InlineData(ExplanationMethod.HiResCam)]
    [InlineData(ExplanationMethod.GradCam)]
    public void RandomWeights_GiveOtherMaps_OfRealImages(ExplanationMethod method)
    {
        const int Images = 100;
        var (recognizer, set, tested) = Open();
        double sum = 0, sizes = 0;
        for (int n = 0; n < Images; n++)
        {
            var random = new Recognizer(Catalogue.Find(recognizer.Card.Model).Create(recognizer.Preprocessing.Input, recognizer.Classes.Count, (ulong)(n % 10)), recognizer.Card);
            var x = Taught.Prepared(recognizer, set, tested[n]);
            var learned = Explainer.Explain(recognizer, x, new ExplanationOptions { Method = method }, Token);
            var other = Explainer.Explain(random, x, new ExplanationOptions { Method = method, Label = learned.Label, Against = learned.Against }, Token);
            float[] own = learned.Map.ToArray();
            double correlation = FaithfulnessTests.Spearman([.. Enumerable.Range(0, own.Length)], own, other.Map.ToArray());
            sum += correlation;
            sizes += Math.Abs(correlation);
        }

        Say($"{method}, {recognizer.Card.Model}: mean Spearman {sum / Images:0.000}, of its size {sizes / Images:0.000}, n {Images}");
        Assert.InRange(Math.Abs(sum / Images), 0, 0.3);
    }

    private static (Recognizer Recognizer, ImageSet Set, int[] Tested) Open()
    {
        var recognizer = Recognizer.Load(model);
        var set = ImageSet.Open(images, new ImageSetOptions { Channels = recognizer.Preprocessing.Channels, Height = recognizer.Preprocessing.Height, Width = recognizer.Preprocessing.Width });
        var tested = File.ReadLines(split).Where(line => line.EndsWith(",test", StringComparison.Ordinal)).Select(line => line.Split(',')[0]).ToHashSet();
        return (recognizer, set, [.. Enumerable.Range(0, set.Count).Where(i => tested.Contains(set.Names[i]))]);
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "";

    private static void Say(FormattableString text) => TestContext.Current.TestOutputHelper?.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
