using System.Diagnostics;
using System.Globalization;
using Mekiki.Vision.Explanations;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Tests.Explanations;

/// <summary>Whether maps show what the network goes by: a mark that is known to matter, pixels whose loss changes the score, and weights that know nothing.</summary>
public class FaithfulnessTests
{
    private const int Side = 48, BlotSide = 6, BlotAt = 3;
    private static readonly float[] shares = [0.01f, 0.02f, 0.05f, 0.1f];
    private static readonly int deletedImages = int.Parse(Environment.GetEnvironmentVariable("MEKIKI_EXPLAINED_IMAGES") ?? "40", CultureInfo.InvariantCulture);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void BlotInOneClass_IsThePeakOfTheMap_In95Of100Images()
    {
        const int Blotted = 3;
        var (set, split) = Taught.Characters((index, label, image) =>
        {
            if (label != Blotted && index < Taught.TrainImages)
                return;
            for (int y = BlotAt; y < BlotAt + BlotSide; y++)
                image.AsSpan(y * Side + BlotAt, BlotSide).Fill(30);
        });
        var recognizer = Taught.Train(set, split, "cnn");
        int found = 0;
        foreach (int index in split.Test.Take(100))
        {
            string own = set.Classes[set.Labels[index]], label = set.Classes[Blotted];
            var explanation = Explainer.Explain(recognizer, Taught.Prepared(recognizer, set, index), new() { Label = label, Against = own }, Token);
            var (y, x) = explanation.Peak;
            found += y is >= BlotAt and < BlotAt + BlotSide && x is >= BlotAt and < BlotAt + BlotSide ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"blot found in {found} of 100 images");
        Assert.InRange(found, 95, 100);
    }

    // Adebayo et al., "Sanity Checks for Saliency Maps", 2018, arXiv:1810.03292. Integrated gradients are 0 wherever the image is as its background, whatever the
    // weights are: so their ranks are compared on the ink alone.
    [Theory]
    [InlineData(ExplanationMethod.Occlusion)]
    [InlineData(ExplanationMethod.IntegratedGradients)]
    [InlineData(ExplanationMethod.GradCam)]
    [InlineData(ExplanationMethod.HiResCam)]
    public void RandomWeights_GiveOtherMaps(ExplanationMethod method)
    {
        var recognizer = Taught.Cnn;
        double sum = 0, sizes = 0, inkAlone = 0;
        int count = 0;
        for (ulong seed = 1; seed <= 3; seed++)
        {
            var random = new Recognizer(Catalogue.Find("cnn").Create(recognizer.Preprocessing.Input, recognizer.Classes.Count, seed), recognizer.Card);
            foreach (int index in Taught.Unseen.Take(10))
            {
                var x = Taught.Prepared(recognizer, Taught.Set, index);
                var options = new ExplanationOptions { Method = method };
                var learned = Explainer.Explain(recognizer, x, options, Token);
                float[] other = Explainer.Explain(random, x, options with { Label = learned.Label, Against = learned.Against }, Token).Map.ToArray(), own = learned.Map.ToArray();
                float[] ink = Ink(x);
                int[] places = [.. Enumerable.Range(0, own.Length).Where(i => method != ExplanationMethod.IntegratedGradients || ink[i] > 0.5f)];
                double correlation = Spearman(places, own, other);
                sum += correlation;
                sizes += Math.Abs(correlation);
                inkAlone += Spearman([.. Enumerable.Range(0, own.Length)], [.. own.Select(MathF.Abs)], ink);
                count++;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{method}: mean Spearman against random weights {sum / count:0.000}, of its size {sizes / count:0.000}, of the map's size against the ink alone {inkAlone / count:0.000}, n {count}"));
        // Grad-CAM's few large areas agree or disagree with others by chance: only its mean is near 0.
        Assert.InRange(method == ExplanationMethod.GradCam ? Math.Abs(sum / count) : sizes / count, 0, 0.3);
    }

    [Theory]
    [InlineData(ExplanationMethod.Occlusion)]
    [InlineData(ExplanationMethod.IntegratedGradients)]
    public void Deletion_ByTheMap_LowersTheScoreMoreThanByChanceOrByInk(ExplanationMethod method)
    {
        var recognizer = Taught.Cnn;
        List<double> byMap = [], byChance = [], byInk = [];
        foreach (int index in Taught.Unseen.Take(deletedImages))
        {
            var x = Taught.Prepared(recognizer, Taught.Set, index);
            var explanation = Explainer.Explain(recognizer, x, new() { Method = method }, Token);
            var generator = new Generator(7, (ulong)index);
            int[] random = [.. Enumerable.Range(0, Side * Side)];
            generator.Shuffle(random.AsSpan());
            float[] map = explanation.Map.ToArray(), ink = Ink(x);
            byMap.Add(Fall(recognizer, x, explanation, Order(map, random)));
            byChance.Add(Fall(recognizer, x, explanation, random));
            byInk.Add(Fall(recognizer, x, explanation, Order(ink, random)));
        }

        var (own, chance, dark) = (Interval(byMap), Interval(byChance), Interval(byInk));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{method}: fall of the score by the map {own.Low:0.00} to {own.High:0.00}, by chance {chance.Low:0.00} to {chance.High:0.00}, by ink {dark.Low:0.00} to {dark.High:0.00}, n {byMap.Count}"));
        Assert.True(own.Low > chance.High, $"{own} by the map, {chance} by chance");
        Assert.True(own.Low > dark.High, $"{own} by the map, {dark} by ink");
    }

    // A measurement, with nothing else running: -explicit on.
    [Theory(Explicit = true)]
    [InlineData("cnn", 100)]
    [InlineData("kana-net", 200)]
    public void Occlusion_OfOneCharacter_TakesLittleProcessorTime(string model, int mostMilliseconds)
    {
        const int Images = 100;
        var recognizer = model == "cnn" ? Taught.Cnn : Taught.KanaNet;
        Tensor[] images = [.. Taught.Unseen.Take(Images).Select(i => Taught.Prepared(recognizer, Taught.Set, i))];
        Explainer.Explain(recognizer, images[0], cancellation: Token);
        using var process = Process.GetCurrentProcess();
        var (before, watch) = (process.TotalProcessorTime, Stopwatch.StartNew());
        foreach (var image in images)
            Explainer.Explain(recognizer, image, cancellation: Token);
        process.Refresh();
        double milliseconds = (process.TotalProcessorTime - before).TotalMilliseconds / Images;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model}: {milliseconds:0.0} ms of processor time, {watch.Elapsed.TotalMilliseconds / Images:0.0} ms, n {Images}"));
        Assert.InRange(milliseconds, 0, mostMilliseconds);
    }

    // The mean fall of the score's difference when 1, 2, 5 and 10 % of the pixels become background.
    private static double Fall(Recognizer recognizer, Tensor x, Explanation explanation, int[] order)
    {
        float[] image = x.ToArray(), border = EmptyImage.Border(x), batch = new float[shares.Length * image.Length];
        for (int n = 0; n < shares.Length; n++)
        {
            var view = batch.AsSpan(n * image.Length, image.Length);
            image.CopyTo(view);
            foreach (int place in order.AsSpan(0, (int)(shares[n] * order.Length)))
                view[place] = border[place];
        }

        float[] scores = recognizer.Scores(Tensor.From(batch, [shares.Length, 1, Side, Side])).ToArray();
        int classes = recognizer.Classes.Count, own = IndexOf(recognizer, explanation.Label), other = IndexOf(recognizer, explanation.Against!);
        double fall = 0;
        for (int n = 0; n < shares.Length; n++)
            fall += (explanation.Score - (scores[n * classes + own] - scores[n * classes + other])) / shares.Length;
        return fall;
    }

    private static int IndexOf(Recognizer recognizer, string label) => recognizer.Classes.ToList().IndexOf(label);

    // Largest first; among equals, as given.
    private static int[] Order(float[] values, int[] among) => [.. among.OrderByDescending(i => values[i])];

    private static float[] Ink(Tensor x)
    {
        float[] values = x.ToArray(), border = EmptyImage.Border(x);
        for (int i = 0; i < values.Length; i++)
            values[i] = Math.Abs(values[i] - border[i]);
        return values;
    }

    private static (double Low, double High) Interval(List<double> values)
    {
        double mean = values.Average(), deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1)), half = 1.96 * deviation / Math.Sqrt(values.Count);
        return (mean - half, mean + half);
    }

    internal static double Spearman(int[] places, float[] first, float[] second)
    {
        double[] a = Ranks(places, first), b = Ranks(places, second);
        double mean = (places.Length - 1) / 2.0, ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
            (ab, aa, bb) = (ab + (a[i] - mean) * (b[i] - mean), aa + (a[i] - mean) * (a[i] - mean), bb + (b[i] - mean) * (b[i] - mean));
        return aa == 0 || bb == 0 ? 0 : ab / Math.Sqrt(aa * bb);
    }

    // Equal values share the mean of their ranks.
    private static double[] Ranks(int[] places, float[] values)
    {
        int[] order = [.. Enumerable.Range(0, places.Length)];
        Array.Sort(order, (i, j) => values[places[i]].CompareTo(values[places[j]]));
        double[] ranks = new double[order.Length];
        for (int first = 0, next; first < order.Length; first = next)
        {
            for (next = first + 1; next < order.Length && values[places[order[next]]] == values[places[order[first]]]; next++)
            {
            }

            for (int i = first; i < next; i++)
                ranks[order[i]] = (first + next - 1) / 2.0;
        }

        return ranks;
    }
}
