using Mekiki.Layers;
using Mekiki.Tests.Reference;

namespace Mekiki.Tests.Operations;

/// <summary>What operations of newer networks mean, worked out by hand, on every backend.</summary>
public class DefinitionTests
{
    public static TheoryData<string> Backends => [.. TestedBackends.Names];

    [Theory]
    [MemberData(nameof(Backends))]
    public void LayerNorm_OfAnyRow_HasMeanZeroAndDeviationOne(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        // Mean 2 and variance 1; the offset of a million takes nothing away but what float32 has.
        Near([-1, 1, -1, 1], Tensor.From([1f, 3, 1, 3], [1, 4]).LayerNorm([4], epsilon: 1e-12f));
        Near([-1, 1, -1, 1], Tensor.From([1e6f + 1, 1e6f + 3, 1e6f + 1, 1e6f + 3], [1, 4]).LayerNorm([4], epsilon: 1e-12f));
        Near([-1.5f, 3], Tensor.From([1f, 3], [1, 2]).LayerNorm([2], Tensor.From(2, 3), Tensor.From(0.5f, 0), 1e-12f));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void GroupAndInstanceNorm_DivideTheChannels(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var x = Tensor.From([1f, 3, 1, 3, 10, 10, 30, 30], [1, 4, 1, 2]);
        Near([-1, 1, -1, 1, -1, -1, 1, 1], x.GroupNorm(2, epsilon: 1e-12f));
        Near([-1, 1, -1, 1, 0, 0, 0, 0], x.InstanceNorm(epsilon: 1e-6f));
        // Channels (1, 1, 10, 30) and (3, 3, 10, 30) of the two pixels.
        float[] y = x.LayerNorm2d().ToArray();
        Assert.Equal(0, y[0] + y[2] + y[4] + y[6], 1e-5);
        Assert.Equal(4, y[0] * y[0] + y[2] * y[2] + y[4] * y[4] + y[6] * y[6], 1e-4);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Pad_FillsTheMargin(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var x = Tensor.From([1f, 2, 3], [1, 1, 1, 3]);
        Assert.Equal([7, 1, 2, 3, 7, 7], x.Pad(1, 2, 0, 0, value: 7).ToArray());
        Assert.Equal([3, 2, 1, 2, 3, 2], x.Pad(2, 1, 0, 0, PaddingMode.Reflect).ToArray());
        Assert.Equal([1, 1, 1, 2, 3, 3], x.Pad(2, 1, 0, 0, PaddingMode.Replicate).ToArray());
        Assert.Equal([0, 0, 0, 1, 2, 3, 0, 0, 0], x.Pad(0, 0, 1, 1).ToArray());
        // Infinity in a pixel is not spread over its neighbours.
        Assert.Equal([float.PositiveInfinity, 2, 2], Tensor.From([float.PositiveInfinity, 2], [1, 1, 1, 2]).Pad(0, 1, 0, 0, PaddingMode.Replicate).ToArray());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Interpolate_FindsPixelsBetweenPixels(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var x = Tensor.From([0f, 4], [1, 1, 1, 2]);
        Assert.Equal([0, 0, 4, 4], x.Interpolate(1, 4).ToArray());
        Assert.Equal([0, 1, 3, 4], x.Interpolate(1, 4, InterpolationMode.Bilinear).ToArray());
        Assert.Equal([0, 1, 2, 3, 4], x.Interpolate(1, 5, InterpolationMode.Bilinear, alignCorners: true).ToArray());
        Assert.Equal([0], x.Interpolate(1, 1, InterpolationMode.Bilinear, alignCorners: true).ToArray());
        Assert.Equal([2], x.Interpolate(1, 1, InterpolationMode.Bilinear).ToArray());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void TransposedConvolution_SpreadsEachPixel(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var x = Tensor.From([1f, 10], [1, 1, 1, 2]);
        var weight = Tensor.From([1f, 2, 3], [1, 1, 1, 3]);
        Assert.Equal([1, 12, 23, 30], x.ConvTranspose2d(weight).ToArray());
        Assert.Equal([1.5f, 2.5f, 13.5f, 20.5f, 30.5f], x.ConvTranspose2d(weight, Tensor.From(0.5f), stride: 2, outputPadding: 0).ToArray()[..5]);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void BatchesOfMatrices_Broadcast(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        Tensor a = Tensor.From([1f, 2, 3, 4], [2, 1, 1, 2]), b = Tensor.From([1f, 0, 0, 1, 2, 0, 0, 2], [2, 2, 2]);
        var y = a.MatMul(b);
        Assert.Equal([2, 2, 1, 2], y.Shape.ToArray());
        Assert.Equal([1, 2, 2, 4, 3, 4, 6, 8], y.ToArray());
        Assert.Equal([3, 7], a.MatMul(Tensor.From([1f, 1], [2, 1])).ToArray());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Einsum_SumsWhatTheResultLacks(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        Tensor a = Tensor.From([1f, 2, 3, 4], [2, 2]), b = Tensor.From([5f, 6, 7, 8], [2, 2]);
        Assert.Equal(a.MatMul(b).ToArray(), Tensor.Einsum("ik,kj->ij", a, b).ToArray());
        Assert.Equal(a.MatMul(b).ToArray(), Tensor.Einsum("ik, kj", a, b).ToArray());
        Assert.Equal(70, Tensor.Einsum("ij,ij->", a, b).Item());
        Assert.Equal([3, 7], Tensor.Einsum("ij->i", a).ToArray());
        Assert.Equal([1, 3, 2, 4], Tensor.Einsum("ij->ji", a).ToArray());
        Assert.Equal([5, 12, 21, 32], Tensor.Einsum("ij,ij->ij", a, b).ToArray());
        Assert.Equal(a.MatMul(b).MatMul(a).ToArray(), Tensor.Einsum("ab,bc,cd->ad", a, b, a).ToArray());
    }

    [Fact]
    public void EinsumResult_OutlivesTheWayBack()
    {
        var a = Tensor.From([1f, 2, 3, 4], [2, 2]).WithGrad();
        foreach (string equation in new[] { "ij->i", "ij->ji", "ij->ij", "ij->" })
        {
            var y = Tensor.Einsum(equation, a) * 1;
            var same = Tensor.Einsum(equation, a);
            same.Backward(Tensor.Ones(same.Shape), retainGraph: false);
            Assert.Equal(y.ToArray(), same.ToArray());
        }

        Assert.Equal([1, 2, 3, 4], a.ToArray());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Attention_LooksWhereTheMaskAllows(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        Tensor q = Tensor.Zeros([1, 2, 3]), k = Tensor.Ones([1, 2, 3]), v = Tensor.From([1f, 3], [1, 2, 1]);
        Assert.Equal([2, 2], q.Attention(k, v).ToArray());
        Assert.Equal([1, 2], q.Attention(k, v, Tensor.From([0, float.NegativeInfinity, 0, 0], [2, 2])).ToArray());
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void MultiheadAttention_OfThreeInputs_IsThatOfOneWhereTheyAreEqual(string backend)
    {
        using var computing = TestedBackends.Use(backend);
        var attention = new MultiheadAttention(6, 2);
        Assert.Equal(["in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias"], attention.StateDict().Select(s => s.Name));
        attention.Initialize(3);
        var generator = new Generator(1);
        Tensor x = Tensor.Normal([2, 4, 6], ref generator), same = x * 1, y = Tensor.Normal([2, 5, 6], ref generator);
        Assert.True(Goldens.Distance(attention[x].ToArray(), attention[x, same, x * 1].Values) < 1e-6);
        Assert.Equal([2, 4, 6], attention[x, y, y].Shape.ToArray());
        // Looking at the first place alone gives every query the same.
        float[] mask = [0, .. Enumerable.Repeat(float.NegativeInfinity, 4)];
        float[] first = attention[x, y, y, Tensor.From(mask)].ToArray();
        Assert.True(Goldens.Distance(first[..6], first[6..12]) < 1e-6);
    }

    [Fact]
    public void Dropout2d_DropsWholeChannels()
    {
        var dropout = new Dropout2d(0.5f);
        float[] y = dropout[Tensor.Ones([10, 40, 2, 2])].ToArray();
        for (int i = 0; i < y.Length; i += 4)
            Assert.True(y[i] is 0 or 2 && y[i] == y[i + 1] && y[i] == y[i + 3]);
        Assert.InRange(y.Count(v => v == 0) / (double)y.Length, 0.4, 0.6);
    }

    [Fact]
    public void ModuleList_NamesItsModules_AndTrainsWithTheNetwork()
    {
        var net = new Chain();
        Assert.Equal(["blocks.0.weight", "blocks.0.bias", "blocks.1.weight", "blocks.1.bias"], net.StateDict().Select(s => s.Name));
        net[Tensor.Ones([2, 3])].Sum().Backward();
        Assert.All(net.Parameters(), p => Assert.NotNull(p.Grad));
        var list = new ModuleList(new Relu(), new Tanh());
        Assert.Equal(2, list.Count);
        Assert.IsType<Tanh>(list[1]);
        Assert.IsType<Relu>(list.First());
    }

    private static void Near(float[] expected, Tensor got) => Assert.True(Goldens.Distance(expected, got.Values) < 1e-5, got.ToString());

    private sealed class Chain : Module
    {
        private readonly ModuleList blocks;

        public Chain() => blocks = Child("blocks", new ModuleList(new Linear(3, 3), new Linear(3, 3)));

        public override Tensor Forward(Tensor x)
        {
            foreach (var block in blocks)
                x = x + block[x];
            return x;
        }
    }
}
