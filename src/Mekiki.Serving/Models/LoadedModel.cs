using Mekiki.Vision;

namespace Mekiki.Serving.Models;

/// <summary>A recognizer as it was read from a file at one time. An image that was decoded for it is computed by it, even if another has taken its place meanwhile.</summary>
internal sealed class LoadedModel
{
    private readonly Lazy<Dictionary<string, int>> places;

    public LoadedModel(Recognizer recognizer, int version, Task<SimilarImages>? similar)
    {
        (Recognizer, Version, Similar) = (recognizer, version, similar);
        places = new(() => recognizer.Classes.Select((name, place) => (name, place)).ToDictionary(c => c.name, c => c.place));
    }

    public Recognizer Recognizer { get; }

    /// <summary>Counts the models of this name, from 1.</summary>
    public int Version { get; }

    /// <summary>The training images, once its network has looked at them; null: they are not shown.</summary>
    public Task<SimilarImages>? Similar { get; }

    /// <summary>Numbers of one prepared image.</summary>
    public int InputLength => Recognizer.Preprocessing.Input.Length;

    /// <summary>Where a class stands among the scores.</summary>
    public int PlaceOf(string label) => places.Value[label];
}
