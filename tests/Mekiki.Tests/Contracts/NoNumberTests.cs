using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Layers;

namespace Mekiki.Tests.Contracts;

/// <summary>What is no number (NaN) is not hidden: ReLU, maxima and softmax hand it on, at every vector width and in every joined form.</summary>
[Collection(nameof(VectorWidth))]
public class NoNumberTests
{
    public static TheoryData<int> Widths => [.. VectorWidths.AllAndScalar];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Relu_OfNoNumber_IsNone(int bits)
    {
        using var width = VectorWidths.Use(bits);
        float[] values = [.. Enumerable.Range(0, 41).Select(i => i % 3 == 0 ? float.NaN : i % 3 == 1 ? -1f : 2f)];
        var x = Tensor.From(values, [41]).WithGrad();
        var y = x.Relu();
        Assert.Equal(values.Select(v => float.IsNaN(v) ? v : MathF.Max(v, 0)), y.ToArray());
        y.Sum().Backward();
        Assert.Equal(values.Select(v => v < 0 ? 0f : 1), x.Grad!.ToArray());
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void MaxPool_OfAWindowWithNoNumber_IsNone(int bits)
    {
        using var width = VectorWidths.Use(bits);
        for (int place = 0; place < 4; place++)
        {
            // 19 channels: whole registers, and some left over.
            var images = new float[19 * 16];
            for (int i = 0; i < images.Length; i++)
                images[i] = i % 7 - 3;
            for (int c = 0; c < 19; c++)
                images[c * 16 + place / 2 * 4 + place % 2] = float.NaN;
            var y = Tensor.From(images, [1, 19, 4, 4]).MaxPool(2).ToArray();
            Assert.All(Enumerable.Range(0, y.Length), i => Assert.Equal(i % 4 == 0, float.IsNaN(y[i])));
        }
    }

    /// <summary>Convolution, norm, ReLU and pooling are taken in one pass or two, by kernels that depend on the sizes.</summary>
    [Theory]
    [InlineData(1, 16, 3, true)]
    [InlineData(1, 32, 3, false)]
    [InlineData(3, 20, 3, true)]
    [InlineData(16, 19, 3, false)]
    [InlineData(32, 48, 3, true)]
    [InlineData(32, 48, 1, false)]
    [InlineData(8, 24, 5, true)]
    public void JoinedLayers_OfNoNumber_HandItOn(int inputs, int outputs, int kernel, bool pool)
    {
        foreach (int bits in VectorWidths.AllAndScalar)
            foreach (bool norm in (ReadOnlySpan<bool>)[true, false])
                for (int place = 0; place < 4; place++)
                {
                    using var width = VectorWidths.Use(bits);
                    using var off = Gradients.Off();
                    var layers = new List<Module> { new Conv2d(inputs, outputs, kernel, padding: kernel / 2) };
                    if (norm)
                        layers.Add(new BatchNorm2d(outputs));
                    layers.Add(new Relu());
                    if (pool)
                        layers.Add(new MaxPool2d(2));
                    var net = new Sequential([.. layers]);
                    net.Eval();
                    var x = new float[inputs * 144];
                    x[(5 + place / 2) * 12 + 5 + place % 2] = float.NaN;
                    var y = net[Tensor.From(x, [1, inputs, 12, 12])];
                    int side = pool ? 6 : 12, at = pool ? (5 + place / 2) / 2 * 6 + (5 + place % 2) / 2 : (5 + place / 2) * 12 + 5 + place % 2;
                    var values = y.ToArray();
                    for (int o = 0; o < outputs; o++)
                        Assert.True(float.IsNaN(values[o * side * side + at]), $"{bits} bits, norm {norm}, place {place}, channel {o}: expected no number, got {values[o * side * side + at]}");
                }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Softmax_OfNoNumber_IsNone(int bits)
    {
        using var width = VectorWidths.Use(bits);
        for (int place = 0; place < 21; place += 5)
        {
            var x = new float[42];
            x[place] = float.NaN;
            Assert.Equal(21, Tensor.From(x, [2, 21]).Softmax(1).ToArray().Count(float.IsNaN));
            Assert.Equal(21, Tensor.From(x, [2, 21]).LogSoftmax(1).ToArray().Count(float.IsNaN));
        }
    }
}
