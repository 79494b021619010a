using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>A convolution of nine taps with the batch norm, ReLU and 2x2 maxima behind it, in one pass: its output, the largest tensor of a small network, is never written.</summary>
/// <remarks>
/// Each output is nine multiplications: cheaper done twice than stored and read. The way back needs the sums of gradient
/// times pixel at the maxima (S), and <see cref="PatchMoments"/> for what batch norm subtracts, since with
/// dz = γ/σ (g - dβ/n - x̂ dγ/n) Σ x_k dz = γ/σ (S_k - dβ/n Σ x_k - dγ/n Σ x_k x̂), and x̂ is linear in x.
/// </remarks>
internal unsafe struct ThinBlock : IJob
{
    private const int Depth = PatchMoments.Depth, RowsPerItem = 4, ChunkRows = 24;

    /// <summary>(N, H + 2p, W + 2p, C).</summary>
    public float* X;

    /// <summary>(O, C, kh, kw) and (O) or null.</summary>
    public float* Weight, Bias;

    /// <summary>(O): batch norm's y = z · scale + shift, and its statistics; null where there is none, which has no way back here.</summary>
    public float* Scale, Shift, Mean, Inverse;

    /// <summary>(N, H'/2, W'/2, O): the output, or on the way back its gradient.</summary>
    public float* Y;

    /// <summary>As large as <see cref="Y"/>: which of the four pixels was taken, -1 where ReLU closed; or null.</summary>
    public float* Places;

    public ConvolutionShape Sizes;
    public bool Relu;

    private ThinKernels kernels;
    private float* panel, partial;
    private nint* offsets;
    private bool backward, isModest;

    private readonly int PooledWidth => Sizes.OutWidth / 2;

    private readonly int PooledRows => Sizes.Images * (Sizes.OutHeight / 2);

    /// <summary>Whether a convolution is of this kind.</summary>
    public static bool Fit(in ConvolutionShape s) =>
        s.Depth == Depth && s.Groups == 1 && s.Features % 32 == 0 && s.OutHeight > 1 && s.OutWidth > 1;

    public void Forward()
    {
        var s = Sizes;
        float* packed = stackalloc float[(Depth + 1) * s.Features];
        for (int o = 0; o < s.Features; o++)
        {
            float scale = Scale == null ? 1 : Scale[o];
            for (int k = 0; k < Depth; k++)
                packed[k * s.Features + o] = Weight[o * Depth + k] * scale;
            packed[Depth * s.Features + o] = (Bias == null ? 0 : Bias[o] * scale) + (Shift == null ? 0 : Shift[o]);
        }

        panel = packed;
        isModest = ThinKernels.Current.IsModest(packed, (Depth + 1) * s.Features);
        Execute((PooledRows + RowsPerItem - 1) / RowsPerItem);
    }

    /// <summary>Computes the gradients; each may be null.</summary>
    /// <param name="moments">Of the patches, when batch norm used the batch's statistics; else null.</param>
    /// <param name="dWeight">(O, C, kh, kw).</param>
    /// <param name="dBias">(O).</param>
    /// <param name="dGamma">(O).</param>
    /// <param name="dBeta">(O).</param>
    public void Backward(double* moments, float* dWeight, float* dBias, float* dGamma, float* dBeta)
    {
        var s = Sizes;
        int chunks = (PooledRows + ChunkRows - 1) / ChunkRows, size = (Depth + 1) * s.Features;
        var sums = CpuStorage.Floats((long)chunks * size);
        partial = sums.Pointer;
        backward = true;
        Execute(chunks);
        double* gathered = stackalloc double[Depth + 1];
        double n = s.OutputPixels;
        for (int o = 0; o < s.Features; o++)
        {
            for (int k = 0; k <= Depth; k++)
            {
                gathered[k] = 0;
                for (int chunk = 0; chunk < chunks; chunk++)
                    gathered[k] += partial[(nint)chunk * size + k * s.Features + o];
            }

            double sum = gathered[Depth], products = (Bias == null ? 0 : Bias[o] * sum) - Mean[o] * sum;
            for (int k = 0; k < Depth; k++)
                products += Weight[o * Depth + k] * gathered[k];
            double slope = products * Inverse[o];
            if (dBeta != null)
                dBeta[o] = (float)sum;
            if (dGamma != null)
                dGamma[o] = (float)slope;
            if (dBias != null)
                dBias[o] = moments == null ? (float)(Scale[o] * sum) : 0;
            for (int k = 0; k < Depth && dWeight != null; k++)
            {
                double value = gathered[k];
                if (moments != null)
                {
                    double centred = ((Bias == null ? 0 : Bias[o]) - Mean[o]) * moments[k];
                    for (int l = 0; l < Depth; l++)
                        centred += Weight[o * Depth + l] * moments[Depth + k * Depth + l];
                    value -= (sum * moments[k] + slope * Inverse[o] * centred) / n;
                }

                dWeight[o * Depth + k] = (float)(Scale[o] * value);
            }
        }

        sums.Release();
    }

    public readonly void Run(int item)
    {
        var s = Sizes;
        int rows = backward ? ChunkRows : RowsPerItem, first = item * rows, last = Math.Min(first + rows, PooledRows);
        float* sums = partial + (nint)item * (Depth + 1) * s.Features;
        if (backward)
            new Span<float>(sums, (Depth + 1) * s.Features).Clear();
        nint pixel = (nint)s.Stride * s.Channels, line = (nint)s.Stride * s.PaddedWidth * s.Channels;
        for (int row = first; row < last; row++)
        {
            int half = s.OutHeight / 2;
            float* corner = X + (nint)(row / half) * s.PaddedHeight * s.PaddedWidth * s.Channels + row % half * 2 * line;
            nint at = (nint)row * PooledWidth * s.Features;
            if (backward)
                kernels.Backward(corner, pixel, line, offsets, Y + at, Places + at, sums, PooledWidth, s.Features);
            else
            {
                // Two rows of outputs read this many lines; where one of them is no number, or huge, sums may be none.
                nint read = ((s.KernelHeight - 1) * s.Dilation + 1 + s.Stride) * (nint)s.PaddedWidth * s.Channels;
                var forward = isModest && kernels.IsModest(corner, read) ? kernels.Forward : kernels.ForwardOfAny;
                forward(corner, pixel, line, offsets, panel, Y + at, Places == null ? null : Places + at, Relu, PooledWidth, s.Features);
            }
        }
    }

    private void Execute(int items)
    {
        nint* taps = stackalloc nint[Depth];
        PatchMoments.Offsets(Sizes, taps);
        offsets = taps;
        kernels = ThinKernels.Current;
        Workers.Run(ref this, items);
    }
}
