using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Mekiki.Vision.Training;

namespace Mekiki.Workbench.Runs;

/// <summary><c>steps.jsonl</c>: a JSON object in a line for each step: step, epoch, loss, accuracy, lr, images, seconds, the last two from the run's beginning.</summary>
internal static class StepLog
{
    private const int LongestLine = 512;

    /// <summary>Adds a line.</summary>
    public static void Add(GrowingFile file, Trainer trainer, in TrainingStep step)
    {
        long number = trainer.Steps;
        double rate = trainer.LearningRate;
        if (Utf8.TryWrite(file.Bytes.GetSpan(LongestLine), CultureInfo.InvariantCulture,
            $"{{\"step\":{number},\"epoch\":{step.Epoch},\"loss\":{step.Loss:0.######},\"accuracy\":{step.Accuracy:0.####},\"lr\":{rate:0.#########},\"images\":{trainer.ImagesTrained},\"seconds\":{trainer.TrainSeconds:0.###}}}\n", out int written))
            file.Bytes.Advance(written);
    }

    /// <summary>Takes away lines behind step <paramref name="last"/>, and what is half a line.</summary>
    public static void CutAfter(string path, long last)
    {
        if (File.Exists(path))
            GrowingFile.Cut(path, Whole(path, last).Bytes);
    }

    /// <summary>How many of the first <paramref name="last"/> steps have a line.</summary>
    public static long LinesUntil(string path, long last) => File.Exists(path) ? Whole(path, last).Lines : 0;

    private static (long Bytes, long Lines) Whole(string path, long last)
    {
        long kept = 0, lines = 0;
        using (var stream = new BufferedStream(File.OpenRead(path), 1 << 16))
        {
            var line = new byte[LongestLine];
            while (ReadLine(stream, line) is var length and > 0 && StepOf(line.AsSpan(0, length)) is { } step && step <= last)
                (kept, lines) = (kept + length, lines + 1);
        }

        return (kept, lines);
    }

    // Its length with the line feed; 0 for the end, half a line, or one that is no line of ours.
    private static int ReadLine(Stream stream, byte[] line)
    {
        for (int length = 0; length < line.Length && stream.ReadByte() is var next and >= 0;)
        {
            line[length++] = (byte)next;
            if (next == '\n')
                return length;
        }

        return 0;
    }

    private static long? StepOf(ReadOnlySpan<byte> line)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            bool isStep = json.Read() && json.Read() && json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("step"u8) && json.Read();
            return isStep && json.TokenType == JsonTokenType.Number && json.TryGetInt64(out long step) ? step : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
