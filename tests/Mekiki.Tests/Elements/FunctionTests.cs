using Mekiki.Backends.Cpu.Simd;
using Mekiki.Tests.Reference;

namespace Mekiki.Tests.Elements;

/// <summary>Functions of one number, and of two.</summary>
[Collection(nameof(VectorWidth))]
public class FunctionTests
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> functions = new()
    {
        ["silu"] = x => x.Silu(),
        ["hardswish"] = x => x.Hardswish(),
        ["hardsigmoid"] = x => x.Hardsigmoid(),
        ["relu6"] = x => x.Relu6(),
        ["elu"] = x => x.Elu(1.3f),
        ["softplus"] = x => x.Softplus(),
        ["mish"] = x => x.Mish(),
        ["gelu tanh"] = x => x.Gelu(approximate: true),
        ["erf"] = x => x.Erf(),
        ["abs"] = x => x.Abs(),
        ["leaky relu"] = x => x.LeakyRelu(0.2f),
        ["clamp"] = x => x.Clamp(-1.5f, 2.25f),
        ["square"] = x => x.Pow(2),
        ["cube"] = x => x.Pow(3),
        ["power"] = x => x.Abs().Pow(1.7f),
        ["rsqrt"] = x => (x.Abs() + 0.25f).Rsqrt(),
        ["reciprocal"] = x => (x.Abs() + 0.25f).Reciprocal(),
        ["sin"] = x => x.Sin(),
        ["cos"] = x => x.Cos(),
        ["sign"] = x => x.Sign(),
        ["floor"] = x => x.Floor(),
        ["ceiling"] = x => x.Ceiling(),
        ["round"] = x => x.Round(),
        ["negate"] = x => x.Negate(),
    };

    public static TheoryData<string> Names => [.. functions.Keys];

    // SiLU has a bound of its own.
    public static TheoryData<string> AccurateNames => [.. functions.Keys.Except(["silu"])];

    /// <summary>Against the definitions in double precision: 1e-6 of the value.</summary>
    [Theory]
    [MemberData(nameof(AccurateNames))]
    public void Function_AtEveryWidth_IsAccurate(string name)
    {
        float[] x = [.. Enumerable.Range(-4600, 9201).Select(i => i / 512f), 1e-7f, -1e-7f, 1e-30f, -3e-4f, 0];
        float[] exact;
        using (TestedBackends.Use("reference"))
            exact = functions[name](Tensor.From(x, [x.Length])).ToArray();
        foreach (int bits in VectorWidths.AllAndScalar)
        {
            using var width = VectorWidths.Use(bits);
            float[] y = functions[name](Tensor.From(x, [x.Length])).ToArray();
            for (int i = 0; i < x.Length; i++)
                Assert.True(Math.Abs((double)y[i] - exact[i]) <= 1e-6 * Math.Abs(exact[i]) + 2e-8, $"{name}({x[i]}) at {bits} bits: expected {exact[i]}, got {y[i]}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Function_OfNoNumber_IsNone(string name)
    {
        foreach (int bits in VectorWidths.AllAndScalar)
        {
            using var width = VectorWidths.Use(bits);
            Assert.All(functions[name](Tensor.Full([21], float.NaN)).ToArray(), y => Assert.True(float.IsNaN(y), $"{name} at {bits} bits: expected no number, got {y}"));
        }
    }

    [Fact]
    public void Silu_AtEveryWidth_KeepsItsBound()
    {
        float[] x = [.. Enumerable.Range(-20000, 40001).Select(i => i / 512f), 1e-7f, -1e-30f, -1e6f, 1e6f, float.PositiveInfinity];
        foreach (int bits in VectorWidths.AllAndScalar)
        {
            using var width = VectorWidths.Use(bits);
            float[] y = Tensor.From(x, [x.Length]).Silu().ToArray();
            for (int i = 0; i < x.Length; i++)
                Assert.True(y[i] == x[i] || Math.Abs(y[i] - x[i] / (1 + Math.Exp(-(double)x[i]))) <= 2e-7 * Math.Clamp(Math.Abs(x[i]), 1, 18) + 6e-8 * Math.Abs(y[i]), $"silu({x[i]}) at {bits} bits: got {y[i]}");
            Assert.True(float.IsNaN(Tensor.From(float.NaN).Silu().Item()));
        }
    }

    [Fact]
    public void SilusGradient_AtEveryWidth_KeepsItsBound()
    {
        float[] x = [.. Enumerable.Range(-20000, 40001).Select(i => i / 512f), 1e-7f, -1e-30f, -1e6f, 1e6f];
        foreach (int bits in VectorWidths.AllAndScalar)
        {
            using var width = VectorWidths.Use(bits);
            var input = Tensor.From(x, [x.Length]).WithGrad();
            input.Silu().Sum().Backward();
            float[] slope = input.Grad!.ToArray();
            for (int i = 0; i < x.Length; i++)
            {
                double sigmoid = 1 / (1 + Math.Exp(-(double)x[i])), exact = sigmoid * (1 + x[i] * (1 - sigmoid));
                Assert.True(Math.Abs(slope[i] - exact) <= 2e-7 * Math.Clamp(Math.Abs(x[i]), 1, 18), $"silu'({x[i]}) at {bits} bits: expected {exact}, got {slope[i]}");
            }
        }
    }

    [Fact]
    public void LargeNumbers_StayInRange()
    {
        var x = Tensor.From(-200f, 200f);
        Assert.Equal([0, 200], x.Softplus().ToArray());
        Assert.Equal([0, 200], x.Mish().ToArray());
        Assert.Equal([0, 200], x.Silu().ToArray());
        Assert.Equal([-1, 200], x.Elu().ToArray());
        Assert.Equal([-1, 1], x.Erf().ToArray());
    }

    [Fact]
    public void RoundAndSign_KnowTheirSpecialNumbers()
    {
        var x = Tensor.From(-2.5f, -1.5f, -0.5f, 0.5f, 1.5f, 2.5f, 0f);
        Assert.Equal([-2, -2, 0, 0, 2, 2, 0], x.Round().ToArray());
        Assert.Equal([-1, -1, -1, 1, 1, 1, 0], x.Sign().ToArray());
    }

    [Fact]
    public void StepFunctions_HaveNoGradient()
    {
        var x = Tensor.From(-2.5f, 0f, 1.5f).WithGrad();
        (x.Floor() + x.Ceiling() + x.Round() + x.Sign()).Sum().Backward();
        Assert.Equal([0, 0, 0], x.Grad!.ToArray());
    }

    [Fact]
    public void Corners_HaveTheGradientsOfPyTorch()
    {
        Assert.Equal([0, 1, 1, 1, 0], Gradient(x => x.Clamp(-1, 1), -2, -1, 0, 1, 2));
        Assert.Equal([0, 0, 1, 0, 0], Gradient(x => x.Relu6(), -1, 0, 3, 6, 7));
        Assert.Equal([-1, 0, 1], Gradient(x => x.Abs(), -2, 0, 2));
        Assert.Equal([0, 0, 0], Gradient(x => x.Pow(0), -1, 0, 2));
    }

    [Fact]
    public void MaximumAndMinimum_OfEqualNumbers_ShareTheGradient()
    {
        Tensor a = Tensor.From(1f, 2, 3).WithGrad(), b = Tensor.From(1f, 3, 2).WithGrad();
        a.Maximum(b).Sum().Backward();
        Assert.Equal([0.5f, 0, 1], a.Grad!.ToArray());
        Assert.Equal([0.5f, 1, 0], b.Grad!.ToArray());
        a.ZeroGrad();
        b.ZeroGrad();
        a.Minimum(b).Sum().Backward();
        Assert.Equal([0.5f, 1, 0], a.Grad!.ToArray());
        Assert.Equal([0.5f, 0, 1], b.Grad!.ToArray());
        Assert.All(Tensor.From(float.NaN, 1f).Maximum(Tensor.From(1f, float.NaN)).ToArray(), y => Assert.Equal(float.NaN, y));
        Assert.All(Tensor.From(float.NaN, 1f).Minimum(Tensor.From(1f, float.NaN)).ToArray(), y => Assert.Equal(float.NaN, y));
    }

    private static float[] Gradient(Func<Tensor, Tensor> function, params ReadOnlySpan<float> values)
    {
        var x = Tensor.From(values).WithGrad();
        function(x).Sum().Backward();
        return x.Grad!.ToArray();
    }
}
