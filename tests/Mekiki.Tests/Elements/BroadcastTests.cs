using Mekiki.Backends;
using Mekiki.Backends.Cpu.Simd;

namespace Mekiki.Tests.Elements;

/// <summary>Arithmetic whose operands repeat, at every vector width.</summary>
[Collection(nameof(VectorWidth))]
public class BroadcastTests
{
    public static TheoryData<int[], int[]> Shapes => new()
    {
        { [2, 19, 5, 7], [2, 19, 1, 1] },
        { [2, 19, 5, 7], [19, 1, 1] },
        { [2, 19, 5, 7], [1, 19, 1, 1] },
        { [2, 19, 5, 7], [2, 1, 5, 7] },
        { [2, 19, 5, 7], [5, 7] },
        { [2, 19, 5, 7], [7] },
        { [2, 19, 5, 7], [5, 1] },
        { [2, 19, 5, 7], [1] },
        { [2, 19, 5, 7], [] },
        { [2, 19, 1, 7], [2, 1, 5, 7] },
        { [2, 1, 5, 7], [2, 19, 1, 1] },
        { [1, 130, 40, 40], [1, 130, 1, 1] },
        { [3, 4, 2, 2, 3], [4, 1, 1, 3] },
        { [3, 1, 2, 1, 3], [4, 1, 2, 1] },
        { [0, 3], [3] },
        { [4, 0, 2], [2] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Subtraction_IsThatOfEachPair(int[] first, int[] second)
    {
        var generator = new Generator(1);
        Tensor a = Tensor.Normal(first, ref generator), b = Tensor.Normal(second, ref generator);
        foreach (int bits in VectorWidths.AllAndScalar)
        {
            using var width = VectorWidths.Use(bits);
            Assert.Equal(Naive(a, b), (a - b).ToArray());
            Assert.Equal(Naive(b, a), (b - a).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ImagesAsTheProcessorKeepsThem_GiveTheSameBits(int[] first, int[] second)
    {
        if (first.Length != 4 || first.Contains(0))
            return;
        var generator = new Generator(1);
        Tensor a = Tensor.Normal(first, ref generator), b = Tensor.Normal(second, ref generator);
        foreach (bool isRecorded in new[] { false, true })
        {
            a.RequiresGrad = isRecorded;
            var images = a.MaxPool(1, 1);
            Assert.Equal(Layout.ChannelsLast, images.Layout);
            Assert.Equal((a * b).ToArray(), (images * b).ToArray());
            Assert.Equal((b / a).ToArray(), (b / images).ToArray());
            if (second.Length == 4)
                Assert.Equal((a + b).ToArray(), (images + b.MaxPool(1, 1)).ToArray());
        }
    }

    private static float[] Naive(Tensor a, Tensor b)
    {
        var shape = Shape.Broadcast(a.Shape, b.Shape, "Naive");
        float[] x = a.ToArray(), y = b.ToArray(), result = new float[shape.ElementCount];
        for (int i = 0; i < result.Length; i++)
            result[i] = x[At(a.Shape, i)] - y[At(b.Shape, i)];
        return result;

        int At(Shape part, int index)
        {
            int at = 0, stride = 1;
            for (int d = 1; d <= shape.Rank; d++)
            {
                int place = index % shape[^d];
                index /= shape[^d];
                if (d <= part.Rank)
                {
                    at += part[^d] == 1 ? 0 : place * stride;
                    stride *= part[^d];
                }
            }

            return at;
        }
    }
}
