using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Transposed convolution: what a convolution with the same weight does to its input's gradient, as PyTorch's conv_transpose2d.</summary>
/// <remarks>Dumoulin, Visin, "A guide to convolution arithmetic for deep learning", 2016, arXiv:1603.07285, section 4.</remarks>
internal static class TransposedConvolutionOperation
{
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, int stride, int padding, int outputPadding, int dilation, int groups)
    {
        Operand.Check("ConvTranspose2d", x, weight, bias);
        if (stride < 1 || padding < 0 || dilation < 1 || groups < 1 || outputPadding < 0 || outputPadding >= stride)
            throw new ArgumentOutOfRangeException(null, $"ConvTranspose2d: expected stride, dilation and groups of 1 or more, padding of 0 or more and output padding from 0 to less than the stride, got stride {stride}, padding {padding}, output padding {outputPadding}, dilation {dilation}, groups {groups}.");
        if (x.Shape.Rank != 4 || weight.Shape.Rank != 4 || x.Shape[1] != weight.Shape[0] || weight.Shape[0] % groups != 0 || weight.Count == 0 || x.Count == 0 || (bias is not null && bias.Shape != [(int)Math.Min(int.MaxValue, (long)weight.Shape[1] * groups)]))
            throw new MekikiException($"ConvTranspose2d: expected images (N, C, H, W), weight (C, O/groups, kh, kw) and bias (O) with {groups} groups, got {x.Shape}, {weight.Shape} and {(bias is null ? "none" : bias.Shape)}.");
        long height = Length(x.Shape[2], weight.Shape[2]), width = Length(x.Shape[3], weight.Shape[3]), features = (long)weight.Shape[1] * groups;
        if (height < 1 || width < 1)
            throw new MekikiException($"ConvTranspose2d: expected a result of 1x1 or more, got {height}x{width} for {x.Shape} with padding {padding}. Use less padding.");
        if ((double)x.Shape[0] * features * (height + 2.0 * padding) * (width + 2.0 * padding) > int.MaxValue)
            throw new MekikiException($"ConvTranspose2d: expected at most {int.MaxValue:N0} elements of the result with the padding, got {x.Shape[0]} images of {features}x{height}x{width} with padding {padding}. Use smaller batches or images.");
        x = LayoutOperation.Images(x);
        // The convolution that this one transposes leads from the result to x.
        var s = new ConvolutionShape(x.Shape[0], (int)features, (int)height, (int)width, x.Shape[1], weight.Shape[2], weight.Shape[3], stride, padding, dilation, groups);
        var backend = x.Backend;
        var elements = backend.ConvolveInputGradient(s, x.Data, weight.Data);
        if (bias is not null)
        {
            var sum = AddBias(backend, s, elements, bias.Data);
            elements.Release();
            elements = sum;
        }

        var y = new Tensor([s.Images, s.Channels, s.Height, s.Width], elements, x.Layout);
        if (Gradients.Needed(x, weight, bias))
            y.Node = new TransposedNode(s, x, weight, bias, y);
        return y;

        long Length(long size, int kernel) => (size - 1) * stride - 2L * padding + (long)dilation * (kernel - 1) + 1 + outputPadding;
    }

    private static Storage AddBias(Backend backend, in ConvolutionShape s, Storage elements, Storage bias)
    {
        if (backend.ImageLayout == Layout.ChannelsLast)
            return backend.Combine(Combination.Add, elements, [s.InputPixels, s.Channels], bias, [s.Channels], [s.InputPixels, s.Channels], recorded: false);
        Shape full = [s.Images, s.Channels, s.Height * s.Width];
        return backend.Combine(Combination.Add, elements, full, bias, [s.Channels, 1], full, recorded: false);
    }

    private sealed class TransposedNode(ConvolutionShape s, Tensor x, Tensor weight, Tensor? bias, Tensor y) : Node(y)
    {
        public override long MultiplyAdds => (long)s.OutputPixels * s.Features * s.Depth;

        public override int InputCount => bias is null ? 2 : 3;

        public override Tensor Input(int index) => index == 0 ? x : index == 1 ? weight : bias!;

        protected override void Backward(Storage dy)
        {
            var backend = Output.Backend;
            if (weight.RequiresGrad)
            {
                // No convolution went this way, so nothing was kept beside its result.
                var nothing = backend.Allocate(DType.Float32, 1);
                weight.Accept(backend.ConvolveWeightGradient(s, dy, nothing, x.Data));
                nothing.Release();
            }

            if (bias is { RequiresGrad: true })
                bias.Accept(backend.ConvolveBiasGradient(new ConvolutionShape(s.Images, s.Channels, s.Height, s.Width, s.Channels, 1, 1, 1, 0, 1, 1), dy));
            if (x.RequiresGrad)
                x.Accept(backend.Convolve(s, dy, weight.Data, null, recorded: false, wantsInputGradient: false));
            dy.Release();
        }
    }
}
