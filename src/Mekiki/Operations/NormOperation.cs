using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Convolutions;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Norms;

namespace Mekiki.Operations;

/// <summary>Batch normalization of images (N, C, H, W) or rows (N, C), and what may follow it in the same pass.</summary>
/// <remarks>Ioffe, Szegedy, "Batch Normalization", 2015, arXiv:1502.03167, algorithm 1; the running variance is over n - 1, as in PyTorch.</remarks>
internal static unsafe class NormOperation
{
    /// <param name="x">(N, C, H, W) or (N, C).</param>
    /// <param name="gamma">(C).</param>
    /// <param name="beta">(C).</param>
    /// <param name="runningMean">(C); changed in training.</param>
    /// <param name="runningVariance">(C); changed in training.</param>
    /// <param name="training">Whether the batch's own statistics are used.</param>
    /// <param name="momentum">Share of the batch in the running statistics.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static Tensor Apply(Tensor x, Tensor gamma, Tensor beta, Tensor runningMean, Tensor runningVariance, bool training, float momentum, float epsilon)
    {
        int channels = gamma.Count;
        if (x.Shape.Rank is not (2 or 4) || x.Shape[1] != channels || beta.Count != channels || runningMean.Count != channels || runningVariance.Count != channels)
            throw new MekikiException($"BatchNorm: expected (N, {channels}) or (N, {channels}, H, W), got {x.Shape}.");
        if (x.Shape.Rank == 4)
            x = LayoutOperation.ChannelsLast(x);
        int pixels = x.Count / channels;
        if (training && pixels < 2)
            throw new MekikiException($"BatchNorm: expected more than one value for each channel in training, got {x.Shape}. Use larger batches.");
        var statistics = Storage.Floats(4L * channels);
        float* mean = statistics.Pointer, inverse = mean + channels, scale = inverse + channels, shift = scale + channels;
        Storage? patches = null;
        if (training)
        {
            Measure(x, pixels, channels, mean, inverse, out patches);
            for (int c = 0; c < channels; c++)
            {
                runningMean.Pointer[c] += momentum * (mean[c] - runningMean.Pointer[c]);
                runningVariance.Pointer[c] += momentum * ((float)(inverse[c] * (double)pixels / (pixels - 1)) - runningVariance.Pointer[c]);
            }
        }

        for (int c = 0; c < channels; c++)
        {
            if (!training)
                (mean[c], inverse[c]) = (runningMean.Pointer[c], runningVariance.Pointer[c]);
            inverse[c] = (float)(1 / Math.Sqrt((double)inverse[c] + epsilon));
            scale[c] = gamma.Pointer[c] * inverse[c];
            shift[c] = (float)(beta.Pointer[c] - (double)mean[c] * scale[c]);
        }

        return Apply(new NormWork(x, gamma, beta, statistics, training, epsilon, Gradients.Needed(x, gamma, beta)) { Patches = patches });
    }

    /// <summary>Batch norm with ReLU behind it, where that fits in one pass; otherwise null.</summary>
    public static Tensor? WithRelu(Tensor y) =>
        y.Pending is NormWork { Relu: false } work ? Apply(work.Next(y, relu: true, work.Pool, work.Residual)) : null;

    /// <summary>Batch norm with 2x2 maxima behind it, where that fits in one pass; otherwise null.</summary>
    public static Tensor? WithPool(Tensor y) =>
        y.Pending is NormWork { Pool: false, Residual: null } work && y.Shape.Rank == 4 && y.Shape[2] > 1 && y.Shape[3] > 1 ? Apply(work.Next(y, work.Relu, pool: true, null)) : null;

    /// <summary>Batch norm with a sum behind it, where that fits in one pass; otherwise null.</summary>
    public static Tensor? WithResidual(Tensor y, Tensor residual) =>
        y.Pending is NormWork { Relu: false, Pool: false, Residual: null } work && y.Shape == residual.Shape && y.Shape.Rank == 4
            ? Apply(work.Next(y, relu: false, pool: false, LayoutOperation.ChannelsLast(residual)))
            : null;

    private static Tensor Apply(NormWork work)
    {
        var x = work.X.Shape;
        var y = new Tensor(work.Pool ? [x[0], x[1], x[2] / 2, x[3] / 2] : x, DType.Float32, null, work.X.ChannelsLast, work);
        if (work.IsRecorded)
            y.Node = new NormNode(work, y);
        if (!Deferred.IsAllowed)
            _ = y.Data;
        return y;
    }

    private static void Measure(Tensor x, int pixels, int channels, float* mean, float* variance, out Storage? patches)
    {
        patches = null;
        if (x.Pending is ConvolutionWork { Relu: false } work)
        {
            if (work.IsThin)
            {
                patches = PatchMoments.Of(work.PaddedInput(), work.Sizes);
                PatchMoments.Join((double*)patches.Pointer, work.Weight.Pointer, work.Bias is null ? null : work.Bias.Pointer, work.Sizes, mean, variance);
                return;
            }

            x.Resolve(work.Compute(wantMoments: true, out var moments, out int count, out int pixelsPerBlock));
            if (moments is not null)
            {
                ChannelKernels.Join(moments.Pointer, count, pixelsPerBlock, pixels, channels, mean, variance);
                moments.Release();
                return;
            }
        }

        int blocks = ChannelKernels.BlockCount(pixels);
        var own = Storage.Floats(2L * blocks * channels);
        ChannelKernels.BlockMoments(x.Pointer, pixels, channels, own.Pointer);
        ChannelKernels.Join(own.Pointer, blocks, ChannelKernels.PixelsPerBlock, pixels, channels, mean, variance);
        own.Release();
    }

    private sealed class NormNode(NormWork work, Tensor y) : Node(y)
    {
        public override int InputCount => work.Residual is null ? 3 : 4;

        public override Tensor Input(int index) => index switch { 0 => work.X, 1 => work.Gamma, 2 => work.Beta, _ => work.Residual! };

        public override void Backward(Storage dy)
        {
            if (work.Thin is { } convolution)
            {
                Backward(convolution, dy);
                return;
            }

            var (x, gamma, beta, residual) = (work.X, work.Gamma, work.Beta, work.Residual);
            int channels = gamma.Count;
            var dx = x.RequiresGrad ? Storage.Floats(x.Count) : null;
            var dGamma = Storage.Floats(channels);
            var dBeta = Storage.Floats(channels);
            // Without ReLU the residual's gradient is dy itself.
            var dResidual = residual is { RequiresGrad: true } ? work.Relu ? Storage.Floats(x.Count) : dy.Share() : null;
            var (n, h, w) = NormWork.Grid(x.Shape);
            var kernel = new NormBackward
            {
                Z = x.Pointer,
                Dy = dy.Pointer,
                Dz = dx is null ? null : dx.Pointer,
                Scale = work.Scale,
                Shift = work.Shift,
                Mean = work.Mean,
                Inverse = work.Inverse,
                Gamma = gamma.Pointer,
                Epsilon = work.Epsilon,
                Chosen = work.Chosen is null ? null : work.Chosen.Pointer,
                Y = residual is null ? null : Output.Pointer,
                DResidual = dResidual is not null && work.Relu ? dResidual.Pointer : null,
                DGamma = dGamma.Pointer,
                DBeta = dBeta.Pointer,
                Images = n,
                Height = h,
                Width = w,
                Channels = channels,
                Relu = work.Relu,
                Pool = work.Pool,
                Training = work.Training,
            };
            kernel.Execute();
            dy.Release();
            Give(gamma, dGamma);
            Give(beta, dBeta);
            if (dx is not null)
                x.Accept(dx, sumsToZero: work.Training);
            if (dResidual is not null)
                residual!.Accept(dResidual);
        }

        public override void Free()
        {
            work.Free();
            // What the fused operations replaced was never computed, and nobody can need it any more.
            for (var replaced = work.Replaced; replaced is { Pending: NormWork pending }; replaced = pending.Replaced)
                replaced.Release();
        }

        /// <summary>The convolution's gradients too: its own node finds none to go on with.</summary>
        private void Backward(ConvolutionWork convolution, Storage dy)
        {
            var (gamma, beta, weight, bias) = (work.Gamma, work.Beta, convolution.Weight, convolution.Bias);
            var (dGamma, dBeta, dWeight) = (Storage.Floats(gamma.Count), Storage.Floats(gamma.Count), Storage.Floats(weight.Count));
            var dBias = bias is null ? null : Storage.Floats(bias.Count);
            var block = work.Block(convolution);
            block.Y = dy.Pointer;
            block.Places = work.Chosen!.Pointer;
            block.Backward(work.Patches is null ? null : (double*)work.Patches.Pointer, dWeight.Pointer, dBias is null ? null : dBias.Pointer, dGamma.Pointer, dBeta.Pointer);
            dy.Release();
            Give(gamma, dGamma);
            Give(beta, dBeta);
            Give(weight, dWeight);
            if (dBias is not null)
                Give(bias!, dBias);
        }

        private static void Give(Tensor parameter, Storage gradient)
        {
            if (parameter.RequiresGrad)
                parameter.Accept(gradient);
            else
                gradient.Release();
        }
    }
}

/// <summary>Batch norm whose statistics are known and whose result waits for what follows: a residual, ReLU, 2x2 maxima.</summary>
internal sealed unsafe class NormWork(Tensor x, Tensor gamma, Tensor beta, Storage statistics, bool training, float epsilon, bool isRecorded) : Deferred
{
    public Tensor X => x;

    public Tensor Gamma => gamma;

    public Tensor Beta => beta;

    public bool Training => training;

    public float Epsilon => epsilon;

    public bool IsRecorded => isRecorded;

    public bool Relu { get; private init; }

    public bool Pool { get; private init; }

    public Tensor? Residual { get; private init; }

    /// <summary>When pooled and recorded: the normalized input behind each maximum; with <see cref="Thin"/>, which pixel it was.</summary>
    public Storage? Chosen { get; private set; }

    /// <summary>The sums over a thin convolution's patches from which the statistics came, or null.</summary>
    public Storage? Patches { get; init; }

    /// <summary>The convolution that was computed in the same pass, if one was: its output was never written.</summary>
    public ConvolutionWork? Thin { get; private set; }

    public float* Mean => statistics.Pointer;

    public float* Inverse => Mean + gamma.Count;

    public float* Scale => Mean + 2 * gamma.Count;

    public float* Shift => Mean + 3 * gamma.Count;

    /// <summary>The tensor that waited for this work, before an operation was added to it.</summary>
    public Tensor? Replaced { get; private init; }

    public NormWork Next(Tensor y, bool relu, bool pool, Tensor? residual) =>
        new(x, gamma, beta, statistics.Share(), training, epsilon, isRecorded || Gradients.Needed(x, residual)) { Relu = relu, Pool = pool, Residual = residual, Replaced = y, Patches = Patches?.Share() };

    /// <summary>Whether it is a fixed scale and shift that a convolution before it can take in. Maxima are taken in the pass that norms.</summary>
    private bool IsFrozen => !training && !isRecorded && !Pool;

    public static (int Images, int Height, int Width) Grid(Shape x) => x.Rank == 4 ? (x[0], x[2], x[3]) : (x[0], 1, 1);

    public override Storage Compute(Tensor y)
    {
        if (IsFrozen && x.Pending is ConvolutionWork { Relu: false, IsRecorded: false } work)
        {
            var folded = work.ComputeScaled(Scale, Shift, Residual is null ? null : Residual.Pointer, Relu);
            Free();
            return folded;
        }

        var result = Storage.Floats(y.Count);
        Chosen = Pool && isRecorded ? Storage.Floats(y.Count) : null;
        if (Pool && x.Pending is ConvolutionWork { Relu: false, IsThin: true } convolution)
        {
            var block = Block(convolution);
            block.Y = result.Pointer;
            block.Places = Chosen is null ? null : Chosen.Pointer;
            block.Forward();
            if (isRecorded)
                Thin = convolution;
            else
                Free();
            return result;
        }

        var (n, h, w) = Grid(x.Shape);
        var kernel = new NormForward
        {
            Z = x.Pointer,
            Y = result.Pointer,
            Scale = Scale,
            Shift = Shift,
            Residual = Residual is null ? null : Residual.Pointer,
            Chosen = Chosen is null ? null : Chosen.Pointer,
            Images = n,
            Height = h,
            Width = w,
            Channels = gamma.Count,
            Relu = Relu,
            Pool = Pool,
        };
        kernel.Execute();
        if (!isRecorded)
            Free();
        return result;
    }

    /// <summary>The pass over a thin convolution, without what it writes.</summary>
    public ThinBlock Block(ConvolutionWork convolution) => new()
    {
        X = convolution.PaddedInput(),
        Weight = convolution.Weight.Pointer,
        Bias = convolution.Bias is null ? null : convolution.Bias.Pointer,
        Scale = Scale,
        Shift = Shift,
        Mean = Mean,
        Inverse = Inverse,
        Sizes = convolution.Sizes,
        Relu = Relu,
    };

    public override void Free()
    {
        statistics.Release();
        Chosen?.Release();
        Patches?.Release();
        Thin?.Free();
        Chosen = null;
    }
}
