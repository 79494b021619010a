using Mekiki.Memory;
using Mekiki.Threading;

namespace Mekiki.Kernels;

/// <summary>A 3x3 convolution by Winograd's transforms: block by block of tiles, transform, thirty-six small products, transform back; nothing large leaves the cache.</summary>
internal unsafe struct WinogradConvolution : IJob
{
    private const int MostColumns = 64;

    private WinogradTiles tiles;
    private ConvolutionShape s;
    private BlockKernels products;
    private WinogradKernels transforms;
    private float* x, y, bias, weights, moments;
    private bool relu;

    /// <summary>y = x * w + b.</summary>
    /// <param name="x">(N, H, W, C), not padded.</param>
    /// <param name="weights">As <see cref="WinogradWeights.Transform"/> made them.</param>
    /// <param name="bias">(O), or null.</param>
    /// <param name="y">Receives (N, H', W', O).</param>
    /// <param name="s">The sizes, for which <see cref="WinogradTiles.Fit"/> holds.</param>
    /// <param name="relu">Whether negative results become 0.</param>
    /// <param name="wantMoments">Whether <paramref name="moments"/> are wanted.</param>
    /// <param name="moments">Receives the moments of y's pixel blocks, (blocks, 2, O), where these are of equal size; else null.</param>
    /// <returns>How many blocks there are, and how many pixels each has.</returns>
    public static (int Blocks, int PixelsPerBlock) Run(float* x, Storage weights, float* bias, float* y, in ConvolutionShape s, bool relu, bool wantMoments, out Storage? moments)
    {
        var job = new WinogradConvolution
        {
            tiles = new WinogradTiles(s),
            s = s,
            products = BlockKernels.Current,
            transforms = WinogradKernels.Current,
            x = x,
            y = y,
            weights = weights.Pointer,
            bias = bias,
            relu = relu,
        };
        moments = wantMoments && job.tiles.PixelsPerBlock > 0 ? Storage.Floats(2L * job.tiles.Blocks * s.Features) : null;
        job.moments = moments is null ? null : moments.Pointer;
        Workers.Run(ref job, job.tiles.Blocks * ((s.Features + MostColumns - 1) / MostColumns));
        return (job.tiles.Blocks, job.tiles.PixelsPerBlock);
    }

    public readonly void Run(int item)
    {
        int block = item % tiles.Blocks, first = item / tiles.Blocks * MostColumns, columns = Math.Min(MostColumns, s.Features - first);
        int rows = tiles.RowsOf(block), count = rows * tiles.Columns, padded = products.Padded(count);
        nint inStep = WinogradTiles.StepOf(padded, s.Channels), outStep = WinogradTiles.StepOf(padded, columns);
        using var scratch = new Scratch((inStep + outStep + Math.Max(s.Channels, columns)) * WinogradTiles.Elements);
        float* v = scratch.Pointer, m = v + inStep * WinogradTiles.Elements, patch = m + outStep * WinogradTiles.Elements;
        var patches = new Patches(s.Height, s.Width, s.Channels, WinogradTiles.Side, patch);
        for (int row = 0; row < rows; row++)
        {
            var (image, y0) = tiles.Place(block * tiles.RowsPerBlock + row);
            for (int tx = 0; tx < tiles.Columns; tx++)
            {
                float* source = patches.At(x, image, y0 - s.Padding, WinogradTiles.Pixels * tx - s.Padding, 0, s.Channels, out nint line, out nint pixel);
                transforms.Input(source, line, pixel, v + ((nint)row * tiles.Columns + tx) * s.Channels, inStep, s.Channels);
            }
        }

        // What fills the last tile of a product may be anything that is not slow to multiply.
        for (int element = 0; element < WinogradTiles.Elements && padded > count; element++)
            new Span<float>(v + element * inStep + (nint)count * s.Channels, (padded - count) * s.Channels).Clear();
        for (int element = 0; element < WinogradTiles.Elements; element++)
            Multiply(v + element * inStep, m + element * outStep, element, count, first, columns);
        for (int row = 0; row < rows; row++)
        {
            var (image, y0) = tiles.Place(block * tiles.RowsPerBlock + row);
            int height = Math.Min(WinogradTiles.Pixels, tiles.OutHeight - y0);
            nint line = (nint)tiles.OutWidth * s.Features;
            for (int tx = 0; tx < tiles.Columns; tx++)
            {
                int x0 = tx * WinogradTiles.Pixels, width = Math.Min(WinogradTiles.Pixels, tiles.OutWidth - x0);
                float* target = y + (((nint)image * tiles.OutHeight + y0) * tiles.OutWidth + x0) * s.Features + first;
                float* source = m + ((nint)row * tiles.Columns + tx) * columns, shift = bias == null ? null : bias + first;
                if (height == WinogradTiles.Pixels && width == WinogradTiles.Pixels)
                {
                    transforms.Output(source, outStep, target, line, s.Features, shift, relu, columns);
                    continue;
                }

                transforms.Output(source, outStep, patch, WinogradTiles.Pixels * columns, columns, shift, relu, columns);
                for (int i = 0; i < height; i++)
                    for (int j = 0; j < width; j++)
                        new Span<float>(patch + (i * WinogradTiles.Pixels + j) * columns, columns).CopyTo(new Span<float>(target + i * line + (nint)j * s.Features, columns));
            }
        }

        if (moments != null)
        {
            int pixel = block * tiles.PixelsPerBlock, pixels = Math.Min(tiles.PixelsPerBlock, s.OutputPixels - pixel);
            float* mean = moments + (nint)block * 2 * s.Features + first;
            ChannelKernels.Moments(y + (nint)pixel * s.Features + first, s.Features, pixels, columns, mean, mean + s.Features);
        }
    }

    private readonly void Multiply(float* v, float* m, int element, int count, int first, int columns)
    {
        nint none = 0;
        var work = new BlockWork { A = v, ARow = s.Channels, AStep = 1, CRow = columns, ARuns = &none, BRuns = &none, Count = s.Channels, RunCount = 1 };
        for (int column = 0; column < columns; column += products.Columns)
        {
            // A panel is as wide as its columns: the last one may be narrower.
            int lanes = Math.Min(products.Columns, columns - column);
            work.B = weights + ((nint)element * s.Features + first + column) * s.Channels;
            work.BStep = lanes;
            work.C = m + column;
            products.Run(ref work, count, lanes);
        }
    }
}
