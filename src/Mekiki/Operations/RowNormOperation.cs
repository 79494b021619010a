using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Norms of single examples: layer norm, group norm and instance norm, y = (x - μ) / √(σ² + ε) · γ + β with the variance over n.</summary>
/// <remarks>
/// Ba, Kiros, Hinton, "Layer Normalization", 2016, arXiv:1607.06450, equation 3; Wu, He, "Group Normalization", 2018, arXiv:1803.08494, equation 7;
/// Ulyanov, Vedaldi, Lempitsky, "Instance Normalization", 2016, arXiv:1607.08022, equation 2.
/// </remarks>
internal static class RowNormOperation
{
    /// <summary>Over the last dimensions.</summary>
    public static Tensor Layer(Tensor x, Shape normalized, Tensor? weight, Tensor? bias, float epsilon)
    {
        Check("LayerNorm", x, weight, bias, epsilon);
        bool fits = normalized.Rank >= 1 && normalized.Rank <= x.Shape.Rank && normalized.ElementCount > 0;
        for (int i = 1; fits && i <= normalized.Rank; i++)
            fits = normalized[^i] == x.Shape[^i];
        if (!fits || (weight is not null && weight.Shape != normalized) || (bias is not null && bias.Shape != normalized))
            throw new MekikiException($"LayerNorm: expected (…, {string.Join(", ", normalized.ToArray())}) and weight and bias {normalized}, got {x.Shape}, {Text(weight)} and {Text(bias)}.");
        int columns = normalized.ElementCount;
        var y = Apply(LayoutOperation.RowMajor(x), weight, bias, new RowNormSizes(x.Count / columns, columns, 1, 1, epsilon));
        OperationTrace.Show("LayerNorm", y, [x, weight, bias], ("epsilon", epsilon), ("dimensions", normalized.Rank));
        return y;
    }

    /// <summary>Over the channels of each pixel.</summary>
    public static Tensor Channels(Tensor x, Tensor? weight, Tensor? bias, float epsilon)
    {
        Check("LayerNorm2d", x, weight, bias, epsilon);
        if (x.Shape.Rank != 4 || x.Shape[1] == 0 || (weight is not null && weight.Shape != [x.Shape[1]]) || (bias is not null && bias.Shape != [x.Shape[1]]))
            throw new MekikiException($"LayerNorm2d: expected images (N, C, H, W) and weight and bias (C), got {x.Shape}, {Text(weight)} and {Text(bias)}.");
        int channels = x.Shape[1];
        if (x.Backend.ImageLayout != Layout.ChannelsLast)
            return Layer(x.Permute(0, 2, 3, 1), [channels], weight, bias, epsilon).Permute(0, 3, 1, 2);
        var y = Apply(LayoutOperation.Images(x), weight, bias, new RowNormSizes(x.Count / channels, channels, 1, 1, epsilon));
        OperationTrace.Show("LayerNorm2d", y, [x, weight, bias], ("epsilon", epsilon));
        return y;
    }

    /// <summary>Over groups of channels, of each example.</summary>
    public static Tensor Group(string name, Tensor x, int groups, Tensor? weight, Tensor? bias, float epsilon)
    {
        Check(name, x, weight, bias, epsilon);
        if (groups < 1)
            throw new ArgumentOutOfRangeException(nameof(groups), $"{name}: expected 1 group or more, got {groups}.");
        if (x.Shape.Rank < 2 || x.Shape[1] % groups != 0 || x.Shape[1] == 0 || (weight is not null && weight.Shape != [x.Shape[1]]) || (bias is not null && bias.Shape != [x.Shape[1]]))
            throw new MekikiException($"{name}: expected (N, C, …) with channels that {groups} groups divide, and weight and bias (C), got {x.Shape}, {Text(weight)} and {Text(bias)}.");
        int channels = x.Shape[1];
        if (x.Count == 0)
            throw new MekikiException($"{name}: expected one element or more, got {x.Shape}.");
        int pixels = x.Count / x.Shape[0] / channels, columns = channels / groups * pixels;
        return Apply(LayoutOperation.RowMajor(x), weight, bias, new RowNormSizes(x.Shape[0] * groups, columns, groups, pixels, epsilon));
    }

    private static void Check(string name, Tensor x, Tensor? weight, Tensor? bias, float epsilon)
    {
        Operand.Check(name, x, x, weight);
        Operand.Check(name, x, x, bias);
        if (weight is null != bias is null)
            throw new ArgumentException($"{name}: expected weight and bias, or neither, got one of them.", weight is null ? nameof(weight) : nameof(bias));
        if (!(epsilon > 0) || !float.IsFinite(epsilon))
            throw new ArgumentOutOfRangeException(nameof(epsilon), $"{name}: expected an epsilon above 0, got {epsilon.ToString(System.Globalization.CultureInfo.InvariantCulture)}.");
    }

    private static string Text(Tensor? x) => x is null ? "none" : x.Shape.ToString();

    private static Tensor Apply(Tensor x, Tensor? weight, Tensor? bias, RowNormSizes s)
    {
        var y = new Tensor(x.Shape, x.Backend.NormalizeRows(s, x.Data, weight?.Data, bias?.Data, out var statistics), x.Layout);
        if (Gradients.Needed(x, weight, bias))
            y.Node = new RowNormNode(s, x, weight, bias, y, statistics);
        else
            statistics.Release();
        return y;
    }

    private sealed class RowNormNode(RowNormSizes s, Tensor x, Tensor? weight, Tensor? bias, Tensor y, Storage statistics) : Node(y)
    {
        public override int InputCount => weight is null ? 1 : 3;

        public override Tensor Input(int index) => index switch { 0 => x, 1 => weight!, _ => bias! };

        protected override void Backward(Storage dy)
        {
            var dx = Output.Backend.NormalizeRowsGradient(s, x.Data, weight?.Data, statistics, dy, out var dWeight, out var dBias);
            Accept(weight, dWeight);
            Accept(bias, dBias);
            Accept(x, dx);
            dy.Release();
        }

        protected override void Free() => statistics.Release();

        private static void Accept(Tensor? input, Storage? gradient)
        {
            if (gradient is null)
                return;
            if (input is { RequiresGrad: true })
                input.Accept(gradient);
            else
                gradient.Release();
        }
    }
}
