using System.Globalization;
using System.Text.Json;
using Mekiki.Serving.Http;
using Mekiki.Vision.Images;
using Microsoft.AspNetCore.Http;

namespace Mekiki.Serving.OpenInference;

/// <summary>A request of the Open Inference Protocol: one input tensor that holds images, and the outputs that are wanted.</summary>
/// <remarks>
/// KServe, "Open Inference Protocol (V2)", and Triton's extensions "binary tensor data" and "classification". Inputs are <c>image</c>, BYTES (N): files,
/// which JSON holds in base64; or <c>pixels</c>, UINT8 or FP32 (N, C, H, W): pixels from 0 to 255 of any size, prepared as files are. Every number is a claim until it is checked.
/// </remarks>
internal sealed class InferRequest
{
    public const string ImageInputName = "image", PixelInputName = "pixels", Probabilities = "probabilities", Label = "label";

    public string? Id { get; private set; }

    public IReadOnlyList<ImageInput> Images { get; private set; } = [];

    /// <summary>None: all, in the form of the request.</summary>
    public List<RequestedOutput> Outputs { get; } = [];

    /// <summary>Whether outputs that say nothing else follow the JSON text as bytes.</summary>
    public bool IsBinary { get; private set; }

    /// <summary>Reads a body.</summary>
    /// <param name="body">A JSON text, or one with the bytes of tensors behind it. The images use its memory.</param>
    /// <param name="headLength">The header that says how long the JSON text is; null: it is all.</param>
    /// <param name="mostImages">The most images.</param>
    /// <param name="mostPixels">The most pixels of one image.</param>
    /// <exception cref="ProblemException">It is none (400), or it has too many images (413).</exception>
    public static InferRequest Parse(ReadOnlyMemory<byte> body, string? headLength, int mostImages, long mostPixels)
    {
        int length = body.Length;
        if (!string.IsNullOrEmpty(headLength) && (!int.TryParse(headLength, NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > body.Length))
            throw Wrong($"Inference-Header-Content-Length: expected a length of at most the body's {body.Length:N0} bytes, got '{Printed.Short(headLength)}'.");
        var request = new InferRequest();
        try
        {
            var input = request.ReadHead(body[..length]);
            request.Images = input.Images(body[length..], mostImages, mostPixels);
        }
        catch (JsonException e)
        {
            throw Wrong($"Body: expected a request of the Open Inference Protocol as JSON, got no JSON: {Printed.Short(e.Message)}");
        }
        catch (InvalidOperationException)
        {
            throw Wrong("Body: expected a request of the Open Inference Protocol as JSON, got a text that is no UTF-8.");
        }

        return request;
    }

    /// <summary>The refusal of a request.</summary>
    public static ProblemException Wrong(string detail) => new(StatusCodes.Status400BadRequest, detail);

    private InferInput ReadHead(ReadOnlyMemory<byte> text)
    {
        InferInput? input = null;
        var reader = new Utf8JsonReader(text.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Wrong("Body: expected a JSON object, got another value.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "id":
                    Id = reader.TokenType == JsonTokenType.String ? reader.GetString() : throw Wrong("id: expected a text.");
                    break;
                case "inputs":
                    input = ReadInputs(ref reader, text);
                    break;
                case "outputs":
                    ReadOutputs(ref reader);
                    break;
                case "parameters":
                    IsBinary = Parameters(ref reader, null).IsBinaryOutput ?? false;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (reader.Read())
            throw Wrong("Body: expected one JSON object, got more.");
        return input ?? throw Wrong("inputs: expected one tensor, image or pixels, got none.");
    }

    private static InferInput ReadInputs(ref Utf8JsonReader reader, ReadOnlyMemory<byte> text)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Wrong("inputs: expected a list of tensors.");
        InferInput? input = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject || input is not null)
                throw Wrong("inputs: expected one tensor, image or pixels, got more or something else.");
            string? name = null, type = null;
            List<int>? shape = null;
            ReadOnlyMemory<byte>? data = null;
            long? binary = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string key = reader.GetString()!;
                reader.Read();
                switch (key)
                {
                    case "name":
                        name = reader.TokenType == JsonTokenType.String ? reader.GetString() : throw Wrong("inputs: expected a text as the name.");
                        break;
                    case "datatype":
                        type = reader.TokenType == JsonTokenType.String ? reader.GetString() : throw Wrong("inputs: expected a text as the datatype.");
                        break;
                    case "shape":
                        shape = Shape(ref reader);
                        break;
                    case "data":
                        int from = (int)reader.TokenStartIndex;
                        reader.Skip();
                        data = text[from..(int)reader.BytesConsumed];
                        break;
                    case "parameters":
                        binary = Parameters(ref reader, "inputs").BinarySize;
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }

            input = new InferInput(name ?? "", type ?? "", shape ?? throw Wrong("inputs: expected a shape, got none."), data, binary);
        }

        return input ?? throw Wrong("inputs: expected one tensor, image or pixels, got none.");
    }

    private static List<int> Shape(ref Utf8JsonReader reader)
    {
        const int Most = 8;
        var shape = new List<int>();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Wrong("shape: expected a list of numbers.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int size) && size >= 0 && shape.Count < Most)
                shape.Add(size);
            else
                throw Wrong($"shape: expected at most {Most} whole numbers of 0 or more.");
        return shape;
    }

    private void ReadOutputs(ref Utf8JsonReader reader)
    {
        const int Most = 8;
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Wrong("outputs: expected a list of tensors.");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject || Outputs.Count == Most)
                throw Wrong($"outputs: expected at most {Most} tensors.");
            string name = "";
            bool? isBinary = null;
            int classification = 0;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string key = reader.GetString()!;
                reader.Read();
                if (key == "name" && reader.TokenType == JsonTokenType.String)
                    name = reader.GetString()!;
                else if (key == "parameters")
                    (_, isBinary, _, classification) = Parameters(ref reader, "outputs");
                else
                    reader.Skip();
            }

            if (name is not (Probabilities or Label))
                throw Wrong($"outputs: expected {Probabilities} or {Label}, got '{Printed.Short(name)}'.");
            if (classification > 0 && name != Probabilities)
                throw Wrong($"classification: expected it for {Probabilities}, got it for {name}.");
            Outputs.Add(new(name, isBinary ?? IsBinary, classification));
        }
    }

    private static (long? BinarySize, bool? IsBinary, bool? IsBinaryOutput, int Classification) Parameters(ref Utf8JsonReader reader, string? of)
    {
        long? size = null;
        bool? isBinary = null, isBinaryOutput = null;
        int classification = 0;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Wrong("parameters: expected an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            if (of == "inputs" && key == "binary_data_size")
                size = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long bytes) && bytes >= 0 ? bytes : throw Wrong("binary_data_size: expected a whole number of 0 or more.");
            else if (of == "outputs" && key == "binary_data")
                isBinary = Flag(ref reader, key);
            else if (of is null && key == "binary_data_output")
                isBinaryOutput = Flag(ref reader, key);
            else if (of == "outputs" && key == "classification")
                classification = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int count) && count >= 0 ? count : throw Wrong("classification: expected a whole number of 0 or more.");
            else
                reader.Skip();
        }

        return (size, isBinary, isBinaryOutput, classification);
    }

    private static bool Flag(ref Utf8JsonReader reader, string name) =>
        reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.GetBoolean() : throw Wrong($"{name}: expected true or false.");
}
