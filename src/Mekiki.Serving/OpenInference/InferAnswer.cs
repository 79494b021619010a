using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mekiki.Serving.Models;
using Mekiki.Vision;

namespace Mekiki.Serving.OpenInference;

/// <summary>Writes answers of the Open Inference Protocol.</summary>
internal static class InferAnswer
{
    private static readonly JsonWriterOptions readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What a model takes and gives.</summary>
    public static ModelMetadata Metadata(string name, int version, int channels, int classes) => new(
        name, [version.ToString(CultureInfo.InvariantCulture)], "mekiki",
        [new(InferRequest.ImageInputName, "BYTES", [-1]), new(InferRequest.PixelInputName, "UINT8", [-1, channels, -1, -1])],
        [new(InferRequest.Probabilities, "FP32", [-1, classes]), new(InferRequest.Label, "BYTES", [-1])]);

    /// <summary>The answers for all images.</summary>
    /// <returns>The body; and how long its JSON text is, where bytes follow it.</returns>
    public static (ReadOnlyMemory<byte> Body, int? HeadLength) Write(InferRequest request, string name, LoadedModel model, (Prediction? Prediction, string? Error)[] answers)
    {
        var outputs = request.Outputs.Count > 0 ? request.Outputs : [new(InferRequest.Probabilities, request.IsBinary, 0), new(InferRequest.Label, request.IsBinary, 0)];
        var (body, tail) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
        using (var json = new Utf8JsonWriter(body, readable))
        {
            json.WriteStartObject();
            json.WriteString("model_name", name);
            json.WriteString("model_version", model.Version.ToString(CultureInfo.InvariantCulture));
            if (request.Id is { } id)
                json.WriteString("id", id);
            json.WriteStartArray("outputs");
            foreach (var output in outputs)
                Write(json, tail, output, model, answers);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        if (!outputs.Any(o => o.IsBinary))
            return (body.WrittenMemory, null);
        int length = body.WrittenCount;
        body.Write(tail.WrittenSpan);
        return (body.WrittenMemory, length);
    }

    private static void Write(Utf8JsonWriter json, ArrayBufferWriter<byte> tail, RequestedOutput output, LoadedModel model, (Prediction? Prediction, string? Error)[] answers)
    {
        int classes = model.Recognizer.Classes.Count, told = Math.Min(output.Classification, classes), before = tail.WrittenCount;
        bool isText = output.Name == InferRequest.Label || told > 0;
        json.WriteStartObject();
        json.WriteString("name", output.Name);
        json.WriteString("datatype", isText ? "BYTES" : "FP32");
        json.WriteStartArray("shape");
        json.WriteNumberValue(answers.Length);
        if (output.Name == InferRequest.Probabilities)
            json.WriteNumberValue(told > 0 ? told : classes);
        json.WriteEndArray();
        if (!output.IsBinary)
            json.WriteStartArray("data");
        foreach (var (prediction, _) in answers)
            if (isText)
                foreach (string text in Texts(prediction!, output, told, model))
                    Put(json, tail, text, output.IsBinary);
            else
                Put(json, tail, prediction!, model, output.IsBinary);
        if (!output.IsBinary)
            json.WriteEndArray();
        else
        {
            json.WriteStartObject("parameters");
            json.WriteNumber("binary_data_size", tail.WrittenCount - before);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // value:index:label, the best first.
    private static IEnumerable<string> Texts(Prediction prediction, RequestedOutput output, int told, LoadedModel model) => output.Name == InferRequest.Label
        ? [prediction.Label]
        : prediction.Top.Take(told).Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Probability}:{model.PlaceOf(t.Label)}:{t.Label}"));

    private static void Put(Utf8JsonWriter json, ArrayBufferWriter<byte> tail, string text, bool isBinary)
    {
        if (!isBinary)
        {
            json.WriteStringValue(text);
            return;
        }

        int length = Encoding.UTF8.GetByteCount(text);
        BinaryPrimitives.WriteInt32LittleEndian(tail.GetSpan(4), length);
        tail.Advance(4);
        Encoding.UTF8.GetBytes(text, tail.GetSpan(length));
        tail.Advance(length);
    }

    private static void Put(Utf8JsonWriter json, ArrayBufferWriter<byte> tail, Prediction prediction, LoadedModel model, bool isBinary)
    {
        // In the order of the classes.
        var row = new float[prediction.Top.Count];
        foreach (var (label, probability) in prediction.Top)
            row[model.PlaceOf(label)] = probability;
        foreach (float value in row)
            if (isBinary)
            {
                BinaryPrimitives.WriteSingleLittleEndian(tail.GetSpan(sizeof(float)), value);
                tail.Advance(sizeof(float));
            }
            else
                json.WriteNumberValue(value);
    }
}
