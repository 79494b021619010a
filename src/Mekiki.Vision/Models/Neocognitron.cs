using Mekiki.Autograd;
using Mekiki.Vision.Classical;
using Mekiki.Vision.Classical.Neocognitrons;
using Mekiki.Vision.Data;

namespace Mekiki.Vision.Models;

/// <summary>The first deep network: three stages of S-cells, which learn features without a teacher, and C-cells, which forgive them their exact place.</summary>
/// <remarks>
/// Fukushima, "Neocognitron: A Self-organizing Neural Network Model for a Mechanism of Pattern Recognition Unaffected by Shift
/// in Position", Biological Cybernetics 36, 1980, with the sizes and parameters of its section 5: 24 planes in a layer, areas of 5x5,
/// U_S1 16x16, U_C1 10x10, U_S2 8x8, U_C2 6x6, U_S3 2x2, U_C3 1x1; r = 4, 1.5, 1.5; q = 1, 16, 16; α = 0.5.
/// Differs from the paper: images are reduced to its 16x16 receptors; a stage learns when the one before has learnt, each image
/// once, where the paper shows five digits twenty times; the strengths c and d fall as a Gaussian, and C-cells lie on every second S-cell,
/// one beyond the border, both of which the paper leaves open; first connections are drawn. The paper ends with cells that
/// have no names: here each top cell gets the class for which it fires most often among the training images, so no more than as
/// many classes as there are planes can be told apart.
/// </remarks>
internal sealed class Neocognitron : Module, IHasFeatures, IHasStages, IFitted
{
    /// <summary>The planes of every layer in the paper.</summary>
    public const int PaperPlanes = 24;

    private const int Side = 16, BatchSize = 64;
    private const float Saturation = 0.5f;
    private static readonly Area overPart = Area.Decreasing(5, 1.5), overAll = Area.Decreasing(2, 1);

    private readonly SLayer s1, s2, s3;
    private readonly int classes, planes;

    private readonly Tensor names;
    private readonly Tensor inkIsLight;

    /// <summary>Creates the network, which knows nothing yet.</summary>
    /// <param name="classes">K, 1 or more.</param>
    /// <param name="planes">In every layer, 1 or more.</param>
    public Neocognitron(int classes, int planes = PaperPlanes)
    {
        if (classes < 1 || planes < 1)
            throw new MekikiException($"Neocognitron: expected 1 or more classes and planes, got {classes} and {planes}.");
        (this.classes, this.planes) = (classes, planes);
        s1 = Child("s1", new SLayer(planes, 1, overPart, margin: 2, ThresholdOf(4)));
        s2 = Child("s2", new SLayer(planes, planes, overPart.Times(1f / planes), margin: 1, ThresholdOf(1.5f)));
        s3 = Child("s3", new SLayer(planes, planes, overPart.Times(1f / planes), margin: 0, ThresholdOf(1.5f)));
        names = RegisterBuffer("names", Tensor.From(Enumerable.Repeat(-1L, planes).ToArray(), [planes]));
        inkIsLight = RegisterBuffer("ink_is_light", Tensor.From([0L], [1]));
    }

    /// <param name="x">Images, (N, C, H, W), float32.</param>
    /// <returns>For each class the response of the strongest top cell of its name, (N, K), in [0, 1); 0 where none fires.</returns>
    public override Tensor Forward(Tensor x)
    {
        using var pause = Gradients.Off();
        var u = Receptors(x);          // (N,  1, 16, 16)
        u = Stage1(u);                 // (N, 24, 10, 10)
        u = Stage2(u);                 // (N, 24,  6,  6)
        u = Stage3(u);                 // (N, 24,  1,  1)
        return Named(u);               // (N, K)
    }

    /// <summary>How strongly the top cell of each plane fires.</summary>
    /// <param name="x">Images, (N, C, H, W), float32.</param>
    /// <returns>(N, planes), float32, 0 or more.</returns>
    public Tensor Features(Tensor x)
    {
        using var pause = Gradients.Off();
        return TopCells(x).Flatten();
    }

    /// <inheritdoc/>
    public IEnumerable<LayerMaps> Stages(Tensor x)
    {
        var u = Receptors(x);
        yield return new("receptors", u);
        foreach (var (name, cells, complex) in new (string, SLayer, Func<Tensor, Tensor>)[] { ("1", s1, Stage1), ("2", s2, Stage2), ("3", s3, Stage3) })
        {
            yield return new("s" + name, cells[u]);
            u = complex(u);
            yield return new("c" + name, u);
        }
    }

    /// <inheritdoc/>
    public void Fit(PreparedImages images, ulong seed, IProgress<FitProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var pause = Gradients.Off();
        var learner = new Neocognitron(classes, planes);
        learner.inkIsLight.CopyFrom(Tensor.From([Stimulus.IsInkLight(images) ? 1L : 0L], [1]));
        int[] order = [.. Enumerable.Range(0, images.Count)];
        new Generator([seed, 0]).Shuffle<int>(order);
        var reader = new BatchReader(images, order, BatchSize, progress, cancellation);

        // Each stage sees what those before it, now at rest, make of the images.
        Organize(learner.s1, 5, 1, new Generator([seed, 1]), reader.Read("stage 1", 0, 0.15), learner.Receptors);
        Organize(learner.s2, 5, 16, new Generator([seed, 2]), reader.Read("stage 2", 0.15, 0.55), x => learner.Stage1(learner.Receptors(x)));
        Organize(learner.s3, 2, 16, new Generator([seed, 3]), reader.Read("stage 3", 0.55, 0.9), x => learner.Stage2(learner.Stage1(learner.Receptors(x))));
        long[] found = learner.NamesOfTopCells(reader.Read("names", 0.9, 1));

        s1.Connect(learner.s1);
        s2.Connect(learner.s2);
        s3.Connect(learner.s3);
        names.CopyFrom(Tensor.From(found, [planes]));
        inkIsLight.CopyFrom(learner.inkIsLight);
    }

    private static float ThresholdOf(float r) => r / (1 + r);

    private static void Organize(SLayer layer, int columnSide, float speed, Generator generator, IEnumerable<(Tensor Images, int[] Labels)> batches, Func<Tensor, Tensor> before)
    {
        var organization = new SelfOrganization(layer, columnSide, speed, generator);
        foreach (var (images, _) in batches)
            Calculation.Run(() =>
            {
                var u = before(images);
                var responses = u.Values;
                Shape one = [1, u.Shape[1], u.Shape[2], u.Shape[3]];
                for (int n = 0; n < u.Shape[0]; n++)
                    organization.Present(Tensor.From(responses.Slice(n * one.ElementCount, one.ElementCount), one));
            });
    }

    private Tensor Receptors(Tensor x) => Stimulus.Of(x, inkIsLight.Integers[0] != 0, Side);

    // U_C1, on every second cell of U_S1, from one before the border to one behind it.
    private Tensor Stage1(Tensor u)
    {
        var s = s1.Respond(u);           // (N, 16, 16, 24)
        return SaturatingCCells.Of(s, overPart, stride: 2, margin: 3, side: 10, Saturation);
    }

    private Tensor Stage2(Tensor u)
    {
        var s = s2.Respond(u);           // (N, 8, 8, 24)
        return SaturatingCCells.Of(s, overPart, stride: 2, margin: 3, side: 6, Saturation);
    }

    private Tensor Stage3(Tensor u)
    {
        var s = s3.Respond(u);           // (N, 2, 2, 24)
        return SaturatingCCells.Of(s, overAll, stride: 1, margin: 0, side: 1, Saturation);
    }

    private Tensor TopCells(Tensor x) => Stage3(Stage2(Stage1(Receptors(x))));

    // Of each top plane, the class for which its cell is most often the one that fires strongest; -1 where it never is.
    private long[] NamesOfTopCells(IEnumerable<(Tensor Images, int[] Labels)> batches)
    {
        var counts = new int[planes, classes];
        foreach (var (images, labels) in batches)
            Calculation.Run(() =>
            {
                var u = TopCells(images).Flatten();
                int[] strongest = u.ArgMax();
                var responses = u.Values;
                for (int n = 0; n < labels.Length; n++)
                    if (responses[n * planes + strongest[n]] > 0)
                        counts[strongest[n], labels[n]]++;
            });

        var found = new long[planes];
        for (int k = 0; k < planes; k++)
        {
            int most = 0;
            for (int label = 1; label < classes; label++)
                if (counts[k, label] > counts[k, most])
                    most = label;
            found[k] = counts[k, most] > 0 ? most : -1;
        }

        return found;
    }

    private Tensor Named(Tensor top)
    {
        var scores = new float[top.Shape[0] * classes];
        ReadOnlySpan<float> responses = top.Values;
        ReadOnlySpan<long> own = names.Integers;
        for (int n = 0; n < top.Shape[0]; n++)
            for (int k = 0; k < planes; k++)
                if (own[k] is var name && name >= 0 && name < classes)
                    scores[n * classes + name] = Math.Max(scores[n * classes + name], responses[n * planes + k]);
        return Tensor.From(scores, [top.Shape[0], classes]);
    }
}
