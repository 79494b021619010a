using Mekiki.Backends.Cpu.Convolutions;
using Mekiki.Backends.Cpu.Fusion;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Norms;

namespace Mekiki.Backends.Cpu;

/// <summary>Norms of single examples, and images of other sizes.</summary>
internal sealed unsafe partial class CpuBackend
{
    /// <inheritdoc/>
    public override Storage NormalizeRows(in RowNormSizes s, Storage x, Storage? gamma, Storage? beta, out Storage statistics)
    {
        var (y, kept) = (CpuStorage.Floats(x.Length), CpuStorage.Floats(2L * s.Rows));
        var job = new RowNorm { Sizes = s, X = P(x), Y = y.Pointer, Gamma = gamma is null ? null : P(gamma), Beta = beta is null ? null : P(beta), Statistics = kept.Pointer };
        job.Execute();
        statistics = kept;
        return y;
    }

    /// <inheritdoc/>
    public override Storage NormalizeRowsGradient(in RowNormSizes s, Storage x, Storage? gamma, Storage statistics, Storage dy, out Storage? dGamma, out Storage? dBeta)
    {
        var dx = CpuStorage.Floats(x.Length);
        var job = new RowNormGradient { Sizes = s, X = P(x), Dy = P(dy), Dx = dx.Pointer, Gamma = gamma is null ? null : P(gamma), Statistics = P(statistics) };
        if (gamma is null)
        {
            (dGamma, dBeta) = (null, null);
            job.Execute(null, null);
            return dx;
        }

        var (byScale, byShift) = (CpuStorage.Floats(s.Parameters), CpuStorage.Floats(s.Parameters));
        job.Execute(byScale.Pointer, byShift.Pointer);
        (dGamma, dBeta) = (byScale, byShift);
        return dx;
    }

    /// <inheritdoc/>
    public override Storage Resample(in ResampleSizes s, Storage x)
    {
        if (PadWork.Of(s, C(x)) is { } pad)
            return CpuStorage.Of(pad, s.OutputLength);
        var y = CpuStorage.Floats(s.OutputLength);
        Resampling.Run(new() { X = P(x), Y = y.Pointer }, s);
        return y;
    }

    /// <inheritdoc/>
    public override Storage ResampleGradient(in ResampleSizes s, Storage dy)
    {
        var dx = CpuStorage.Floats(s.InputLength);
        Resampling.Run(new() { X = dx.Pointer, Y = P(dy), Backward = true }, s);
        return dx;
    }
}
