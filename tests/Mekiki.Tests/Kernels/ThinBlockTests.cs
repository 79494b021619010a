using Mekiki.Backends;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Layers;

namespace Mekiki.Tests.Kernels;

/// <summary>The one-pass block of convolution, batch norm, ReLU and maxima against the same layers one by one.</summary>
[Collection(nameof(VectorWidth))]
public class ThinBlockTests
{
    [Theory]
    [InlineData(3, 1, 12, 10, 3, 1, 1, true, true)]
    [InlineData(2, 1, 13, 9, 3, 0, 1, true, true)]
    [InlineData(2, 1, 17, 15, 3, 1, 2, true, false)]
    [InlineData(5, 9, 6, 7, 1, 0, 1, true, true)]
    [InlineData(2, 1, 12, 12, 3, 1, 1, false, true)]
    public void Block_AnySize_EqualsItsLayers(int images, int channels, int height, int width, int kernelSize, int padding, int stride, bool training, bool relu)
    {
        var generator = new Generator(5);
        float[] pixels = new float[images * channels * height * width];
        foreach (ref float pixel in pixels.AsSpan())
            pixel = generator.NextSingle();
        foreach (int bits in VectorWidths.All)
        {
            using var scope = VectorWidths.Use(bits);
            var fused = Run(deferred: true);
            var plain = Run(deferred: false);
            Assert.Equal(plain.Count, fused.Count);
            foreach (var (name, expected) in plain)
            {
                double size = Math.Sqrt(expected.Sum(value => (double)value * value)), difference = Math.Sqrt(expected.Zip(fused[name], (a, b) => Math.Pow(a - b, 2)).Sum());
                // A bias before batch norm changes nothing: its gradient is 0, and only rounding without fusion.
                Assert.True(name == "conv.bias" && training ? difference < 1e-4 : difference <= 2e-5 * size, $"{bits} bits, {name}: {difference} of {size}");
            }
        }

        Dictionary<string, float[]> Run(bool deferred)
        {
            Deferral.IsEnabled = deferred;
            try
            {
                var net = new Net(channels, kernelSize, padding, stride, relu);
                net.Initialize(3);
                if (!training)
                    net.Eval();
                var x = Tensor.Zeros([images, channels, height, width]);
                x.CopyFrom(pixels);
                var y = net[x];
                var found = new Dictionary<string, float[]> { ["y"] = y.ToArray() };
                (y * y).Sum().Backward();
                foreach (var (name, parameter) in net.NamedParameters())
                    found[name] = parameter.Grad!.ToArray();
                foreach (var (name, value) in net.StateDict())
                    if (name.Contains("running"))
                        found[name] = value.ToArray();
                return found;
            }
            finally
            {
                Deferral.IsEnabled = true;
            }
        }
    }

    private sealed class Net : Module
    {
        private readonly Conv2d conv;
        private readonly BatchNorm2d bn;
        private readonly bool relu;

        public Net(int channels, int kernelSize, int padding, int stride, bool relu)
        {
            this.relu = relu;
            conv = Child("conv", new Conv2d(channels, 32, kernelSize, stride, padding));
            bn = Child("bn", new BatchNorm2d(32));
        }

        public override Tensor Forward(Tensor x)
        {
            x = bn[conv[x]].MaxPool(2);
            return relu ? x.Relu() : x;
        }
    }
}
