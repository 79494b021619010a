using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Winograd;

/// <summary>Transforms 3x3 weights into the panels that the products read.</summary>
internal unsafe struct WinogradWeights : IJob
{
    private float* weight, target;
    private int channels, features, columns;
    private bool flipped;
    private WinogradKernels transforms;

    /// <summary>G w Gᵀ as (ξ, panel, C, column), a panel as wide as a tile of products; the last one may be narrower.</summary>
    /// <param name="weight">(O, C, 3, 3); flipped (C, O, 3, 3), turned by 180°.</param>
    /// <param name="flipped">See <paramref name="weight"/>.</param>
    /// <param name="channels">C, a multiple of <see cref="WinogradTiles.ChannelUnit"/>.</param>
    /// <param name="features">O, a multiple of <see cref="WinogradTiles.ChannelUnit"/>.</param>
    public static CpuStorage Transform(float* weight, bool flipped, int channels, int features)
    {
        var result = CpuStorage.Floats((long)WinogradTiles.Elements * channels * features);
        var job = new WinogradWeights
        {
            weight = weight,
            target = result.Pointer,
            channels = channels,
            features = features,
            columns = BlockKernels.Current.Columns,
            flipped = flipped,
            transforms = WinogradKernels.Current,
        };
        Workers.Run(ref job, (features + job.columns - 1) / job.columns);
        return result;
    }

    public readonly void Run(int panel)
    {
        const int taps = 9;
        int first = panel * columns, lanes = Math.Min(columns, features - first);
        const int side = Transposition.Side;
        float* gathered = stackalloc float[taps * 32];
        float** sources = stackalloc float*[side], targets = stackalloc float*[side];
        for (int c = 0; c < channels; c++)
        {
            float* corner = weight + (flipped ? (nint)c * features + first : (nint)first * channels + c) * taps;
            nint next = flipped ? taps : (nint)channels * taps;
            for (int lane = 0; lane < lanes; lane += side)
            {
                float* last = gathered + (flipped ? 0 : taps - 1) * lanes + lane;
                for (int j = 0; j < side; j++)
                {
                    sources[j] = corner + (lane + j) * next;
                    targets[j] = gathered + (flipped ? taps - 1 - j : j) * lanes + lane;
                    last[j] = sources[j][taps - 1];
                }

                Transposition.Block(sources, targets);
            }

            transforms.Weights(gathered, lanes, target + (nint)first * channels + (nint)c * lanes, (nint)channels * features);
        }
    }
}
