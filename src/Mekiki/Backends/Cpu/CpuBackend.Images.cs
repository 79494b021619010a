using Mekiki.Backends.Cpu.Convolutions;
using Mekiki.Backends.Cpu.Fusion;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Winograd;

namespace Mekiki.Backends.Cpu;

/// <summary>What is done with images, which lie channels last.</summary>
internal sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override Storage Convolve(in ConvolutionShape s, Storage x, Storage weight, Storage? bias, bool recorded, bool wantsInputGradient)
    {
        var inputs = new ConvolutionInputs(s, S(x), S(weight), bias is null ? null : S(bias), wantsInputGradient);
        return CpuStorage.Of(new ConvolutionWork(inputs, recorded), (long)s.OutputPixels * s.Features);
    }

    /// <inheritdoc/>
    public override Storage ConvolveWeightGradient(in ConvolutionShape s, Storage x, Storage y, Storage dy)
    {
        if (C(dy) is { IsPending: true, Work: ThinGradient thin })
            return S(thin.DWeight);
        var dw = CpuStorage.Floats((long)s.Features * s.Depth);
        switch (ConvolutionRule.Of(s))
        {
            case ConvolutionMethod.Winograd:
                WinogradWeightProduct.Run(P(x), P(dy), dw.Pointer, s);
                break;
            case ConvolutionMethod.Positions:
                PositionWeightProduct.Run(P(x), P(dy), dw.Pointer, s);
                break;
            case ConvolutionMethod.Depthwise:
                DepthwiseWeightProduct.Run(P(x), P(dy), dw.Pointer, s);
                break;
            default:
                if (C(y).Work is ConvolutionWork work)
                    WeightProduct.Run(work.Inputs.PaddedInput(), P(dy), dw.Pointer, s);
                else
                    PaddedWeightProduct(s, x, dy, dw);
                break;
        }

        return dw;
    }

    /// <inheritdoc/>
    public override Storage ConvolveBiasGradient(in ConvolutionShape s, Storage dy)
    {
        if (C(dy) is { IsPending: true, Work: ThinGradient { DBias: { } dBias } })
            return S(dBias);
        return SumRows(dy, s.OutputPixels, s.Features);
    }

    /// <inheritdoc/>
    public override Storage ConvolveInputGradient(in ConvolutionShape s, Storage dy, Storage weight)
    {
        var dx = CpuStorage.Floats((long)s.InputPixels * s.Channels);
        Convolution.InputGradient(P(dy), P(weight), dx.Pointer, s);
        return dx;
    }

    /// <inheritdoc/>
    public override Storage Normalize(in NormSizes s, Storage x, Storage gamma, Storage beta, Storage runningMean, Storage runningVariance, bool recorded) =>
        CpuStorage.Of(new NormWork(new NormInputs(s, C(x), C(gamma), C(beta), C(runningMean), C(runningVariance)), recorded), x.Length);

    /// <inheritdoc/>
    public override Storage? NormalizeGradient(in NormSizes s, Storage x, Storage gamma, Storage y, Storage dy, bool wantsInputGradient, out Storage dGamma, out Storage dBeta)
    {
        var dx = NormGradient.Of((NormWork)C(y).Work!, C(dy), wantsInputGradient, out var first, out var second);
        (dGamma, dBeta) = (first, second);
        return dx;
    }

    /// <inheritdoc/>
    public override Storage Pool(in PoolSizes s, Storage x, bool recorded)
    {
        if (s is { IsMaximum: true, IsHalving: true, Height: > 1, Width: > 1 } && C(x).Waiting is NormWork { Pool: false, Residual: null } norm && norm.CanPool)
            return CpuStorage.Of(norm.WithPool(), s.OutputLength);
        if (!recorded && s is { IsMaximum: true, IsHalving: true, Height: > 1, Width: > 1 } && C(x).Waiting is ConvolutionWork { CanPool: true } convolution)
            return CpuStorage.Of(convolution.WithPool(), s.OutputLength);
        var y = CpuStorage.Floats(s.OutputLength);
        var places = s.IsMaximum ? CpuStorage.Floats(s.OutputLength) : null;
        Pooling.Run(Pooling.Of(s, P(x), y.Pointer, places is null ? null : places.Pointer), s.Rows, s.Columns);
        if (places is not null && recorded)
            return y.Keeping(new Kept(places));
        places?.Release();
        return y;
    }

    /// <inheritdoc/>
    public override Storage PoolGradient(in PoolSizes s, Storage x, Storage y, Storage dy)
    {
        if (C(y).Work is NormWork { Pool: true })
            return CpuStorage.Of(new StepGradient(S(y), C(dy), S(x), s), s.InputLength);
        var dx = CpuStorage.Floats(s.InputLength);
        float* places = s.IsMaximum ? ((Kept)C(y).Work!).First.Pointer : null;
        Pooling.Run(Pooling.Of(s, dx.Pointer, P(dy), places) with { Backward = true }, s.Rows, s.Columns);
        dy.Release();
        return dx;
    }

    /// <inheritdoc/>
    public override Storage ResponseNorm(in ResponseNormSizes s, Storage x, bool recorded)
    {
        var (y, denominators) = (CpuStorage.Floats(x.Length), CpuStorage.Floats(x.Length));
        var kernel = Norms.ResponseNorm.Of(s) with { X = P(x), Y = y.Pointer, Denominators = denominators.Pointer };
        kernel.Execute();
        if (recorded)
            return y.Keeping(new Kept(denominators));
        denominators.Release();
        return y;
    }

    /// <inheritdoc/>
    public override Storage ResponseNormGradient(in ResponseNormSizes s, Storage x, Storage y, Storage dy)
    {
        var dx = CpuStorage.Floats(x.Length);
        var kernel = Norms.ResponseNorm.Of(s) with { X = P(x), Y = P(dy), Denominators = ((Kept)C(y).Work!).First.Pointer, Dx = dx.Pointer };
        kernel.Execute();
        return dx;
    }

    // Where nothing was kept beside the result.
    private static void PaddedWeightProduct(in ConvolutionShape s, Storage x, Storage dy, CpuStorage dw)
    {
        int p = s.Padding;
        var padded = p == 0 ? S(x) : Padding.Copy(P(x), s.Images, s.Height, s.Width, s.Channels, p, p, p, p);
        WeightProduct.Run(padded.Pointer, P(dy), dw.Pointer, s);
        padded.Release();
    }
}
