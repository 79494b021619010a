using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>2-D convolution: y[n, o] = b[o] + Σ_c x[n, c] * w[o, c], as PyTorch's conv2d.</summary>
internal static class ConvolutionOperation
{
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, int stride, int padding, int dilation, int groups)
    {
        Check(x, weight, bias, stride, padding, dilation, groups);
        var given = x;
        x = LayoutOperation.Images(x);
        var s = new ConvolutionShape(x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3], weight.Shape[0], weight.Shape[2], weight.Shape[3], stride, padding, dilation, groups);
        Shape shape = [s.Images, s.Features, s.OutHeight, s.OutWidth];
        bool recorded = Gradients.Needed(x, weight, bias);
        var y = new Tensor(shape, x.Backend.Convolve(s, x.Data, weight.Data, bias?.Data, recorded, x.RequiresGrad), x.Layout);
        if (recorded)
            y.Node = new ConvolutionNode(s, x, weight, bias, y);
        OperationTrace.Show("Conv2d", y, [given, weight, bias], ("stride", stride), ("padding", padding), ("dilation", dilation), ("groups", groups));
        return y;
    }

    private static void Check(Tensor x, Tensor weight, Tensor? bias, int stride, int padding, int dilation, int groups)
    {
        Operand.Check("Conv2d", x, weight, bias);
        if (stride < 1 || padding < 0 || dilation < 1 || groups < 1)
            throw new ArgumentOutOfRangeException(null, $"Conv2d: expected stride, dilation and groups of 1 or more and padding of 0 or more, got stride {stride}, padding {padding}, dilation {dilation}, groups {groups}.");
        if (x.Shape.Rank != 4 || weight.Shape.Rank != 4 || x.Shape[1] != (long)weight.Shape[1] * groups || weight.Shape[0] % groups != 0 || weight.Count == 0 || (bias is not null && bias.Shape != [weight.Shape[0]]))
            throw new MekikiException($"Conv2d: expected images (N, C, H, W), weight (O, C/groups, kh, kw) and bias (O) with {groups} groups, got {x.Shape}, {weight.Shape} and {(bias is null ? "none" : bias.Shape)}.");
        long height = x.Shape[2] + 2L * padding, width = x.Shape[3] + 2L * padding;
        if (height < (long)dilation * (weight.Shape[2] - 1) + 1 || width < (long)dilation * (weight.Shape[3] - 1) + 1 || x.Count == 0)
            throw new MekikiException($"Conv2d: expected images at least as large as the kernel ({weight.Shape[2]}x{weight.Shape[3]}, dilation {dilation}), got {x.Shape} with padding {padding}. Use larger images or a smaller network.");
        if ((double)x.Shape[0] * x.Shape[1] * height * width > int.MaxValue)
            throw new MekikiException($"Conv2d: expected at most {int.MaxValue:N0} elements with the padding, got {x.Shape} with padding {padding}. Use less padding or smaller batches.");
    }

    private sealed class ConvolutionNode(ConvolutionShape s, Tensor x, Tensor weight, Tensor? bias, Tensor y) : Node(y)
    {
        public override long MultiplyAdds => (long)s.OutputPixels * s.Features * s.Depth;

        public override int InputCount => bias is null ? 2 : 3;

        public override Tensor Input(int index) => index == 0 ? x : index == 1 ? weight : bias!;

        protected override void Backward(Storage dy)
        {
            var backend = Output.Backend;
            if (weight.RequiresGrad)
                weight.Accept(backend.ConvolveWeightGradient(s, x.Data, Output.Data, dy));
            if (bias is { RequiresGrad: true })
                bias.Accept(Output.GradientSumsToZero ? backend.Zeros(s.Features) : backend.ConvolveBiasGradient(s, dy));
            if (x.RequiresGrad)
                x.Accept(backend.ConvolveInputGradient(s, dy, weight.Data));
            dy.Release();
        }
    }
}
