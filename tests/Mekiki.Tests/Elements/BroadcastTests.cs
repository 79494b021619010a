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

    [Theory]
    [MemberData(nameof(Shapes))]
    public void GradientsOfAProduct_AreSumsOverWhatRepeats(int[] first, int[] second)
    {
        var generator = new Generator(2);
        Tensor a = Tensor.Normal(first, ref generator).WithGrad(), b = Tensor.Normal(second, ref generator).WithGrad();
        var dy = Tensor.Normal(Shape.Broadcast(a.Shape, b.Shape, "Product"), ref generator);
        bool canLieOtherwise = first.Length == 4 && !first.Contains(0);
        foreach (bool isImage in canLieOtherwise ? new[] { false, true } : [false])
        {
            (float[] A, float[] B)? before = null;
            foreach (var (bits, threads) in VectorWidths.AllAndScalar.Select(bits => (bits, 1)).Append((VectorWidth.Bits, 3)))
            {
                using var width = VectorWidths.Use(bits);
                using var counted = Switches.UseThreads(threads);
                a.ZeroGrad();
                b.ZeroGrad();
                ((isImage ? a.MaxPool(1, 1) : a) * b).Backward(dy);
                (float[] A, float[] B) now = (a.Grad!.ToArray(), b.Grad!.ToArray());
                SumsOf(dy, b, a.Shape, now.A);
                SumsOf(dy, a, b.Shape, now.B);
                Assert.Equal(before?.A ?? now.A, now.A);
                Assert.Equal(before?.B ?? now.B, now.B);
                before = now;
            }
        }
    }

    // Sums in double precision of products that are rounded to float, as they are made.
    private static void SumsOf(Tensor dy, Tensor other, Shape part, float[] got)
    {
        float[] x = dy.ToArray(), y = other.ToArray();
        double[] sums = new double[part.ElementCount], sizes = new double[part.ElementCount];
        for (int i = 0; i < x.Length; i++)
        {
            double product = x[i] * y[At(dy.Shape, other.Shape, i)];
            sums[At(dy.Shape, part, i)] += product;
            sizes[At(dy.Shape, part, i)] += Math.Abs(product);
        }

        for (int i = 0; i < sums.Length; i++)
            Assert.InRange(Math.Abs(sums[i] - got[i]), 0, 6e-8 * sizes[i]);
    }

    private static float[] Naive(Tensor a, Tensor b)
    {
        var shape = Shape.Broadcast(a.Shape, b.Shape, "Naive");
        float[] x = a.ToArray(), y = b.ToArray(), result = new float[shape.ElementCount];
        for (int i = 0; i < result.Length; i++)
            result[i] = x[At(shape, a.Shape, i)] - y[At(shape, b.Shape, i)];
        return result;
    }

    // Where the element of an index lies in an array that repeats to a shape.
    private static int At(Shape shape, Shape part, int index)
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
