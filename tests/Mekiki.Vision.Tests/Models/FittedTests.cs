using Mekiki.Files;
using Mekiki.Vision.Classical;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Tests.Models;

/// <summary>What must hold for every recognizer that learns from all images at once.</summary>
public sealed class FittedTests : IDisposable
{
    private static readonly ImageSet set = Strokes.Set();
    private static readonly int[] all = [.. Enumerable.Range(0, set.Count)];
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Names => [.. Catalogue.All.Where(m => m.IsFitted).Select(m => m.Name)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    private static Recognizer Made(string name)
    {
        var entry = Catalogue.Find(name);
        var input = entry.InputFor(set.Shape);
        return new Recognizer(entry.Create(input, set.Classes.Count), new ModelCard(name, set.Classes, Preprocessing.Measured(input, set, all)));
    }

    private static PreparedImages Images(Recognizer recognizer) => new(set, all, recognizer.Preprocessing.Pipeline(set.Shape));

    private static Recognizer Fitted(string name, ulong seed = 5)
    {
        var recognizer = Made(name);
        ((IFitted)recognizer.Network).Fit(Images(recognizer), seed, cancellation: Token);
        return recognizer;
    }

    private static string Sha256(Recognizer recognizer) => Weights.Sha256(recognizer.Network.StateDict());

    [Theory]
    [MemberData(nameof(CatalogueTests.Names), MemberType = typeof(CatalogueTests))]
    public void Entry_SaysWhetherItIsFitted(string name)
    {
        var entry = Catalogue.Find(name);
        Assert.Equal(entry.IsFitted, entry.Build(entry.DefaultInput, 3) is IFitted);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Network_HasBuffersAlone(string name)
    {
        var recognizer = Fitted(name);
        Assert.Empty(recognizer.Network.NamedParameters());
        Assert.All(recognizer.Network.StateDict(), s => Assert.True(s.Tensor.DType == DType.Int64 || s.Tensor.ToArray().All(float.IsFinite), $"{name}: {s.Name} is not finite"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EasyImages_AreLearned(string name)
    {
        Assert.InRange(Made(name).Evaluate(set, cancellation: Token).Accuracy, 0, 0.5);
        Assert.InRange(Fitted(name).Evaluate(set, cancellation: Token).Accuracy, 0.9, 1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SameSeed_SameBits_OnAnyNumberOfThreads_AndAfterAnotherFit(string name)
    {
        int before = Threads.Count;
        try
        {
            Threads.Count = 1;
            var recognizer = Fitted(name);
            string one = Sha256(recognizer);
            Threads.Count = 2;
            Assert.Equal(one, Sha256(Fitted(name)));
            Threads.Count = 4;
            ((IFitted)recognizer.Network).Fit(Images(recognizer), 5, cancellation: Token);
            Assert.Equal(one, Sha256(recognizer));
        }
        finally
        {
            Threads.Count = before;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void SavedAndLoaded_GivesTheSameScores(string name)
    {
        var recognizer = Fitted(name);
        recognizer.Save(folder["model.safetensors"]);
        var loaded = Recognizer.Load(folder["model.safetensors"]);
        var shape = recognizer.Preprocessing.Input;
        var values = new float[3 * shape.Length];
        for (int n = 0; n < 3; n++)
            Images(recognizer).Read(n, values.AsSpan(n * shape.Length, shape.Length));
        var x = Tensor.From(values, [3, shape.Channels, shape.Height, shape.Width]);
        float[] scores = recognizer.Scores(x).ToArray();
        Assert.Equal(scores, loaded.Scores(x).ToArray());
        Assert.Contains(scores, s => s != 0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Cancelled_HasLearntNothing(string name)
    {
        var recognizer = Made(name);
        string before = Sha256(recognizer);
        foreach (int after in new[] { 0, 1, 2 })
        {
            using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
            if (after == 0)
                source.Cancel();
            var progress = new CancelAfter(source, after);
            Assert.ThrowsAny<OperationCanceledException>(() => ((IFitted)recognizer.Network).Fit(Images(recognizer), 5, progress, source.Token));
            Assert.Equal(before, Sha256(recognizer));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Progress_GrowsToOne(string name)
    {
        var recognizer = Made(name);
        var seen = new Seen();
        ((IFitted)recognizer.Network).Fit(Images(recognizer), 5, seen, Token);
        Assert.All(seen.All, p => Assert.InRange(p.Done, 0, 1));
        Assert.Equal(seen.All.Select(p => p.Done).Order(), seen.All.Select(p => p.Done));
        Assert.InRange(seen.All[^1].Done, 0.9, 1);
    }

    private sealed class CancelAfter(CancellationTokenSource source, int reports) : IProgress<FitProgress>
    {
        private int seen;

        public void Report(FitProgress value)
        {
            if (++seen >= reports)
                source.Cancel();
        }
    }

    private sealed class Seen : IProgress<FitProgress>
    {
        public List<FitProgress> All { get; } = [];

        public void Report(FitProgress value) => All.Add(value);
    }
}
