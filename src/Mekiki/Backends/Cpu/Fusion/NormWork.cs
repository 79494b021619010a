using System.Runtime.Intrinsics;
using Mekiki.Backends.Cpu.Convolutions;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Norms;

namespace Mekiki.Backends.Cpu.Fusion;

/// <summary>What a batch norm reads, and its statistics.</summary>
internal sealed unsafe class NormInputs : Work
{
    private readonly CpuStorage statistics;

    /// <summary>Measures the statistics, or takes the running ones.</summary>
    public NormInputs(in NormSizes sizes, CpuStorage x, CpuStorage gamma, CpuStorage beta, CpuStorage runningMean, CpuStorage runningVariance)
    {
        x.Share();
        gamma.Share();
        (Sizes, X, Gamma) = (sizes, x, gamma);
        int channels = sizes.Channels, pixels = sizes.Images * sizes.Height * sizes.Width;
        statistics = CpuStorage.Floats(4L * channels);
        float* mean = Mean, inverse = Inverse, means = runningMean.Pointer, variances = runningVariance.Pointer;
        if (sizes.IsTraining)
        {
            Measure(pixels, mean, inverse);
            for (int c = 0; c < channels; c++)
            {
                means[c] += sizes.Momentum * (mean[c] - means[c]);
                variances[c] += sizes.Momentum * ((float)(inverse[c] * (double)pixels / (pixels - 1)) - variances[c]);
            }

            runningMean.Touch();
            runningVariance.Touch();
        }
        else
        {
            new Span<float>(means, channels).CopyTo(new Span<float>(mean, channels));
            new Span<float>(variances, channels).CopyTo(new Span<float>(inverse, channels));
        }

        Fix(channels, gamma.Pointer, beta.Pointer);
    }

    public NormSizes Sizes { get; }

    public CpuStorage X { get; }

    public CpuStorage Gamma { get; }

    /// <summary>The sums over a thin convolution's patches from which the statistics came, or null.</summary>
    public CpuStorage? Patches { get; private set; }

    public float* Mean => statistics.Pointer;

    public float* Inverse => Mean + Sizes.Channels;

    public float* Scale => Mean + 2 * Sizes.Channels;

    public float* Shift => Mean + 3 * Sizes.Channels;

    /// <summary>The convolution before, if it was not computed yet.</summary>
    public ConvolutionWork? PendingConvolution => X.IsPending && X.Work is ConvolutionWork { IsBare: true } work ? work : null;

    /// <summary>The pass over a thin convolution, without what it writes.</summary>
    public ThinBlock Block(ConvolutionInputs convolution, bool relu) => new()
    {
        X = convolution.PaddedInput(),
        Weight = convolution.Weight.Pointer,
        Bias = convolution.BiasPointer,
        Scale = Scale,
        Shift = Shift,
        Mean = Mean,
        Inverse = Inverse,
        Sizes = convolution.Sizes,
        Relu = relu,
    };

    public override CpuStorage Compute() => throw new InvalidOperationException("NormInputs: expected nothing to compute. This is a bug.");

    protected override void Free()
    {
        statistics.Release();
        Patches?.Release();
        X.Release();
        Gamma.Release();
    }

    /// <summary>Scale and shift of the known statistics, in double precision; on the way in <see cref="Inverse"/> holds variances.</summary>
    private void Fix(int channels, float* gammas, float* betas)
    {
        float* mean = Mean, inverse = Inverse, scale = Scale, shift = Shift;
        var epsilon = Vector256.Create((double)Sizes.Epsilon);
        int c = 0, lanes = Vector256<float>.Count;
        for (; c + lanes <= channels; c += lanes)
        {
            var (low, high) = Vector256.Widen(Vector256.Load(inverse + c));
            var roots = Vector256.Narrow(Vector256<double>.One / Vector256.Sqrt(low + epsilon), Vector256<double>.One / Vector256.Sqrt(high + epsilon));
            var scales = Vector256.Load(gammas + c) * roots;
            roots.Store(inverse + c);
            scales.Store(scale + c);
            var (lowScale, highScale) = Vector256.Widen(scales);
            var (lowMean, highMean) = Vector256.Widen(Vector256.Load(mean + c));
            var (lowBeta, highBeta) = Vector256.Widen(Vector256.Load(betas + c));
            Vector256.Narrow(lowBeta - lowMean * lowScale, highBeta - highMean * highScale).Store(shift + c);
        }

        for (; c < channels; c++)
        {
            inverse[c] = (float)(1 / Math.Sqrt((double)inverse[c] + Sizes.Epsilon));
            scale[c] = gammas[c] * inverse[c];
            shift[c] = (float)(betas[c] - (double)mean[c] * scale[c]);
        }
    }

    private void Measure(int pixels, float* mean, float* variance)
    {
        int channels = Sizes.Channels;
        if (PendingConvolution is { } work)
        {
            if (work.IsThin)
            {
                var inputs = work.Inputs;
                Patches = PatchMoments.Of(inputs.PaddedInput(), inputs.Sizes);
                PatchMoments.Join((double*)Patches.Pointer, inputs.Weight.Pointer, inputs.BiasPointer, inputs.Sizes, mean, variance);
                return;
            }

            X.Adopt(work.Compute(wantMoments: true, out var moments, out int count, out int pixelsPerBlock));
            if (!work.IsRecorded)
                X.Forget();
            if (moments is not null)
            {
                ChannelKernels.Join(moments.Pointer, count, pixelsPerBlock, pixels, channels, mean, variance);
                moments.Release();
                return;
            }
        }

        int blocks = ChannelKernels.BlockCount(pixels);
        var own = CpuStorage.Floats(2L * blocks * channels);
        ChannelKernels.BlockMoments(X.Pointer, pixels, channels, own.Pointer);
        ChannelKernels.Join(own.Pointer, blocks, ChannelKernels.PixelsPerBlock, pixels, channels, mean, variance);
        own.Release();
    }
}

/// <summary>Batch norm whose statistics are known and whose result waits for what follows: a residual, a function, 2x2 maxima.</summary>
/// <param name="inputs">What it reads; takes over the reference.</param>
/// <param name="isRecorded">Whether gradients will be asked for.</param>
internal sealed unsafe class NormWork(NormInputs inputs, bool isRecorded) : Work
{
    public NormInputs Inputs => inputs;

    public override bool IsRecorded => isRecorded;

    /// <summary>The function of each number of the result, or null. Where gradients will be asked for, ReLU or one that <see cref="FunctionTable.DerivesFromInput"/>.</summary>
    public Function? Then { get; private init; }

    public bool Relu => Then is { Kind: FunctionKind.Relu };

    public bool Pool { get; private init; }

    public CpuStorage? Residual { get; private init; }

    /// <summary>When pooled and recorded: the normalized input behind each maximum; with <see cref="Thin"/>, which pixel it was.</summary>
    public CpuStorage? Chosen { get; private set; }

    /// <summary>The convolution that was computed in the same pass, if one was: its output was never written.</summary>
    public ConvolutionInputs? Thin { get; private set; }

    /// <summary>How many steps that have gradients of their own were taken in: a function, maxima.</summary>
    public int Steps => (Then is null ? 0 : 1) + (Pool ? 1 : 0);

    /// <summary>Whether it is a fixed scale and shift that a convolution before it can take in.</summary>
    public bool IsFrozen => !inputs.Sizes.IsTraining && !isRecorded;

    /// <summary>Whether a function of its result can be computed with it. On the way back what the function was of is computed again, which a residual or maxima would hinder.</summary>
    public bool CanTake(in Function f, bool recorded) =>
        f.Kind == FunctionKind.Relu || (!Pool && (!(recorded || isRecorded) || (Residual is null && FunctionTable.DerivesFromInput(f.Kind))));

    /// <summary>Whether a residual can be added in the same pass: it comes before functions and maxima.</summary>
    public bool CanAdd => Then is null && !Pool && Residual is null;

    /// <summary>Whether maxima of its result can be computed with it.</summary>
    public bool CanPool => Then is null || Relu;

    public NormWork WithThen(in Function f)
    {
        inputs.Share();
        Residual?.Share();
        return new(inputs, isRecorded) { Then = f, Pool = Pool, Residual = Residual };
    }

    public NormWork WithPool()
    {
        inputs.Share();
        return new(inputs, isRecorded) { Then = Then, Pool = true };
    }

    public NormWork WithResidual(CpuStorage residual, bool recorded)
    {
        inputs.Share();
        residual.Share();
        return new(inputs, isRecorded || recorded) { Residual = residual };
    }

    public override CpuStorage Compute()
    {
        // First, since the residual may come from the very convolution that waits: then that is computed with it.
        float* residual = Residual is null ? null : Residual.Pointer;
        if (IsFrozen && inputs.PendingConvolution is { IsRecorded: false } work)
        {
            if (!Pool)
                return work.ComputeScaled(inputs.Scale, inputs.Shift, residual, Then);
            if (work.CanNormAndPool)
                return work.Maxima(inputs.Scale, inputs.Shift, Relu);
        }

        var s = inputs.Sizes;
        var convolution = Pool && inputs.PendingConvolution is { IsThin: true } thin ? thin : null;
        // Before memory is taken: an input that waited is computed here, and what it read is free again, and warm.
        float* z = convolution is null ? inputs.X.Pointer : null;
        long count = Pool ? (long)s.Images * (s.Height / 2) * (s.Width / 2) * s.Channels : inputs.X.Length;
        var result = CpuStorage.Floats(count);
        Chosen = Pool && isRecorded ? CpuStorage.Floats(count) : null;
        if (convolution is not null)
        {
            var block = inputs.Block(convolution.Inputs, Relu);
            block.Y = result.Pointer;
            block.Places = Chosen is null ? null : Chosen.Pointer;
            block.Forward();
            if (isRecorded)
            {
                Thin = convolution.Inputs;
                Thin.Share();
            }

            return result;
        }

        var kernel = new NormForward
        {
            Z = z,
            Y = result.Pointer,
            Scale = inputs.Scale,
            Shift = inputs.Shift,
            Residual = residual,
            Chosen = Chosen is null ? null : Chosen.Pointer,
            Images = s.Images,
            Height = s.Height,
            Width = s.Width,
            Channels = s.Channels,
            Relu = Relu,
            Then = Relu ? null : Then,
            Pool = Pool,
        };
        kernel.Execute();
        return result;
    }

    protected override void Free()
    {
        inputs.Release();
        Residual?.Release();
        Chosen?.Release();
        Thin?.Release();
    }
}
