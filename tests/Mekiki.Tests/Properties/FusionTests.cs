using CsCheck;
using Mekiki.Autograd;

namespace Mekiki.Tests.Properties;

/// <summary>Random networks compute the same with and without fusion.</summary>
/// <remarks>
/// Rounding differs, and now and then it decides which of two pixels is the maximum or whether a ReLU is open: then a whole
/// gradient goes elsewhere. So a network has three tries with other images; a wrong fusion fails in each. A gradient that
/// is 0 but for rounding, as before a batch norm, is measured by the largest of the network.
/// </remarks>
[Collection(nameof(Mekiki.Backends.Cpu.Simd.VectorWidth))]
public class FusionTests
{
    [Fact]
    public void RandomNetwork_Fused_EqualsPlain() => Draw.Gen.Sample(
        draw =>
        {
            using var width = VectorWidths.Use(draw.Pick(512, 256, 128));
            Shape input = [draw.Int(2, 3), draw.Pick(1, 3, 8), draw.Int(4, 14), draw.Int(4, 14)];
            var net = new RandomNetwork(draw, input);
            bool training = draw.Flag();
            string? problem = null;
            for (ulong images = 0; images < 3; images++)
            {
                var plain = Run(net, training, images, fusion: false);
                var fused = Run(net, training, images, fusion: true);
                double largest = plain.Where(p => p.Key.StartsWith('d')).Max(p => Norm(p.Value));
                problem = plain.Where(p => Norm([.. p.Value.Zip(fused[p.Key], (a, b) => a - b)]) > 1e-3 * Norm(p.Value) + 1e-4 * largest).Select(p => $"{p.Key} is {Goldens.Distance(p.Value, fused[p.Key]):g3} off").FirstOrDefault();
                if (problem is null)
                    return;
            }

            Assert.Fail($"{net}, training {training}: {problem}");
        },
        iter: 200, threads: 1);

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(v => (double)v * v));

    private static Dictionary<string, float[]> Run(RandomNetwork net, bool training, ulong images, bool fusion)
    {
        using var switched = Switches.UseFusion(fusion);
        net.Initialize(5);
        if (training)
            net.Train();
        else
            net.Eval();
        var generator = new Generator(images);
        var x = Tensor.Normal(net.Input, ref generator).WithGrad();
        var results = new Dictionary<string, float[]>();
        using (Gradients.Off())
            results["y, unrecorded"] = net[x].ToArray();
        foreach (var (_, parameter) in net.NamedParameters())
            parameter.ZeroGrad();
        var y = net[x];
        results["y"] = y.ToArray();
        y.Backward(Tensor.Normal(y.Shape, ref generator));
        results["dx"] = x.Grad?.ToArray() ?? [];
        foreach (var (name, parameter) in net.NamedParameters())
            results["d" + name] = parameter.Grad?.ToArray() ?? [];
        foreach (var (name, tensor) in net.StateDict())
            if (tensor.DType == DType.Float32)
                results[name] = tensor.ToArray();
        return results;
    }
}
