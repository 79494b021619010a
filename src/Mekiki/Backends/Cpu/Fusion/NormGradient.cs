using Mekiki.Backends.Cpu.Convolutions;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Norms;

namespace Mekiki.Backends.Cpu.Fusion;

/// <summary>The gradient behind a function or 2x2 maxima that were taken in one pass with a batch norm: it waits, so that the way back is one pass too.</summary>
/// <param name="forward">The step's result; takes over the reference.</param>
/// <param name="dy">Its gradient; takes over the reference.</param>
/// <param name="x">What was pooled, or what the function was of; takes over the reference. Null for ReLU, whose result tells all.</param>
/// <param name="pool">How it was pooled, if that was the step; null: the function was.</param>
internal sealed unsafe class StepGradient(CpuStorage forward, CpuStorage dy, CpuStorage? x, PoolSizes? pool) : Work
{
    private readonly NormWork work = Taken(forward);

    /// <summary>The step with the norm before it.</summary>
    public NormWork Work => work;

    public CpuStorage Forward => forward;

    public CpuStorage Dy => dy;

    public override bool IsRecorded => false;

    /// <summary>The step's own gradient, where it cannot be taken in one pass with the norm's.</summary>
    public override CpuStorage Compute()
    {
        if (pool is { } windows)
        {
            var places = CpuStorage.Floats(dy.Length);
            var again = CpuStorage.Floats(dy.Length);
            var gradient = CpuStorage.Floats(x!.Length);
            Pooling.Run(Pooling.Of(windows, x.Pointer, again.Pointer, places.Pointer), windows.Rows, windows.Columns);
            Pooling.Run(Pooling.Of(windows, gradient.Pointer, dy.Pointer, places.Pointer) with { Backward = true }, windows.Rows, windows.Columns);
            places.Release();
            again.Release();
            return gradient;
        }

        var dx = CpuStorage.Floats(dy.Length);
        float* argument = (x ?? forward).Pointer;
        FunctionTable.Derive(work.Then!.Value, argument, argument, dy.Pointer, dx.Pointer, (nint)dy.Length);
        return dx;
    }

    protected override void Free()
    {
        work.Release();
        forward.Release();
        dy.Release();
        x?.Release();
    }

    private static NormWork Taken(CpuStorage forward)
    {
        var work = (NormWork)forward.Work!;
        work.Share();
        return work;
    }
}

/// <summary>The gradient of a thin convolution's output, which nobody reads: the convolution's own gradients were computed in the same pass.</summary>
/// <param name="norm">The norm behind the convolution; takes over the reference.</param>
/// <param name="dy">The gradient of the norm's result; takes over the reference.</param>
/// <param name="dWeight">Of the convolution's weight; takes over the reference.</param>
/// <param name="dBias">Of its bias; takes over the reference.</param>
internal sealed class ThinGradient(NormInputs norm, CpuStorage dy, CpuStorage dWeight, CpuStorage? dBias) : Work
{
    public CpuStorage DWeight => dWeight;

    public CpuStorage? DBias => dBias;

    public override bool IsRecorded => false;

    public override CpuStorage Compute()
    {
        var dx = NormGradient.Alone(norm, dy, wantsInputGradient: true, out var dGamma, out var dBeta)!;
        dGamma.Release();
        dBeta.Release();
        return dx;
    }

    protected override void Free()
    {
        norm.Release();
        dy.Release();
        dWeight.Release();
        dBias?.Release();
    }
}

/// <summary>The way back through a batch norm, in one pass with the steps that were taken in one pass on the way there.</summary>
internal static unsafe class NormGradient
{
    /// <summary>Takes over the reference to <paramref name="dy"/>.</summary>
    public static CpuStorage? Of(NormWork norm, CpuStorage dy, bool wantsInputGradient, out CpuStorage dGamma, out CpuStorage dBeta)
    {
        var (work, last, output, steps) = (norm, dy, (CpuStorage?)null, 0);
        while (last.IsPending && last.Work is StepGradient step && step.Work.Inputs == norm.Inputs)
            (work, last, output, steps) = (step.Work, step.Dy, step.Forward, steps + 1);
        CpuStorage? dx;
        if (steps == 0 || steps != work.Steps)
            dx = Alone(norm.Inputs, dy, wantsInputGradient, out dGamma, out dBeta);
        else
        {
            output!.Settle();
            if (work.Thin is { } convolution)
                return Thin(work, convolution, dy, last, out dGamma, out dBeta);
            // The gradient that the residual shares is written in the same pass.
            var shared = work.Residual is not null && !dy.IsExclusive ? CpuStorage.Floats(dy.Length) : null;
            dx = Run(norm.Inputs, work, last, output, wantsInputGradient, shared, out dGamma, out dBeta);
            if (shared is not null)
            {
                dy.Adopt(shared);
                dy.Forget();
            }
        }

        dy.Release();
        return dx;
    }

    /// <summary>The norm's gradients alone.</summary>
    public static CpuStorage? Alone(NormInputs norm, CpuStorage dy, bool wantsInputGradient, out CpuStorage dGamma, out CpuStorage dBeta) =>
        Run(norm, null, dy, null, wantsInputGradient, null, out dGamma, out dBeta);

    private static CpuStorage? Run(
        NormInputs norm, NormWork? fused, CpuStorage dy, CpuStorage? output, bool wantsInputGradient, CpuStorage? dResidual, out CpuStorage dGamma, out CpuStorage dBeta)
    {
        var s = norm.Sizes;
        var dx = wantsInputGradient ? CpuStorage.Floats(norm.X.Length) : null;
        dGamma = CpuStorage.Floats(s.Channels);
        dBeta = CpuStorage.Floats(s.Channels);
        var kernel = new NormBackward
        {
            Z = norm.X.Pointer,
            Dy = dy.Pointer,
            Dz = dx is null ? null : dx.Pointer,
            Scale = norm.Scale,
            Shift = norm.Shift,
            Mean = norm.Mean,
            Inverse = norm.Inverse,
            Gamma = norm.Gamma.Pointer,
            Epsilon = s.Epsilon,
            Chosen = fused?.Chosen is { } chosen ? chosen.Pointer : null,
            Y = fused?.Residual is null ? null : output!.Pointer,
            DResidual = dResidual is null ? null : dResidual.Pointer,
            DGamma = dGamma.Pointer,
            DBeta = dBeta.Pointer,
            Images = s.Images,
            Height = s.Height,
            Width = s.Width,
            Channels = s.Channels,
            Relu = fused is { Relu: true },
            Then = fused is { Relu: false } ? fused.Then : null,
            Pool = fused is { Pool: true },
            Training = s.IsTraining,
        };
        kernel.Execute();
        return dx;
    }

    // The convolution's gradients too: its own way back finds them ready.
    private static CpuStorage Thin(NormWork work, ConvolutionInputs convolution, CpuStorage dy, CpuStorage last, out CpuStorage dGamma, out CpuStorage dBeta)
    {
        var norm = work.Inputs;
        (dGamma, dBeta) = (CpuStorage.Floats(norm.Sizes.Channels), CpuStorage.Floats(norm.Sizes.Channels));
        var dWeight = CpuStorage.Floats(convolution.Weight.Length);
        var dBias = convolution.Bias is null ? null : CpuStorage.Floats(convolution.Bias.Length);
        var block = norm.Block(convolution, work.Relu);
        block.Y = last.Pointer;
        block.Places = work.Chosen!.Pointer;
        block.Backward(norm.Patches is null ? null : (double*)norm.Patches.Pointer, dWeight.Pointer, dBias is null ? null : dBias.Pointer, dGamma.Pointer, dBeta.Pointer);
        norm.Share();
        return CpuStorage.Of(new ThinGradient(norm, dy, dWeight, dBias), norm.X.Length);
    }
}
