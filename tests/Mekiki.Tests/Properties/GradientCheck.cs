using Mekiki.Autograd;

namespace Mekiki.Tests.Properties;

/// <summary>A function whose gradient is checked: its inputs, which are changed in place, and how it is computed from them.</summary>
internal sealed record Probe(Tensor[] Inputs, Func<Tensor> Compute, string Text = "")
{
    /// <summary>The step h of the central differences.</summary>
    public float Step { get; init; } = 1 / 128f;

    /// <summary>The size of the numbers of which y is a difference: where it is small beside them, its round-off is still theirs.</summary>
    public float Magnitude { get; init; }
}

/// <summary>Gradients against central differences.</summary>
/// <remarks>
/// With random u, f(x) = Σ uᵢ yᵢ(x) is summed in double precision; yᵢ is computed in float32 (unit round-off ε = 2⁻²⁴).
/// For up to 48 elements of each input, (f(x + h) - f(x - h)) / 2h is compared with the gradient g; over these m elements
/// <code>‖difference‖ ≤ 2·10⁻³ ‖g‖ + √m · 4 ε ‖u∘y‖ / h</code>
/// where |yᵢ| counts as at least <see cref="Probe.Magnitude"/>.
/// The first term covers truncation, h²/6 · |f‴/f′|: with h = 1/128 it is 10⁻⁵ |f‴/f′|, and the inputs keep the ratio below 100.
/// The second covers round-off: the errors of the yᵢ are independent and at most some ε |yᵢ|, so f is off by about
/// 4 ε ‖u∘y‖ each time, and both times together by 2h times the term. An error of 1 % in a gradient exceeds the sum
/// unless the second term is half as large itself; <see cref="GradientTests"/> plants one in every example.
/// </remarks>
internal static class GradientCheck
{
    private const int MostElements = 48;
    private const double Roundoff = 1.0 / (1 << 24);

    /// <summary>How far a gradient is from the differences, how far it may be, and whether it is so small that round-off hides an error of 1 %.</summary>
    internal readonly record struct Result(double Distance, double Bound, bool IsHidden);

    /// <summary>The result for each input.</summary>
    /// <param name="probe">The function.</param>
    /// <param name="draw">Where directions come from.</param>
    /// <param name="planted">What the computed gradient is multiplied by: 1, or 1.01 to see that the check would find an error.</param>
    public static List<Result> Measure(Probe probe, Draw draw, double planted = 1)
    {
        foreach (var input in probe.Inputs)
        {
            input.RequiresGrad = true;
            input.ZeroGrad();
        }

        var y = probe.Compute();
        float[] u = draw.Normal(y.Shape).ToArray();
        double weight = Math.Sqrt(u.Zip(y.ToArray(), (a, b) => Math.Pow(a * Math.Max(Math.Abs((double)b), probe.Magnitude), 2)).Sum());
        y.Backward(Tensor.From(u, y.Shape));
        var results = new List<Result>();
        foreach (var input in probe.Inputs)
        {
            Assert.Equal(input.Shape, input.Grad!.Shape);
            float[] gradient = input.Grad.ToArray();
            int[] elements = draw.Order(input.Count);
            elements = elements[..Math.Min(elements.Length, MostElements)];
            double difference = 0, norm = 0;
            foreach (int i in elements)
            {
                double g = planted * gradient[i];
                difference += Math.Pow(g - Difference(probe, input, i, u), 2);
                norm += g * g;
            }

            double roundoff = Math.Sqrt(elements.Length) * 4 * Roundoff * weight / probe.Step;
            norm = Math.Sqrt(norm);
            results.Add(new Result(Math.Sqrt(difference), 2e-3 * norm + roundoff, roundoff >= 4e-3 * norm));
        }

        return results;
    }

    private static double Difference(Probe probe, Tensor input, int element, float[] u)
    {
        float[] x = input.ToArray();
        float before = x[element], above = before + probe.Step, below = before - probe.Step;
        double high = At(above), low = At(below);
        _ = At(before);
        return (high - low) / ((double)above - below);

        double At(float value)
        {
            x[element] = value;
            input.CopyFrom(x);
            using var off = Gradients.Off();
            var y = probe.Compute().Values;
            double sum = 0;
            for (int i = 0; i < y.Length; i++)
                sum += (double)u[i] * y[i];
            return sum;
        }
    }
}
