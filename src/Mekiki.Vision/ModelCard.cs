using System.Text.Json.Serialization;

namespace Mekiki.Vision;

/// <summary>What a model file tells beside its weights: how to build the network, how to prepare images, and where it comes from.</summary>
/// <example>
/// <code>
/// var card = new ModelCard("tiny", ["cat", "dog"], new Preprocessing(Channels: 3, Height: 64, Width: 64));
/// new Recognizer(net, card).Save("model.safetensors");
/// </code>
/// </example>
/// <param name="Model">The network's name in <see cref="Models.Catalogue"/>.</param>
/// <param name="Classes">Class names, in the order of the network's scores.</param>
/// <param name="Preprocessing">What every image goes through, and the network's input size.</param>
/// <param name="Metrics">What was measured while training, such as <c>test_accuracy</c>; null: nothing.</param>
/// <param name="Data">The data that it was trained on: a path or a known name; null: not told.</param>
/// <param name="DataFingerprint">The fingerprint of that data (<see cref="Mekiki.Vision.Data.ImageSet.Fingerprint"/>).</param>
/// <param name="WeightsSha256">sha256 of the weights, see <see cref="Mekiki.Files.Weights.Sha256"/>; checked when the file is read. Null: not told.</param>
/// <param name="Version">The version of Mekiki that wrote the file; null: this one.</param>
public sealed record ModelCard(
    string Model, IReadOnlyList<string> Classes, Preprocessing Preprocessing, IReadOnlyDictionary<string, double>? Metrics = null,
    string? Data = null, string? DataFingerprint = null, string? WeightsSha256 = null, string? Version = null)
{
    /// <summary>The network's name in <see cref="Models.Catalogue"/>, or the name that the program gave it.</summary>
    public string Model { get; init; } = Model ?? throw new ArgumentNullException(nameof(Model));

    /// <summary>Class names, in the order of the network's scores.</summary>
    public IReadOnlyList<string> Classes { get; init; } = Classes ?? throw new ArgumentNullException(nameof(Classes));

    /// <summary>What every image goes through, and the network's input size.</summary>
    public Preprocessing Preprocessing { get; init; } = Preprocessing ?? throw new ArgumentNullException(nameof(Preprocessing));

    /// <summary>Whether an image may have any number of the <see cref="Classes"/>, which are labels then: the sigmoid of each score is the probability of its label.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsMultiLabel { get; init; }

    /// <summary>The most pixels of <see cref="Shift"/>.</summary>
    public const int MostShift = Evaluation.ShiftedViews.MostPixels;

    /// <summary>What was measured while training, such as <c>test_accuracy</c>.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = Metrics ?? new SortedDictionary<string, double>();

    /// <summary>Pixels by which images are also shifted when they are recognized, in four directions; the scores of all five views are averaged. 0 to <see cref="MostShift"/>; null or 0: they are not.</summary>
    /// <exception cref="MekikiException">It is below 0 or above <see cref="MostShift"/>.</exception>
    public int? Shift
    {
        get;
        init => field = value is null or (>= 0 and <= Evaluation.ShiftedViews.MostPixels)
            ? value
            : throw new MekikiException($"Shift of a model: expected 0 to {Evaluation.ShiftedViews.MostPixels} pixels, got {value}.");
    }

    /// <summary>What held-out images said about the probabilities: the temperature that makes them honest, and thresholds; null: nothing was fitted.</summary>
    public Evaluation.Calibration? Calibration { get; init; }

    /// <summary>Of a model of several labels: what held-out images said about the probability of each, and from which on it is predicted; null: nothing was fitted.</summary>
    public Evaluation.LabelCalibration? LabelCalibration { get; init; }

    /// <summary>Of a model of several labels: from which probability on each is predicted.</summary>
    internal IReadOnlyList<double> Thresholds => LabelCalibration is { } calibration ? [.. calibration.Labels.Select(l => l.Threshold)] : [.. Classes.Select(_ => Evaluation.LabelCalibration.UsualThreshold)];

    /// <summary>The version of Mekiki that wrote the file.</summary>
    public string Version { get; } = Version ?? Machine.Version;

    /// <summary>Reads what a model file tells beside its weights; the weights are not read.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="MekikiException">It is not there, damaged, or not a model file.</exception>
    public static ModelCard Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ModelFile.ReadCard(path);
    }

    /// <summary>The card as the JSON text that model files hold.</summary>
    public string ToJson() => ModelFile.Text(this);

    /// <summary>A card of the JSON text that model files hold.</summary>
    /// <param name="text">As <see cref="ToJson"/> gives it.</param>
    /// <param name="source">What it comes from, for messages: a file's name.</param>
    /// <exception cref="MekikiException">It does not describe a model.</exception>
    public static ModelCard FromJson(string text, string source = "model card")
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(source);
        return ModelFile.Card(text, source);
    }
}

[JsonSerializable(typeof(ModelCard))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip, UseStringEnumConverter = true)]
internal sealed partial class ModelCardJson : JsonSerializerContext;
