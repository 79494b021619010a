using System.Buffers.Binary;
using System.Text.Json;
using Mekiki.Serving.Http;
using Mekiki.Vision.Images;
using Microsoft.AspNetCore.Http;

namespace Mekiki.Serving.OpenInference;

/// <summary>An input tensor as the request describes it.</summary>
/// <param name="Name">image or pixels.</param>
/// <param name="Datatype">BYTES, UINT8 or FP32.</param>
/// <param name="Shape">The sizes.</param>
/// <param name="Data">The JSON text of its elements, or null.</param>
/// <param name="BinarySize">How many bytes behind the JSON text are its elements, or null.</param>
internal sealed record InferInput(string Name, string Datatype, IReadOnlyList<int> Shape, ReadOnlyMemory<byte>? Data, long? BinarySize)
{
    /// <summary>The images that it holds.</summary>
    /// <param name="binary">The bytes behind the JSON text.</param>
    /// <param name="mostImages">The most images.</param>
    /// <param name="mostPixels">The most pixels of one image.</param>
    /// <exception cref="ProblemException">It does not hold what it says (400), or too much (413).</exception>
    public ImageInput[] Images(ReadOnlyMemory<byte> binary, int mostImages, long mostPixels)
    {
        if (BinarySize is { } size ? size != binary.Length : binary.Length > 0)
            throw InferRequest.Wrong($"binary_data_size: expected the {binary.Length:N0} bytes behind the JSON text, got {BinarySize?.ToString() ?? "none"}.");
        if ((Data is null) == (BinarySize is null))
            throw InferRequest.Wrong("inputs: expected either data or binary_data_size.");
        bool isFiles = Name == InferRequest.ImageInputName && Datatype == "BYTES", isPixels = Name == InferRequest.PixelInputName && Datatype is "UINT8" or "FP32";
        if (!isFiles && !isPixels)
            throw InferRequest.Wrong($"inputs: expected {InferRequest.ImageInputName} of BYTES, or {InferRequest.PixelInputName} of UINT8 or FP32, got '{Printed.Short(Name)}' of '{Printed.Short(Datatype)}'.");
        if (isFiles ? Shape is not ([_] or [_, 1]) : Shape is not [_, 1 or 3, >= 1 and <= ImageShape.MostSide, >= 1 and <= ImageShape.MostSide])
            throw InferRequest.Wrong($"shape: expected {(isFiles ? "(N)" : $"(N, C, H, W) with C of 1 or 3, and H and W of 1 to {ImageShape.MostSide:N0}")}, got ({string.Join(", ", Shape)}).");
        if (Shape[0] > mostImages)
            throw new ProblemException(StatusCodes.Status413PayloadTooLarge, $"Images: expected at most {mostImages:N0} in one request, got {Shape[0]:N0}. Send them in several.");
        if (Shape[0] == 0)
            throw InferRequest.Wrong("shape: expected one image or more, got 0.");
        if (isPixels && (long)Shape[2] * Shape[3] > mostPixels)
            throw new ProblemException(StatusCodes.Status413PayloadTooLarge, $"Images: expected at most {mostPixels >> 20:N0} megapixels, got {Shape[2]:N0} x {Shape[3]:N0}. Send smaller images.");
        return isFiles
            ? BinarySize is null ? FilesOfJson() : FilesOfBytes(binary)
            : BinarySize is null ? PixelsOfJson() : Pixels(Datatype == "UINT8" ? binary : Rounded(binary.Span));
    }

    private static string NameOf(int i) => $"image {i + 1}";

    // Each has its length before it: 4 bytes, little-endian.
    private ImageInput[] FilesOfBytes(ReadOnlyMemory<byte> binary)
    {
        var images = new ImageInput[Shape[0]];
        for (int i = 0; i < images.Length; i++)
        {
            uint length = binary.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(binary.Span) : uint.MaxValue;
            if (length > binary.Length - 4)
                throw InferRequest.Wrong($"{NameOf(i)}: expected its length in 4 bytes and so many bytes behind it, got {binary.Length:N0} bytes.");
            images[i] = ImageInput.FromBytes(binary.Slice(4, (int)length), NameOf(i));
            binary = binary[(4 + (int)length)..];
        }

        return binary.Length == 0 ? images : throw InferRequest.Wrong($"image: expected {images.Length:N0} images, got {binary.Length:N0} bytes more.");
    }

    private ImageInput[] FilesOfJson()
    {
        var images = new ImageInput[Shape[0]];
        int count = 0;
        var reader = new Utf8JsonReader(Data!.Value.Span);
        while (reader.Read())
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
                continue;
            else if (reader.TokenType != JsonTokenType.String || !reader.TryGetBytesFromBase64(out byte[]? bytes))
                throw InferRequest.Wrong("data: expected images in base64.");
            else if (count < images.Length)
                images[count] = ImageInput.FromBytes(bytes, NameOf(count++));
            else
                throw CountWrong();
        return count == images.Length ? images : throw CountWrong();
    }

    private ImageInput[] PixelsOfJson()
    {
        long expected = Elements;
        // Each element is a digit and a comma at least, so that a short text asks for no memory.
        if (expected > Data!.Value.Length)
            throw CountWrong();
        byte[] pixels = new byte[expected];
        int count = 0;
        var reader = new Utf8JsonReader(Data.Value.Span);
        while (reader.Read())
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
                continue;
            else if (reader.TokenType != JsonTokenType.Number || !reader.TryGetSingle(out float value))
                throw InferRequest.Wrong("data: expected numbers.");
            else if (count < pixels.Length)
                pixels[count++] = Pixel(value);
            else
                throw CountWrong();
        return count == pixels.Length ? Pixels(pixels) : throw CountWrong();
    }

    private byte[] Rounded(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Elements * sizeof(float))
            throw CountWrong();
        byte[] pixels = new byte[Elements];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = Pixel(BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]));
        return pixels;
    }

    private static byte Pixel(float value) => value is >= 0 and <= 255 && value == MathF.Floor(value)
        ? (byte)value
        : throw InferRequest.Wrong(FormattableString.Invariant($"{InferRequest.PixelInputName}: expected whole numbers from 0 to 255, as a file has them, got {value}. The service normalizes them itself."));

    private long Elements => Shape.Aggregate(1L, (all, size) => all * size);

    private ImageInput[] Pixels(ReadOnlyMemory<byte> planes)
    {
        var (channels, height, width) = (Shape[1], Shape[2], Shape[3]);
        if (planes.Length != Elements)
            throw CountWrong();
        var images = new ImageInput[Shape[0]];
        int each = channels * height * width, plane = height * width;
        for (int n = 0; n < images.Length; n++)
        {
            var own = planes.Slice(n * each, each);
            if (channels == 3)
            {
                byte[] rows = new byte[each];
                var from = own.Span;
                for (int i = 0; i < plane; i++)
                    (rows[3 * i], rows[3 * i + 1], rows[3 * i + 2]) = (from[i], from[plane + i], from[2 * plane + i]);
                own = rows;
            }

            images[n] = ImageInput.FromPixels(own, width, height, channels == 3 ? PixelFormat.Rgb24 : PixelFormat.Gray8, name: NameOf(n));
        }

        return images;
    }

    private ProblemException CountWrong() => InferRequest.Wrong($"data: expected as many elements as the shape ({string.Join(", ", Shape)}) has, got another number.");
}
