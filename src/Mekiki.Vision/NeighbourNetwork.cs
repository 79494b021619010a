using System.Globalization;
using Mekiki.Files;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Vision;

/// <summary>A network of which the features alone are used: the nearest training images vote for the class.</summary>
internal sealed class NeighbourNetwork : Module, IHasForm
{
    public const string Name = "neighbours";

    /// <summary>The most images that are kept.</summary>
    public const int MostKnown = 50_000;

    private const string OfCatalogue = "catalogue", Prefix = "network.";

    private readonly Module network;
    private readonly string model;
    private readonly ImageShape input;
    private readonly int nearest, classes;
    private readonly NeighbourVotes votes;

    /// <param name="network">A network with features, for K classes.</param>
    /// <param name="model">Its name in the catalogue; of one that has a form, any.</param>
    /// <param name="input">The shape of its images.</param>
    /// <param name="votes">The known images.</param>
    /// <param name="nearest">How many vote, 1 or more.</param>
    public NeighbourNetwork(Module network, string model, ImageShape input, NeighbourVotes votes, int nearest)
    {
        (this.model, this.input, this.nearest, classes) = (model, input, nearest, votes.Members.Shape[0]);
        this.network = Child("network", network);
        this.votes = new NeighbourVotes(RegisterBuffer("center", votes.Center), RegisterBuffer("known", votes.Known), RegisterBuffer("members", votes.Members));
    }

    /// <inheritdoc/>
    public string FormName => Name;

    /// <inheritdoc/>
    public string Form
    {
        get
        {
            var (kind, text) = network is IHasForm form ? (form.FormName, form.Form) : (OfCatalogue, model);
            return string.Create(CultureInfo.InvariantCulture, $"{nearest} {input.Channels} {input.Height} {input.Width} {kind}\n{text}");
        }
    }

    /// <param name="x">Images, (N, C, H, W), float32, normalized.</param>
    /// <returns>Logarithms of the classes' shares of the votes, (N, K).</returns>
    public override Tensor Forward(Tensor x) => NeighbourVotes.Scores(votes.Cosines(Features(x)), votes.Members, nearest);      // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x) => network.Call(x, ((IHasFeatures)network).Features);      // (N, D)

    /// <inheritdoc/>
    public Module WithHead(int classes, ulong seed)
    {
        // The features are those of the network inside; whatever is learnt of them next needs no votes.
        var card = new ModelCard(model, [.. Enumerable.Range(0, this.classes).Select(k => k.ToString(CultureInfo.InvariantCulture))], Preprocessing.For(input));
        return NewHead.Make(new Recognizer(network, card), input, classes, seed);
    }

    /// <summary>Makes one of its form and the weights of a file, neither of which is believed.</summary>
    /// <exception cref="MekikiException">They do not fit.</exception>
    public static Module Of(string form, IReadOnlyDictionary<string, Tensor> weights)
    {
        string[] lines = form.Split('\n', 2), words = lines[0].Split(' ');
        var sizes = new int[4];
        bool isRight = lines.Length == 2 && words.Length == 5;
        for (int i = 0; isRight && i < sizes.Length; i++)
            isRight = int.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out sizes[i]) && sizes[i] is >= 1 and <= ImageShape.MostSide;
        if (!isRight || sizes[1] is not (1 or 3))
            throw Damaged("a form with sizes and a network", $"'{FileText.Short(lines[0])}'");
        if (!weights.TryGetValue("members", out var members) || !weights.TryGetValue("known", out var known) || !weights.TryGetValue("center", out var center)
            || members.Shape is not { Rank: 2 } || known.Shape is not { Rank: 2 } || center.Shape is not { Rank: 1 }
            || members.Shape[1] != known.Shape[0] || known.Shape[1] != center.Shape[0] || members.Count == 0 || known.Shape[0] > MostKnown
            || members.DType != DType.Float32 || known.DType != DType.Float32 || center.DType != DType.Float32)
            throw Damaged("known images with their classes", "none, or some that do not fit together");
        var input = new ImageShape(sizes[1], sizes[2], sizes[3]);
        var inner = weights.Where(w => w.Key.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(w => w.Key[Prefix.Length..], w => w.Value);
        string kind = words[4];
        var network = kind == OfCatalogue ? Catalogue.Find(lines[1]).Build(input, members.Shape[0])
            : kind != Name && ModelFormats.FormOf(kind) is { } make ? make(lines[1], inner)
            : throw new MekikiException($"expected a program that makes networks of the form '{FileText.Short(kind)}', got one without them. Add them by {nameof(ModelFormats)}.{nameof(ModelFormats.AddForm)}; Mekiki.Onnx does it in OnnxImport.Register.");
        return network is IHasFeatures
            ? new NeighbourNetwork(network, lines[1], input, new NeighbourVotes(Tensor.Zeros(center.Shape), Tensor.Zeros(known.Shape), Tensor.Zeros(members.Shape)), sizes[0])
            : throw Damaged("a network with features", FileText.Short(kind == OfCatalogue ? lines[1] : kind));
    }

    private static MekikiException Damaged(string expected, string got) => new($"expected {expected}, got {got}. The file is damaged: get or write it again.");
}
