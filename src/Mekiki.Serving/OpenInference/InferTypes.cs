using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mekiki.Serving.OpenInference;

/// <summary>What the service is.</summary>
internal sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions);

/// <summary>Whether the service lives.</summary>
internal sealed record LiveAnswer(bool Live);

/// <summary>Whether the service answers.</summary>
internal sealed record ReadyAnswer(bool Ready);

/// <summary>Whether a model answers.</summary>
internal sealed record ModelReadyAnswer(string Name, bool Ready);

/// <summary>A tensor that a model takes or gives; -1 stands for any size.</summary>
internal sealed record TensorMetadata(string Name, string Datatype, IReadOnlyList<int> Shape);

/// <summary>What a model takes and gives.</summary>
internal sealed record ModelMetadata(string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorMetadata> Inputs, IReadOnlyList<TensorMetadata> Outputs);

/// <summary>A model of the repository.</summary>
internal sealed record IndexEntry(string Name, string Version, string State, string Reason);

/// <summary>The protocol's answers, without reflection.</summary>
[JsonSerializable(typeof(ServerMetadata))]
[JsonSerializable(typeof(LiveAnswer))]
[JsonSerializable(typeof(ReadyAnswer))]
[JsonSerializable(typeof(ModelReadyAnswer))]
[JsonSerializable(typeof(ModelMetadata))]
[JsonSerializable(typeof(IReadOnlyList<IndexEntry>))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class InferJson : JsonSerializerContext
{
    /// <summary>With names as they are, not as escapes.</summary>
    public static InferJson Readable => field ??= new(new JsonSerializerOptions(Default!.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
