using Mekiki.Autograd;
using Mekiki.Vision.Classical;
using Mekiki.Vision.Classical.Neocognitrons;
using Mekiki.Vision.Data;

namespace Mekiki.Vision.Models;

/// <summary>The neocognitron that reads handwriting: contrasts, edges in 16 directions, two stages of learnt features, and labelled vectors at the top.</summary>
/// <remarks>
/// Fukushima, "Neocognitron for handwritten digit recognition", Neurocomputing 51, 2003: contrast-extracting layer, edge-extracting
/// first S-layer, thresholds that are higher in learning than in recognition, inhibitory surround in the connections to C-cells.
/// With what he improved later: roots in the C-cells and intermediate layers by add-if-silent ("Training multi-layered
/// neural network neocognitron", Neural Networks 40, 2013), and interpolating vectors at the top ("Interpolating vectors for
/// robust pattern recognition", Neural Networks 20, 2007). Its 98.6 % were measured on ten digits.
/// Differs from the papers: 48x48 receptors, and so other numbers of cells; areas, thresholds and gains are chosen for them; C-cells are
/// at every second S-cell in all stages; the intermediate layers learn from a part of the images and have at
/// most <see cref="MostPlanes2"/> and <see cref="MostPlanes3"/> planes; the top layer sees each image twice.
/// </remarks>
internal sealed class Neocognitron2003 : Module, IHasFeatures, IHasStages, IFitted
{
    /// <summary>Planes of the second stage, at most.</summary>
    public const int MostPlanes2 = 100;

    /// <summary>Planes of the third stage, at most.</summary>
    public const int MostPlanes3 = 200;

    private const int Side = 48, Directions = 16, TopSide = Side / 8, BatchSize = 32;
    private const int Images2 = 500, Images3 = 1000, Passes = 2;
    private const float Threshold1 = 0.55f, Threshold2 = 0.4f, Threshold3 = 0.5f, Learning2 = 0.66f, Learning3 = 0.67f;
    private const float Gain1 = 30, Gain = 10, LeastOfSeeds = 0.5f, Sharpness = 80;

    private static readonly Area c1 = Area.WithSurround(7, middle: 1.2, surround: 2.5, inhibition: 0.7);
    private static readonly Area c2 = Area.WithSurround(5, middle: 1, surround: 2, inhibition: 0.3);
    private static readonly Area c3 = Area.Decreasing(5, 1);

    private readonly SLayer s1, s2, s3;
    private readonly InterpolatingVectors s4;
    private readonly int classes;

    private readonly Tensor inkIsLight;

    /// <summary>Creates the network, which knows nothing but edges.</summary>
    /// <param name="classes">K, 1 or more.</param>
    public Neocognitron2003(int classes)
    {
        this.classes = classes;
        s1 = Child("s1", new SLayer(Directions, 2, Area.Decreasing(7, 1.5), margin: 3, Threshold1));
        s2 = Child("s2", new SLayer(1, Directions, Area.Decreasing(5, 1.2), margin: 2, Threshold2));
        s3 = Child("s3", new SLayer(1, 1, Area.Decreasing(3, 0.9), margin: 1, Threshold3));
        s4 = Child("s4", new InterpolatingVectors(classes));
        inkIsLight = RegisterBuffer("ink_is_light", Tensor.From([0L], [1]));
        Edges.Teach(s1, Directions, Gain1);
    }

    /// <param name="x">Images, (N, C, H, W), float32.</param>
    /// <returns>How similar they are to each class, times 80, so that their softmax is near a probability, (N, K); 0 before <see cref="Fit"/>.</returns>
    public override Tensor Forward(Tensor x)
    {
        using var pause = Gradients.Off();
        if (s4.IsEmpty)
            return Tensor.Zeros([x.Shape[0], classes]);
        var u = Stage1(x);             // (N, 16, 24, 24)
        u = Stage2(u);                 // (N, K2, 12, 12)
        u = Stage3(u);                 // (N, K3 · 36)
        return s4[u] * Sharpness;      // (N, K)
    }

    /// <summary>What the highest stage compares with the vectors that it learned.</summary>
    /// <param name="x">Images, (N, C, H, W), float32.</param>
    /// <returns>(N, K3 · 36), float32, each of length 1; empty before <see cref="Fit"/>.</returns>
    public Tensor Features(Tensor x)
    {
        using var pause = Gradients.Off();
        return Stage3(Stage2(Stage1(x)));
    }

    /// <inheritdoc/>
    public IEnumerable<LayerMaps> Stages(Tensor x)
    {
        var u = Contrast.Of(Stimulus.Of(x, inkIsLight.Integers[0] != 0, Side));
        yield return new("contrast", u);
        foreach (var (name, cells, area) in new[] { ("1", s1, c1), ("2", s2, c2), ("3", s3, c3) })
        {
            if (cells.Planes == 0)
                yield break;
            var s = cells.Respond(u);
            yield return new("s" + name, s.ToTensor());
            u = RootCCells.Of(s, area);
            yield return new("c" + name, u);
        }
    }

    /// <inheritdoc/>
    public void Fit(PreparedImages images, ulong seed, IProgress<FitProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var pause = Gradients.Off();
        var learner = new Neocognitron2003(classes);
        learner.inkIsLight.CopyFrom(Tensor.From([Stimulus.IsInkLight(images) ? 1L : 0L], [1]));
        int[] order = [.. Enumerable.Range(0, images.Count)];
        new Generator([seed, 0]).Shuffle<int>(order);
        var reader = new BatchReader(images, order, BatchSize, progress, cancellation);

        AddPlanes(learner.s2, Learning2, MostPlanes2, reader.Read("stage 2", 0, 0.05, Images2), learner.Stage1);
        learner.s3.SetInputPlanes(learner.s2.Planes);
        AddPlanes(learner.s3, Learning3, MostPlanes3, reader.Read("stage 3", 0.05, 0.2, Images3), x => learner.Stage2(learner.Stage1(x)));
        var top = new ReferenceLearning(classes, learner.s3.Planes * TopSide * TopSide, InterpolatingVectors.MostReferences);
        for (int pass = 0; pass < Passes; pass++)
            foreach (var (batch, labels) in reader.Read($"stage 4, pass {pass + 1}", 0.2 + 0.8 * pass / Passes, 0.2 + 0.8 * (pass + 1) / Passes))
                Calculation.Run(() => top.Present(learner.Stage3(learner.Stage2(learner.Stage1(batch))), labels));

        s2.Connect(learner.s2);
        s3.SetInputPlanes(s2.Planes);
        s3.Connect(learner.s3);
        top.GiveTo(s4);
        inkIsLight.CopyFrom(learner.inkIsLight);
    }

    /// <inheritdoc/>
    protected override void BeforeLoad(IReadOnlyDictionary<string, Tensor> state)
    {
        s2.MakeRoom("s2", state);
        s3.SetInputPlanes(s2.Planes);
        s3.MakeRoom("s3", state);
        s4.MakeRoom("s4", state, s3.Planes * TopSide * TopSide);
    }

    private static void AddPlanes(SLayer layer, float threshold, int most, IEnumerable<(Tensor Images, int[] Labels)> batches, Func<Tensor, Tensor> before)
    {
        var learning = new AddIfSilent(layer, threshold, LeastOfSeeds, most);
        bool hasRoom = true;
        foreach (var (images, _) in batches)
        {
            Calculation.Run(() => hasRoom = learning.Present(before(images)));
            if (!hasRoom)
                break;
        }

        learning.Connect(Gain);
    }

    private Tensor Stage1(Tensor x)
    {
        var s = s1.Respond(Contrast.Of(Stimulus.Of(x, inkIsLight.Integers[0] != 0, Side)));     // (N, 48, 48, 16)
        return RootCCells.Of(s, c1);
    }

    private Tensor Stage2(Tensor u)
    {
        var s = s2.Respond(u);           // (N, 24, 24, K2)
        return RootCCells.Of(s, c2);
    }

    private Tensor Stage3(Tensor u)
    {
        var s = s3.Respond(u);           // (N, 12, 12, K3)
        return UnitVectors.Of(RootCCells.Of(s, c3));
    }
}
