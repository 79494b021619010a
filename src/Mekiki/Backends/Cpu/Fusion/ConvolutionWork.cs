using Mekiki.Backends.Cpu.Convolutions;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Winograd;

namespace Mekiki.Backends.Cpu.Fusion;

/// <summary>What a convolution reads, and its padded images once they were made.</summary>
internal sealed unsafe class ConvolutionInputs(ConvolutionShape sizes, CpuStorage x, CpuStorage weight, CpuStorage? bias, bool wantsInputGradient) : Work
{
    private CpuStorage? padded;

    public ConvolutionShape Sizes => sizes;

    public CpuStorage X => x;

    public CpuStorage Weight => weight;

    public CpuStorage? Bias => bias;

    public float* BiasPointer => bias is null ? null : bias.Pointer;

    /// <summary>Whether a <see cref="ThinBlock"/> can take it over, with what follows.</summary>
    public bool IsThin => ThinBlock.Fit(sizes) && !wantsInputGradient;

    /// <summary>(N, H + 2p, W + 2p, C); made when first asked for.</summary>
    public float* PaddedInput()
    {
        int p = sizes.Padding;
        if (p == 0)
            return x.Pointer;
        padded ??= Padding.Copy(x.Pointer, sizes.Images, sizes.Height, sizes.Width, sizes.Channels, p, p, p, p);
        return padded.Pointer;
    }

    public override CpuStorage Compute() => throw new InvalidOperationException("ConvolutionInputs: expected nothing to compute. This is a bug.");

    protected override void Free()
    {
        padded?.Release();
        padded = null;
        x.Release();
        weight.Release();
        bias?.Release();
    }
}

/// <summary>A convolution that waits to be read, so that batch norm can have its statistics, or what follows its result, in the same pass.</summary>
/// <param name="inputs">What it reads; takes over the reference.</param>
/// <param name="isRecorded">Whether its gradients will be asked for.</param>
internal sealed unsafe class ConvolutionWork(ConvolutionInputs inputs, bool isRecorded) : Work
{
    public ConvolutionInputs Inputs => inputs;

    public override bool IsRecorded => isRecorded;

    /// <summary>The function of each number of the result, or null.</summary>
    public Function? Then { get; private init; }

    /// <summary>What is added before <see cref="Then"/>, lying as the result does, or null. Only where nothing is recorded.</summary>
    public CpuStorage? Residual { get; private init; }

    /// <summary>Whether 2x2 maxima are wanted, of which alone something is written. Only where nothing is recorded.</summary>
    public bool Pool { get; private init; }

    /// <summary>Whether it is a convolution and nothing else yet.</summary>
    public bool IsBare => Then is null && Residual is null && !Pool;

    public bool IsThin => inputs.IsThin;

    /// <summary>Whether a function of its result can be computed with it. On the way back the result of the function alone is there.</summary>
    public bool CanTake(in Function f, bool recorded) =>
        Then is null && (Pool ? f.Kind == FunctionKind.Relu && !recorded : FunctionTable.DerivesFromResult(f.Kind) || !(recorded || isRecorded));

    /// <summary>Whether 2x2 maxima of its result can be computed with it, as of a convolution whose batch norm is in its weights.</summary>
    public bool CanPool => CanNormAndPool && Residual is null && !Pool && (Then is null || Then is { Kind: FunctionKind.Relu });

    /// <summary>Whether 2x2 maxima can be computed with it of its result or of what a fixed batch norm, which is not in its weights, and ReLU make of that.</summary>
    public bool CanNormAndPool => !isRecorded && (IsThin || ConvolutionRule.Of(inputs.Sizes, prepared: true) == ConvolutionMethod.Winograd);

    public ConvolutionWork WithThen(in Function f)
    {
        inputs.Share();
        Residual?.Share();
        return new(inputs, isRecorded) { Then = f, Residual = Residual, Pool = Pool };
    }

    public ConvolutionWork WithPool()
    {
        inputs.Share();
        return new(inputs, isRecorded) { Then = Then, Pool = true };
    }

    public ConvolutionWork WithResidual(CpuStorage residual)
    {
        inputs.Share();
        residual.Share();
        return new(inputs, isRecorded) { Residual = residual };
    }

    public override CpuStorage Compute() => Pool ? Maxima(null, null, Then is not null) : Compute(wantMoments: false, out _, out _, out _);

    /// <summary>Computes the result, and in the same pass the moments of its channels, (blocks, 2, O), where the way it is computed has them at hand.</summary>
    public CpuStorage Compute(bool wantMoments, out CpuStorage? moments, out int blocks, out int pixelsPerBlock)
    {
        float* residual = Residual is null ? null : Residual.Pointer;
        return Compute(null, new Epilogue(inputs.BiasPointer, residual, Then), wantMoments, out moments, out blocks, out pixelsPerBlock);
    }

    /// <summary>Computes f(scale · (x * w + b) + shift + residual): the scale goes into the weights.</summary>
    /// <param name="scale">Of each feature, (O).</param>
    /// <param name="shift">Of each feature, (O).</param>
    /// <param name="residual">What is added, lying as the result does, or null.</param>
    /// <param name="then">The function f, or null.</param>
    public CpuStorage ComputeScaled(float* scale, float* shift, float* residual, in Function? then)
    {
        using var scratch = new Scratch(inputs.Sizes.Features + TileKernels.MostColumns);
        ScaleBias(scale, shift, scratch.Pointer);
        return Compute(scale, new Epilogue(scratch.Pointer, residual, then), wantMoments: false, out _, out _, out _);
    }

    /// <summary>Computes the 2x2 maxima of f(scale · (x * w + b) + shift), which itself is never written.</summary>
    /// <param name="scale">Of each feature, (O), or null: neither scale nor shift.</param>
    /// <param name="shift">Of each feature, (O).</param>
    /// <param name="relu">Whether f is ReLU, not the number itself.</param>
    public CpuStorage Maxima(float* scale, float* shift, bool relu)
    {
        var s = inputs.Sizes;
        float* x = IsThin ? inputs.PaddedInput() : inputs.X.Pointer;
        var y = CpuStorage.Floats((long)s.Images * (s.OutHeight / 2) * (s.OutWidth / 2) * s.Features);
        if (IsThin)
        {
            var block = new ThinBlock { X = x, Weight = inputs.Weight.Pointer, Bias = inputs.BiasPointer, Scale = scale, Shift = shift, Y = y.Pointer, Sizes = s, Relu = relu };
            block.Forward();
            return y;
        }

        var weights = Packed(ConvolutionMethod.Winograd, null);
        WinogradConvolution.Maxima(x, weights, y.Pointer, s, new WinogradMaxima(inputs.BiasPointer, scale, shift, relu));
        weights.Release();
        return y;
    }

    protected override void Free()
    {
        inputs.Release();
        Residual?.Release();
    }

    private CpuStorage Compute(float* scale, in Epilogue epilogue, bool wantMoments, out CpuStorage? moments, out int blocks, out int pixelsPerBlock)
    {
        var s = inputs.Sizes;
        var method = ConvolutionRule.Of(s, prepared: !isRecorded);
        (blocks, pixelsPerBlock, moments) = (0, 0, null);
        if (method == ConvolutionMethod.Depthwise)
            return DepthwiseChain.Compute(this, scale, epilogue);

        // Before memory is taken: an input that waited is computed here, and what it read is free again, and warm.
        float* x = method == ConvolutionMethod.Pixels ? inputs.PaddedInput() : inputs.X.Pointer;
        var y = CpuStorage.Floats((long)s.OutputPixels * s.Features);
        var weights = Packed(method, scale);
        switch (method)
        {
            case ConvolutionMethod.Winograd:
                (blocks, pixelsPerBlock) = WinogradConvolution.Run(x, weights, y.Pointer, s, epilogue, wantMoments, out moments);
                break;
            case ConvolutionMethod.Positions:
                PositionProduct.Forward(x, weights, y.Pointer, s, epilogue);
                break;
            default:
                bool biasLast = !isRecorded && ConvolutionRule.FitPositions(s);
                (blocks, pixelsPerBlock) = Convolution.Forward(x, weights, y.Pointer, s, epilogue, biasLast, wantMoments, out moments);
                break;
        }

        weights.Release();
        return y;
    }

    /// <summary>bias · scale + shift, (O).</summary>
    public void ScaleBias(float* scale, float* shift, float* scaled)
    {
        float* bias = inputs.BiasPointer;
        for (int o = 0; o < inputs.Sizes.Features; o++)
            scaled[o] = bias == null ? shift[o] : bias[o] * scale[o] + shift[o];
    }

    /// <summary>The weights, scaled by feature, as the kernels read them. They are kept for the next call where nothing is trained.</summary>
    public CpuStorage Packed(ConvolutionMethod method, float* scale)
    {
        var (s, weight) = (inputs.Sizes, inputs.Weight);
        // Groups and vectors shape the panels; weights as Winograd's or depthwise products read them have a mark of their own.
        int mark = method switch { ConvolutionMethod.Winograd => 1, ConvolutionMethod.Depthwise => 2, _ => 0 };
        long key = (s.Groups * 4L + mark) * 1024 + VectorWidth.Bits;
        var scales = new ReadOnlySpan<float>(scale, scale == null ? 0 : s.Features);
        int version = weight.Version;
        if (!isRecorded && weight.Packed(key, scales) is { } kept)
            return kept;
        var scaled = scale == null ? null : Scaled(scale);
        float* w = scaled is null ? weight.Pointer : scaled.Pointer;
        var made = method switch
        {
            ConvolutionMethod.Winograd => WinogradWeights.Transform(w, flipped: false, s.Channels, s.Features),
            ConvolutionMethod.Depthwise => Depthwise.Pack(w, s),
            _ => WeightPanels.Forward(w, s),
        };
        scaled?.Release();
        if (!isRecorded)
        {
            made.Share();
            weight.Keep(new PackedWeights(key, scales.ToArray(), version, made));
        }

        return made;
    }

    private CpuStorage Scaled(float* scale)
    {
        var weight = inputs.Weight;
        var scaled = CpuStorage.Floats(weight.Length);
        int count = (int)(weight.Length / inputs.Sizes.Features);
        for (int o = 0; o < inputs.Sizes.Features; o++)
            Elementwise.Scale(weight.Pointer + (nint)o * count, scale[o], scaled.Pointer + (nint)o * count, count);
        return scaled;
    }
}
