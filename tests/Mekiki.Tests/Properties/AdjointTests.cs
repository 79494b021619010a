namespace Mekiki.Tests.Properties;

/// <summary>Convolutions of the sizes that real networks have, which the differences of <see cref="GradientTests"/> would take too long for.</summary>
/// <remarks>
/// y = x * w is linear in x and in w, so for any z, v and u the gradients dx and dw that belong to u fulfil
/// <code>⟨u, z * w⟩ = ⟨dx, z⟩,  ⟨u, x * v⟩ = ⟨dw, v⟩</code>
/// With u = z * w (or x * v) the left side is a sum of squares in which nothing cancels: the sides agree to 1e-4, where
/// float32 leaves 1e-6, and an error of 1 % in a gradient shows as 1 %.
/// </remarks>
[Collection(nameof(Mekiki.Backends.Cpu.Simd.VectorWidth))]
public class AdjointTests
{
    [Fact]
    public void ConvolutionGradients_AreAdjointToTheConvolution() => Draw.Try(100, draw =>
    {
        using var width = VectorWidths.Use(draw.Pick(256, 128));
        int kernel = draw.Pick(3, 1, 3, 5), padding = draw.Int(0, 2), stride = draw.Pick(1, 1, 2), least = Math.Max(1, kernel - 2 * padding);
        Shape images = [draw.Int(1, 9), draw.Pick(1, 3, 16, 32, 48), least + draw.Int(0, 19), least + draw.Int(0, 19)], weights = [draw.Pick(1, 7, 16, 32, 64), images[1], kernel, kernel];
        Tensor x = draw.Normal(images).WithGrad(), z = draw.Normal(images), w = draw.Normal(weights).WithGrad(), v = draw.Normal(weights);
        string text = $"{images} {weights} padding {padding} stride {stride}";

        var u = z.Conv2d(w, null, stride, padding).Detach();
        x.Conv2d(w, null, stride, padding).Backward(u);
        Agree(Inner(u, u), Inner(x.Grad!, z), $"{text}: the gradient of the images");
        w.ZeroGrad();
        u = x.Conv2d(v, null, stride, padding).Detach();
        x.Conv2d(w, null, stride, padding).Backward(u);
        Agree(Inner(u, u), Inner(w.Grad!, v), $"{text}: the gradient of the weights");
    });

    private static void Agree(double expected, double got, string what) =>
        Assert.True(Math.Abs(got - expected) <= 1e-4 * expected, $"{what}: expected {expected:g6}, got {got:g6}");

    private static double Inner(Tensor a, Tensor b)
    {
        ReadOnlySpan<float> left = a.Values, right = b.Values;
        double sum = 0;
        for (int i = 0; i < left.Length; i++)
            sum += (double)left[i] * right[i];
        return sum;
    }
}
