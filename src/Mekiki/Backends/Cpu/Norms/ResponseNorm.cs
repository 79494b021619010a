using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Norms;

/// <summary>Local response normalization across channels, (pixels, C): y = x · d^-β with d = k + α/size Σ x² over the neighbouring channels.</summary>
/// <remarks>
/// Krizhevsky, Sutskever, Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", 2012, section 3.3.
/// Differs from the paper: α is divided by the size, as in PyTorch.
/// </remarks>
internal unsafe struct ResponseNorm : IJob
{
    private const int PixelsPerItem = 64;

    /// <summary>(pixels, C). Denominators d are written on the way there and read on the way back, where Y holds dy and Dx receives dx.</summary>
    public float* X, Y, Denominators, Dx;

    public int Pixels, Channels, Size;
    public float Alpha, Beta, K;

    /// <summary>The constants of <paramref name="s"/>; what is read and written is still to be set.</summary>
    public static ResponseNorm Of(in ResponseNormSizes s) => new() { Pixels = s.Images * s.Height * s.Width, Channels = s.Channels, Size = s.Size, Alpha = s.Alpha, Beta = s.Beta, K = s.K };

    public void Execute() => Workers.Run(ref this, (Pixels + PixelsPerItem - 1) / PixelsPerItem);

    public readonly void Run(int item)
    {
        int last = Math.Min((item + 1) * PixelsPerItem, Pixels), before = Size / 2, after = (Size - 1) / 2;
        float* scaled = stackalloc float[Dx == null ? 1 : Channels];
        for (int p = item * PixelsPerItem; p < last; p++)
        {
            float* x = X + (nint)p * Channels, y = Y + (nint)p * Channels, d = Denominators + (nint)p * Channels;
            if (Dx == null)
                for (int c = 0; c < Channels; c++)
                {
                    float sum = 0;
                    for (int j = Math.Max(0, c - before); j <= Math.Min(Channels - 1, c + after); j++)
                        sum += x[j] * x[j];
                    d[c] = K + Alpha / Size * sum;
                    y[c] = x[c] * MathF.Pow(d[c], -Beta);
                }
            else
            {
                for (int c = 0; c < Channels; c++)
                    scaled[c] = y[c] * x[c] * MathF.Pow(d[c], -Beta - 1);
                float* dx = Dx + (nint)p * Channels;
                for (int c = 0; c < Channels; c++)
                {
                    // Channel c stands in the windows of c - after to c + before.
                    float sum = 0;
                    for (int j = Math.Max(0, c - after); j <= Math.Min(Channels - 1, c + before); j++)
                        sum += scaled[j];
                    dx[c] = y[c] * MathF.Pow(d[c], -Beta) - 2 * Alpha * Beta / Size * x[c] * sum;
                }
            }
        }
    }
}
