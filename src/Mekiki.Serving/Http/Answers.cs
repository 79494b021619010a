using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mekiki.Serving.Http;

/// <summary>What is seen in one image, or why it cannot be read.</summary>
internal sealed record ImageAnswer
{
    public string? Image { get; init; }

    public string? Label { get; init; }

    public float? Probability { get; init; }

    public IReadOnlyList<ClassScore>? Top { get; init; }

    /// <summary>Whether it is probably of no class, where that was asked for.</summary>
    public bool? Unknown { get; init; }

    public double? KnownScore { get; init; }

    public IReadOnlyList<string>? Set { get; init; }

    /// <summary>Of a model of any number of labels, those that the image has, the most probable first.</summary>
    public IReadOnlyList<ClassScore>? Labels { get; init; }

    /// <summary>The image over its heat map, a PNG in base64, where that was asked for.</summary>
    public string? Explanation { get; init; }

    public string? Error { get; init; }
}

/// <summary>A class and its calibrated probability.</summary>
internal readonly record struct ClassScore(string Label, float Probability);

/// <summary>The answers to one request with several images.</summary>
internal sealed record ImageAnswers(string Model, int Version, IReadOnlyList<ImageAnswer> Images);

/// <summary>The same in the form of Hugging Face.</summary>
internal sealed record LabelScore(string Label, float Score);

/// <summary>The training images that are most like an image, the nearest first.</summary>
internal sealed record SimilarAnswer(string Model, int Version, IReadOnlyList<SimilarImage> Images);

/// <summary>A training image: its name and class, how like it is (the cosine of features, at most 1), and its PNG file in base64.</summary>
internal sealed record SimilarImage(string Image, string Label, float Similarity, string Picture);

/// <summary>A model in the list; whether it tells any number of labels in place of one class.</summary>
internal sealed record ModelFacts(string Name, string State, int Version, string? Network, int Classes, int[]? Input, bool IsCalibrated, bool HasLabels, bool HasReport, bool HasExamples, double? Accuracy);

/// <summary>The list of models, and what the service allows.</summary>
internal sealed record ModelList(IReadOnlyList<ModelFacts> Models, bool KeepsCorrections, bool CanManage, int MostImages, int MostBodyBytes);

/// <summary>A problem as RFC 9457 has it.</summary>
internal sealed record Problem(string Title, int Status, string Detail, string Type = "about:blank");

/// <summary>A problem as the Open Inference Protocol and Hugging Face have it.</summary>
internal sealed record ErrorAnswer(string Error);

/// <summary>What was kept of a correction.</summary>
internal sealed record Kept(string File, string Sha256);

/// <summary>All bodies of answers, without reflection.</summary>
[JsonSerializable(typeof(ImageAnswer))]
[JsonSerializable(typeof(ImageAnswers))]
[JsonSerializable(typeof(IReadOnlyList<LabelScore>))]
[JsonSerializable(typeof(SimilarAnswer))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(Kept))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class AnswerJson : JsonSerializerContext
{
    /// <summary>With labels as they are, not as escapes: answers are never inside of HTML.</summary>
    public static AnswerJson Readable => field ??= new(new JsonSerializerOptions(Default!.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
