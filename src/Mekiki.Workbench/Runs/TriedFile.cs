using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Workbench.Checks;
using Mekiki.Workbench.Sheets;

namespace Mekiki.Workbench.Runs;

/// <summary><c>tried.json</c> and <c>tried.png</c>: what was confused and mistaken when a part of the images was last tried.</summary>
internal static class TriedFile
{
    public const string Name = "tried.json", PictureName = "tried.png";

    private const int MostMistakes = 48;

    /// <summary>Writes both.</summary>
    /// <param name="folder">The run's.</param>
    /// <param name="epoch">After which epoch, 1 for the first.</param>
    /// <param name="part">Which images.</param>
    /// <param name="result">What came out.</param>
    /// <param name="set">The images.</param>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public static void Write(string folder, int epoch, string part, EvaluationResult result, ImageSet set)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("epoch", epoch);
            json.WriteString("part", part);
            json.WriteNumber("images", result.Images);
            json.WriteNumber("mistakes", result.Mistakes.Count);
            json.WriteStartArray("confused");
            foreach (var pair in result.MostConfused)
            {
                json.WriteStartObject();
                json.WriteString("class", pair.Label);
                json.WriteString("predicted", pair.Predicted);
                json.WriteNumber("images", pair.Count);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        // The picture first: whoever sees the new text finds the new picture.
        string picture = Path.Combine(folder, PictureName);
        if (result.Mistakes.Count == 0)
            AtomicFile.TryDelete(picture);
        else
            Draw(picture, set, result.Mistakes);
        OutputFile.Write(Path.Combine(folder, Name), stream => stream.Write(text.WrittenSpan));
    }

    // Training goes on where nothing can be drawn.
    private static void Draw(string picture, ImageSet set, IReadOnlyList<Mistake> mistakes)
    {
        try
        {
            MistakeSheet.Draw(picture, set, mistakes.Take(MostMistakes));
        }
        catch (Exception e) when (NativeLibrary.IsMissing(e))
        {
            AtomicFile.TryDelete(picture);
        }
    }
}
