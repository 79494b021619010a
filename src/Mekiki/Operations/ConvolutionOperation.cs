using Mekiki.Autograd;
using Mekiki.Kernels;
using Mekiki.Memory;

namespace Mekiki.Operations;

/// <summary>2-D convolution: y[n, o] = b[o] + Σ_c x[n, c] * w[o, c], as PyTorch's conv2d.</summary>
internal static unsafe class ConvolutionOperation
{
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, int stride, int padding, int dilation, int groups)
    {
        Check(x, weight, bias, stride, padding, dilation, groups);
        x = LayoutOperation.ChannelsLast(x);
        var s = new ConvolutionShape(x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3], weight.Shape[0], weight.Shape[2], weight.Shape[3], stride, padding, dilation, groups);
        return Apply(new ConvolutionWork(x, weight, bias, s, Gradients.Needed(x, weight, bias), relu: false));
    }

    /// <summary>The convolution with ReLU behind it, where it has not been computed yet; otherwise null.</summary>
    public static Tensor? WithRelu(Tensor y) =>
        y.Pending is ConvolutionWork { Relu: false } work ? Apply(work.WithRelu()) : null;

    private static Tensor Apply(ConvolutionWork work)
    {
        Shape shape = [work.Sizes.Images, work.Sizes.Features, work.Sizes.OutHeight, work.Sizes.OutWidth];
        var y = new Tensor(shape, DType.Float32, null, channelsLast: true, work);
        if (work.IsRecorded)
            y.Node = new ConvolutionNode(work, y);
        if (!Deferred.IsAllowed)
            _ = y.Data;
        return y;
    }

    private static void Check(Tensor x, Tensor weight, Tensor? bias, int stride, int padding, int dilation, int groups)
    {
        if (stride < 1 || padding < 0 || dilation < 1 || groups < 1)
            throw new MekikiException($"Conv2d: expected stride, dilation and groups of 1 or more and padding of 0 or more, got stride {stride}, padding {padding}, dilation {dilation}, groups {groups}.");
        if (x.Shape.Rank != 4 || weight.Shape.Rank != 4 || x.Shape[1] != weight.Shape[1] * groups || weight.Shape[0] % groups != 0 || (bias is not null && bias.Shape != [weight.Shape[0]]))
            throw new MekikiException($"Conv2d: expected images (N, C, H, W), weight (O, C/groups, kh, kw) and bias (O) with {groups} groups, got {x.Shape}, {weight.Shape} and {(bias is null ? "none" : bias.Shape)}.");
        int height = x.Shape[2] + 2 * padding, width = x.Shape[3] + 2 * padding;
        if (height < dilation * (weight.Shape[2] - 1) + 1 || width < dilation * (weight.Shape[3] - 1) + 1 || x.Shape[0] == 0)
            throw new MekikiException($"Conv2d: expected images at least as large as the kernel ({weight.Shape[2]}x{weight.Shape[3]}, dilation {dilation}), got {x.Shape} with padding {padding}. Use larger images or a smaller network.");
    }

    private sealed class ConvolutionNode(ConvolutionWork work, Tensor y) : Node(y)
    {
        public override long MultiplyAdds => (long)work.Sizes.OutputPixels * work.Sizes.Features * work.Sizes.Depth;

        public override int InputCount => work.Bias is null ? 2 : 3;

        public override Tensor Input(int index) => index == 0 ? work.X : index == 1 ? work.Weight : work.Bias!;

        public override void Backward(Storage dy)
        {
            var (x, weight, bias, s) = (work.X, work.Weight, work.Bias, work.Sizes);
            if (work.Relu)
                dy = Behind(dy);
            if (weight.RequiresGrad)
            {
                var dw = Storage.Floats(weight.Count);
                switch (ConvolutionRule.Of(s))
                {
                    case ConvolutionMethod.Winograd:
                        WinogradWeightProduct.Run(x.Pointer, dy.Pointer, dw.Pointer, s);
                        break;
                    case ConvolutionMethod.Positions:
                        PositionWeightProduct.Run(x.Pointer, dy.Pointer, dw.Pointer, s);
                        break;
                    case ConvolutionMethod.Depthwise:
                        DepthwiseWeightProduct.Run(x.Pointer, dy.Pointer, dw.Pointer, s);
                        break;
                    default:
                        WeightProduct.Run(work.PaddedInput(), dy.Pointer, dw.Pointer, s);
                        break;
                }

                weight.Accept(dw);
            }

            if (bias is { RequiresGrad: true })
                bias.Accept(BiasGradient.Of(dy, s.OutputPixels, s.Features, Output.GradientSumsToZero && !work.Relu));

            if (x.RequiresGrad)
            {
                var dx = Storage.Floats(x.Count);
                Convolution.InputGradient(dy.Pointer, weight.Pointer, dx.Pointer, s);
                x.Accept(dx);
            }

            dy.Release();
        }

        public override void Free() => work.Free();

        private Storage Behind(Storage dy)
        {
            var inner = dy.IsExclusive ? dy : Storage.Floats(Output.Count);
            Elementwise.Derive<ReluFunction>(Output.Pointer, Output.Pointer, dy.Pointer, inner.Pointer, Output.Count);
            if (inner != dy)
                dy.Release();
            return inner;
        }
    }
}

/// <summary>A convolution that waits to be read, so that batch norm can have its statistics or ReLU its result in the same pass.</summary>
internal sealed unsafe class ConvolutionWork(Tensor x, Tensor weight, Tensor? bias, ConvolutionShape sizes, bool isRecorded, bool relu) : Deferred
{
    private Storage? padded;

    public Tensor X => x;

    public Tensor Weight => weight;

    public Tensor? Bias => bias;

    public ConvolutionShape Sizes => sizes;

    public bool IsRecorded => isRecorded;

    public bool Relu => relu;

    /// <summary>Whether a <see cref="ThinBlock"/> can take it over, with what follows.</summary>
    public bool IsThin => ThinBlock.Fit(sizes) && !x.RequiresGrad;

    public ConvolutionWork WithRelu() => new(x, weight, bias, sizes, isRecorded, relu: true);

    public override Storage Compute(Tensor y) => Compute(wantMoments: false, out _, out _, out _);

    /// <summary>Computes the result, and in the same pass the moments of its channels, (blocks, 2, O), where the way it is computed has them at hand.</summary>
    public Storage Compute(bool wantMoments, out Storage? moments, out int blocks, out int pixelsPerBlock) =>
        Compute(null, new Epilogue(bias is null ? null : bias.Pointer, null, relu), wantMoments, out moments, out blocks, out pixelsPerBlock);

    /// <summary>Computes max(scale · (x * w + b) + shift + residual, 0): the scale goes into the weights.</summary>
    /// <param name="scale">Of each feature, (O).</param>
    /// <param name="shift">Of each feature, (O).</param>
    /// <param name="residual">What is added, lying as the result does, or null.</param>
    /// <param name="floor">Whether negative results become 0.</param>
    public Storage ComputeScaled(float* scale, float* shift, float* residual, bool floor)
    {
        using var scratch = new Scratch(sizes.Features + TileKernels.MostColumns);
        float* b = scratch.Pointer;
        for (int o = 0; o < sizes.Features; o++)
            b[o] = bias is null ? shift[o] : bias.Pointer[o] * scale[o] + shift[o];
        return Compute(scale, new Epilogue(b, residual, floor), wantMoments: false, out _, out _, out _);
    }

    private Storage Compute(float* scale, in Epilogue epilogue, bool wantMoments, out Storage? moments, out int blocks, out int pixelsPerBlock)
    {
        var y = Storage.Floats((long)sizes.OutputPixels * sizes.Features);
        (blocks, pixelsPerBlock, moments) = (0, 0, null);
        var method = ConvolutionRule.Of(sizes, prepared: !Gradients.AreOn);
        var weights = Prepared(method, scale);
        switch (method)
        {
            case ConvolutionMethod.Winograd:
                (blocks, pixelsPerBlock) = WinogradConvolution.Run(x.Pointer, weights, y.Pointer, sizes, epilogue, wantMoments, out moments);
                break;
            case ConvolutionMethod.Positions:
                PositionProduct.Forward(x.Pointer, weights, y.Pointer, sizes, epilogue);
                break;
            case ConvolutionMethod.Depthwise:
                Depthwise.Forward(x.Pointer, weights.Pointer, y.Pointer, sizes, epilogue);
                break;
            default:
                (blocks, pixelsPerBlock) = Convolution.Forward(PaddedInput(), weights, y.Pointer, sizes, epilogue, wantMoments, out moments);
                break;
        }

        weights.Release();

        if (!isRecorded)
            Free();
        return y;
    }

    /// <summary>The weights, scaled by feature, as the kernels read them. Without gradients they are kept for the next call: then nothing is trained.</summary>
    private Storage Prepared(ConvolutionMethod method, float* scale)
    {
        // Groups and vectors shape the panels; weights as Winograd's or depthwise products read them have a mark of their own.
        int mark = method switch { ConvolutionMethod.Winograd => 1, ConvolutionMethod.Depthwise => 2, _ => 0 };
        long key = (sizes.Groups * 4L + mark) * 1024 + VectorWidth.Bits;
        var scales = new ReadOnlySpan<float>(scale, scale == null ? 0 : sizes.Features);
        if (!Gradients.AreOn && weight.Prepared(key, scales) is { } kept)
            return kept.Share();
        var scaled = scale == null ? null : Scaled(scale);
        float* w = scaled is null ? weight.Pointer : scaled.Pointer;
        var made = method switch
        {
            ConvolutionMethod.Winograd => WinogradWeights.Transform(w, flipped: false, sizes.Channels, sizes.Features),
            ConvolutionMethod.Depthwise => Depthwise.Pack(w, sizes),
            _ => WeightPanels.Forward(w, sizes),
        };
        scaled?.Release();
        if (!Gradients.AreOn)
            weight.Keep(key, made.Share(), scales.ToArray());
        return made;
    }

    private Storage Scaled(float* scale)
    {
        var scaled = Storage.Floats(weight.Count);
        int count = weight.Count / sizes.Features;
        for (int o = 0; o < sizes.Features; o++)
            Elementwise.Scale(weight.Pointer + (nint)o * count, scale[o], scaled.Pointer + (nint)o * count, count);
        return scaled;
    }

    /// <summary>(N, H + 2p, W + 2p, C); made when first asked for.</summary>
    public float* PaddedInput()
    {
        int p = sizes.Padding;
        if (p == 0)
            return x.Pointer;
        padded ??= Padding.Copy(x.Pointer, sizes.Images, sizes.Height, sizes.Width, sizes.Channels, p, p, p, p);
        return padded.Pointer;
    }

    public override void Free()
    {
        padded?.Release();
        padded = null;
    }
}
