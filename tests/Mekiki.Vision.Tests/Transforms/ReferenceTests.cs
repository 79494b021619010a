using System.Text.Json;
using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Tests.Transforms;

/// <summary>The transforms against torchvision's PIL path, from the reference cases.</summary>
public class ReferenceTests
{
    public static TheoryData<string> Transforms => [.. Goldens.Transforms];

    [Theory]
    [MemberData(nameof(Transforms))]
    public void Transform_OnReferenceImages_AgreesWithTorchvision(string op)
    {
        int checkedCases = 0;
        foreach (var c in Goldens.Cases(op))
        {
            var (x, y) = (c.Input("x"), c.Output("y"));
            var transform = Read(op, c.Args);
            Assert.Equal(ShapeOf(y), transform.OutputShape(ShapeOf(x)));
            var got = new byte[y.Bytes.Length];
            var unused = new Generator(0);
            transform.Write(x.Bytes, ShapeOf(x), ref unused, got);
            int far = 0, most = op == "resize" ? 2 : 1;
            for (int i = 0; i < got.Length; i++)
                far += Math.Abs(y.Bytes[i] - got[i]) > most ? 1 : 0;
            Assert.True(far <= (op == "affine" ? got.Length * 0.005 : 0), $"{c}: {far} of {got.Length} pixels are too far off");
            checkedCases++;
        }

        Assert.True(checkedCases > 0);
    }

    private static ImageShape ShapeOf(GoldenTensor t) => new(t.Shape.Length == 3 ? 3 : 1, t.Shape[0], t.Shape[1]);

    private static PixelTransform Read(string op, JsonElement args) => op switch
    {
        "affine" => new Affine(
            args.GetProperty("angle").GetDouble(), args.GetProperty("translate")[0].GetDouble(), args.GetProperty("translate")[1].GetDouble(),
            args.GetProperty("scale").GetDouble(), args.GetProperty("shear")[0].GetDouble(), args.GetProperty("shear")[1].GetDouble(),
            args.GetProperty("interpolation").GetString() == "nearest" ? Interpolation.Nearest : Interpolation.Bilinear),
        "grayscale" => new Grayscale(),
        "resize" => new Resize(args.GetProperty("size")[0].GetInt32(), args.GetProperty("size")[1].GetInt32()),
        _ => throw new NotSupportedException(op),
    };
}
