using System.Buffers.Binary;
using System.Text.Json;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Tests.Transforms;

/// <summary>The transforms against torchvision's PIL path, from the shared reference cases.</summary>
public class ReferenceTests
{
    [Theory]
    [InlineData("affine")]
    [InlineData("grayscale")]
    [InlineData("resize")]
    public void Transform_OnReferenceImages_AgreesWithTorchvision(string op)
    {
        string folder = Path.GetDirectoryName(Shared.File("goldens/seed1/cases.json"))!;
        byte[] tensors = File.ReadAllBytes(Path.Combine(folder, "tensors.safetensors"));
        int headerLength = (int)BinaryPrimitives.ReadUInt64LittleEndian(tensors);
        using var header = JsonDocument.Parse(tensors.AsMemory(8, headerLength));
        using var cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "cases.json")));
        int checkedCases = 0;
        foreach (var c in cases.RootElement.GetProperty("cases").EnumerateArray())
        {
            if (c.GetProperty("op").GetString() != op)
                continue;
            var (x, inputShape) = Tensor(c.GetProperty("inputs").GetProperty("x").GetString()!);
            var (y, outputShape) = Tensor(c.GetProperty("outputs").GetProperty("y").GetString()!);
            var transform = Read(op, c.GetProperty("args"));
            Assert.Equal(outputShape, transform.OutputShape(inputShape));
            var got = new byte[y.Length];
            var unused = new Generator(0);
            transform.Write(x, inputShape, ref unused, got);
            int far = 0, most = op == "resize" ? 2 : 1;
            for (int i = 0; i < y.Length; i++)
                far += Math.Abs(y[i] - got[i]) > most ? 1 : 0;
            Assert.True(far <= (op == "affine" ? y.Length * 0.005 : 0), $"{c.GetProperty("name")}: {far} of {y.Length} pixels are too far off");
            checkedCases++;
        }

        Assert.True(checkedCases > 0);

        (byte[] Values, ImageShape Shape) Tensor(string key)
        {
            var entry = header.RootElement.GetProperty(key);
            Assert.Equal("U8", entry.GetProperty("dtype").GetString());
            var at = entry.GetProperty("data_offsets");
            var shape = entry.GetProperty("shape");
            var values = tensors.AsSpan(8 + headerLength)[at[0].GetInt32()..at[1].GetInt32()].ToArray();
            return (values, new ImageShape(shape.GetArrayLength() == 3 ? 3 : 1, shape[0].GetInt32(), shape[1].GetInt32()));
        }
    }

    private static PixelTransform Read(string op, JsonElement args) => op switch
    {
        "affine" => new Affine(
            args.GetProperty("angle").GetDouble(), args.GetProperty("translate")[0].GetDouble(), args.GetProperty("translate")[1].GetDouble(),
            args.GetProperty("scale").GetDouble(), args.GetProperty("shear")[0].GetDouble(), args.GetProperty("shear")[1].GetDouble(),
            args.GetProperty("interpolation").GetString() == "nearest" ? Interpolation.Nearest : Interpolation.Bilinear),
        "grayscale" => new Grayscale(),
        _ => new Resize(args.GetProperty("size")[0].GetInt32(), args.GetProperty("size")[1].GetInt32()),
    };
}
