using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Layers;

namespace Mekiki.Tests.Kernels;

/// <summary>Where nothing is trained, batch norm goes into the convolution before it; what follows it, into the same pass.</summary>
[Collection(nameof(VectorWidth))]
public class FrozenTests
{
    private const double Bound = 3e-6;

    public static TheoryData<int, int, int, int, int> Sizes => new()
    {
        // images, channels, side, stride, groups: Winograd, Positions, Pixels, a group for each half
        { 2, 32, 28, 1, 1 },
        { 1, 32, 14, 1, 1 },
        { 9, 32, 3, 1, 1 },
        { 2, 32, 13, 2, 1 },
        { 3, 16, 9, 1, 2 },
        { 2, 5, 8, 1, 1 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Block_WithoutGradients_EqualsItsPartsOneByOne(int images, int channels, int side, int stride, int groups)
    {
        foreach (int bits in VectorWidths.All)
        {
            using var scope = VectorWidths.Use(bits);
            var block = new Block(channels, stride, groups);
            var generator = new Generator(6);
            var x = Tensor.Normal([images, channels, side, side], ref generator);
            var residual = Tensor.Normal([images, channels, (side - 1) / stride + 1, (side - 1) / stride + 1], ref generator);
            foreach (bool relu in (bool[])[false, true])
                foreach (bool sum in (bool[])[false, true])
                {
                    (block.Residual, block.Relu) = (sum ? residual : null, relu);
                    float[] frozen = Frozen(block, x);
                    using var plain = Switches.UseFusion(false);
                    Assert.InRange(Naive.Distance(Array.ConvertAll(Frozen(block, x), v => (double)v), frozen), 0, Bound);
                }
        }
    }

    [Fact]
    public void NormPlusWhatItNorms_WithoutGradients_EqualsItsPartsOneByOne()
    {
        var block = new Block(16, 2, 1) { IsSumOfBoth = true };
        var generator = new Generator(8);
        var x = Tensor.Normal([2, 16, 9, 7], ref generator);
        float[] frozen = Frozen(block, x);
        using var plain = Switches.UseFusion(false);
        Assert.InRange(Naive.Distance(Array.ConvertAll(Frozen(block, x), v => (double)v), frozen), 0, Bound);
    }

    [Fact]
    public void PackedWeights_OfSeveralKernels_AreKeptUntilTheWeightsAreOverwritten()
    {
        // Batches of other sizes take other kernels: one that comes back finds its weights packed.
        var weight = CpuStorage.Floats(4);
        var packed = new CpuStorage[5];
        for (int key = 0; key < 4; key++)
            Keep(key);
        Assert.Null(weight.Packed(0, []));
        Assert.False(packed[0].TryShare());
        Assert.All([1, 2, 3], key => Found(key, packed[key]));

        Keep(2, index: 4);
        Found(2, packed[4]);
        Assert.False(packed[2].TryShare());
        Assert.All([1, 3], key => Found(key, packed[key]));

        weight.Touch();
        Assert.All([1, 2, 3], key => Assert.Null(weight.Packed(key, [])));
        Assert.All(packed, p => Assert.False(p.TryShare()));
        weight.Release();

        void Keep(int key, int? index = null) => weight.Keep(new PackedWeights(key, [], weight.Version, packed[index ?? key] = CpuStorage.Floats(1)));

        void Found(int key, CpuStorage expected)
        {
            var found = weight.Packed(key, []);
            Assert.Same(expected, found);
            found!.Release();
        }
    }

    [Theory]
    [InlineData("norm.weight")]
    [InlineData("norm.bias")]
    [InlineData("norm.running_mean")]
    [InlineData("norm.running_var")]
    [InlineData("conv.weight")]
    [InlineData("conv.bias")]
    public void Block_AfterAnyOfItsTensorsChanged_UsesTheNewOne(string name)
    {
        var block = new Block(16, 1, 1);
        var generator = new Generator(7);
        var x = Tensor.Normal([2, 16, 12, 12], ref generator);
        float[] before = Frozen(block, x);
        Assert.Equal(before, Frozen(block, x));
        var tensor = block.StateDict().Single(t => t.Name == name).Tensor;
        tensor.CopyFrom(Array.ConvertAll(tensor.ToArray(), v => 2 * v + 1));
        float[] after = Frozen(block, x);
        Assert.True(Naive.Distance(Array.ConvertAll(before, v => (double)v), after) > 0.01);
        using var plain = Switches.UseFusion(false);
        Assert.InRange(Naive.Distance(Array.ConvertAll(Frozen(block, x), v => (double)v), after), 0, Bound);
    }

    private static float[] Frozen(Block block, Tensor x)
    {
        using var off = Gradients.Off();
        return block[x].ToArray();
    }

    private sealed class Block : Module
    {
        private readonly Conv2d conv;
        private readonly BatchNorm2d norm;

        public Block(int channels, int stride, int groups)
        {
            conv = Child("conv", new Conv2d(channels, channels % 2 == 0 ? channels : channels + 3, 3, stride, padding: 1, groups: groups));
            norm = Child("norm", new BatchNorm2d(channels % 2 == 0 ? channels : channels + 3));
            Initialize(1);
            var generator = new Generator(2);
            foreach (var (name, tensor) in StateDict())
                if (name.StartsWith("norm", StringComparison.Ordinal) && tensor.DType == DType.Float32)
                    tensor.CopyFrom(Array.ConvertAll(tensor.ToArray(), v => v + generator.NextSingle()));
            Eval();
        }

        public Tensor? Residual { get; set; }

        public bool Relu { get; set; }

        public bool IsSumOfBoth { get; set; }

        public override Tensor Forward(Tensor x)
        {
            var z = conv[x];
            x = norm[z];
            if (IsSumOfBoth)
                x += z;
            if (Residual is not null && Residual.Shape == x.Shape)
                x += Residual;
            return Relu ? x.Relu() : x;
        }
    }
}
