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

    // Half of the books are judged, the plan is for the other half.
    [Fact(Explicit = true)]
    public void Review_BoundHolds_OnNewBooks()
    {
        const int Splits = 200;
        var (recognizer, set, tested) = Open();
        var all = recognizer.Answers(set, tested, ImageGroups.Of(set, "book"), cancellation: Token);
        int held = 0;
        var bounds = new double[ReviewBudget.Shares.Count];
        for (int s = 0; s < Splits; s++)
        {
            int[] books = [.. Enumerable.Range(0, all.Count).Select(n => all[n].Group).Distinct()];
            new Generator((ulong)s).Shuffle(books.AsSpan());
            var half = books.Take(books.Length / 2).ToHashSet();
            Answers judged = all.Subset(Enumerable.Range(0, all.Count).Where(n => half.Contains(all[n].Group))), fresh = all.Subset(Enumerable.Range(0, all.Count).Where(n => !half.Contains(all[n].Group)));
            var plans = ReviewBudget.Plan(judged, [.. Enumerable.Range(0, fresh.Count).Select(n => fresh[n].Probability)]);
            held += plans.All(plan => Enumerable.Range(0, fresh.Count).Count(n => fresh[n].Probability >= plan.Threshold && !fresh[n].IsRight) <= plan.WrongBound) ? 1 : 0;
            for (int i = 0; i < bounds.Length; i++)
                bounds[i] += (double)plans[i].WrongBound / Splits;
        }

        Say($"review: held in {held} of {Splits}; mean bounds {string.Join(", ", bounds.Select(b => b.ToString("0.0", CultureInfo.InvariantCulture)))} of about {all.Count / 2}");
        var whole = ReviewBudget.Plan(all, [.. Enumerable.Range(0, all.Count).Select(n => all[n].Probability)]);
        Say($"whole part: {string.Join("; ", whole.Select(w => FormattableString.Invariant($"look at {w.Reviewed}, at most {w.WrongBound} wrong, {w.LabelledWrong} were")))}");
        Assert.InRange(held, 190, 200);
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

    // The same from the last layer to the first, with ten draws for each image: how alike one draw's map is to the true one, how alike the draws are to it
    // on average, and how alike the maps of two draws are to each other, which know nothing of the training.
    [Theory(Explicit = true)]
    [InlineData(ExplanationMethod.HiResCam)]
    [InlineData(ExplanationMethod.GradCam)]
    public void RandomWeights_LayerByLayer(ExplanationMethod method)
    {
        const int Images = 100, Draws = 10;
        var (recognizer, set, tested) = Open();
        var state = recognizer.Network.StateDict();
        string[] layers = [.. state.Select(s => s.Name.Split('.')[0]).Distinct().Reverse()];
        for (int level = 1; level <= layers.Length; level++)
        {
            var drawn = layers.Take(level).ToHashSet();
            Recognizer[] random = [.. Enumerable.Range(0, Draws).Select(seed =>
            {
                var network = Catalogue.Find(recognizer.Card.Model).Create(recognizer.Preprocessing.Input, recognizer.Classes.Count, (ulong)seed);
                var own = network.StateDict().ToDictionary(s => s.Name, s => s.Tensor);
                network.LoadStateDict(state.ToDictionary(s => s.Name, s => drawn.Contains(s.Name.Split('.')[0]) ? own[s.Name] : s.Tensor));
                return new Recognizer(network, recognizer.Card);
            })];
            double mean = 0, single = 0, average = 0, between = 0;
            for (int n = 0; n < Images; n++)
            {
                var x = Taught.Prepared(recognizer, set, tested[n]);
                var learned = Explainer.Explain(recognizer, x, new ExplanationOptions { Method = method }, Token);
                float[] own = learned.Map.ToArray();
                int[] all = [.. Enumerable.Range(0, own.Length)];
                float[][] maps = [.. random.Select(r => Explainer.Explain(r, x, new ExplanationOptions { Method = method, Label = learned.Label, Against = learned.Against }, Token).Map.ToArray())];
                double[] alike = [.. maps.Select(m => FaithfulnessTests.Spearman(all, own, m))];
                mean += alike.Average() / Images;
                single += alike.Average(Math.Abs) / Images;
                average += Math.Abs(alike.Average()) / Images;
                between += Enumerable.Range(1, Draws - 1).Average(d => Math.Abs(FaithfulnessTests.Spearman(all, maps[d - 1], maps[d]))) / Images;
            }

            Say($"{method}, {recognizer.Card.Model}, random from {layers[level - 1]} on: mean {mean:0.000}, of a draw's size {single:0.000}, of an image's size {average:0.000}, between draws {between:0.000}; {Images} images, {Draws} draws");
        }
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
