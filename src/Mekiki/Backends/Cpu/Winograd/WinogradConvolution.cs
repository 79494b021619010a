using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Norms;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Winograd;

/// <summary>A 3x3 convolution by Winograd's transforms: block by block of tiles, transform, thirty-six small products, transform back; nothing large leaves the cache.</summary>
internal unsafe struct WinogradConvolution : IJob
{
    /// <summary>Features whose products run together.</summary>
    public const int MostColumns = 64;

    private WinogradTiles tiles;
    private ConvolutionShape s;
    private BlockKernels products;
    private WinogradKernels transforms;
    private Epilogue epilogue;
    private WinogradMaxima maxima;
    private bool pools;
    private float* x, y, weights, moments;

    /// <summary>y = x * w, and the epilogue.</summary>
    /// <param name="x">(N, H, W, C), not padded.</param>
    /// <param name="weights">As <see cref="WinogradWeights.Transform"/> made them.</param>
    /// <param name="y">Receives (N, H', W', O).</param>
    /// <param name="s">The sizes, for which <see cref="WinogradTiles.Fit"/> holds.</param>
    /// <param name="epilogue">What is done to y at once.</param>
    /// <param name="wantMoments">Whether <paramref name="moments"/> are wanted.</param>
    /// <param name="moments">Receives the moments of y's pixel blocks, (blocks, 2, O), where these are of equal size; else null.</param>
    /// <returns>How many blocks there are, and how many pixels each has.</returns>
    public static (int Blocks, int PixelsPerBlock) Run(float* x, CpuStorage weights, float* y, in ConvolutionShape s, in Epilogue epilogue, bool wantMoments, out CpuStorage? moments)
    {
        var job = Of(x, weights, y, s);
        job.epilogue = epilogue;
        moments = wantMoments && job.tiles.PixelsPerBlock > 0 ? CpuStorage.Floats(2L * job.tiles.Blocks * s.Features) : null;
        job.moments = moments is null ? null : moments.Pointer;
        job.Execute();
        return (job.tiles.Blocks, job.tiles.PixelsPerBlock);
    }

    /// <summary>The 2x2 maxima of x * w once it has gone through a norm and ReLU.</summary>
    /// <param name="x">(N, H, W, C), not padded.</param>
    /// <param name="weights">As <see cref="WinogradWeights.Transform"/> made them.</param>
    /// <param name="y">Receives (N, H'/2, W'/2, O).</param>
    /// <param name="s">The sizes, for which <see cref="WinogradTiles.Fit"/> holds.</param>
    /// <param name="maxima">What becomes of each number before the maxima.</param>
    public static void Maxima(float* x, CpuStorage weights, float* y, in ConvolutionShape s, in WinogradMaxima maxima)
    {
        var job = Of(x, weights, y, s);
        (job.maxima, job.pools) = (maxima, true);
        job.Execute();
    }

    public readonly void Run(int item)
    {
        int block = item % tiles.Blocks, first = item / tiles.Blocks * MostColumns, columns = Math.Min(MostColumns, s.Features - first);
        int count = tiles.CountOf(block), padded = products.Padded(count);
        nint inStep = WinogradTiles.StepOf(padded, s.Channels), outStep = WinogradTiles.StepOf(padded, columns);
        using var scratch = new Scratch((inStep + outStep) * WinogradTiles.Elements + Math.Max(s.Channels, columns));
        float* v = scratch.Pointer, m = v + inStep * WinogradTiles.Elements, outside = m + outStep * WinogradTiles.Elements;
        new Span<float>(outside, s.Channels).Clear();
        var windows = new Windows(x, s.Height, s.Width, s.Channels, WinogradTiles.Side, outside);
        float** places = stackalloc float*[WinogradTiles.Elements];
        for (int i = 0; i < count; i++)
        {
            var (image, y0, x0) = tiles.Place(block * tiles.TilesPerBlock + i);
            windows.Find(image, y0 - s.Padding, x0 - s.Padding, 0, places);
            transforms.Input(places, v + (nint)i * s.Channels, inStep, s.Channels);
        }

        // What fills the last tile of a product may be anything that is not slow to multiply.
        for (int element = 0; element < WinogradTiles.Elements && padded > count; element++)
            new Span<float>(v + element * inStep + (nint)count * s.Channels, (padded - count) * s.Channels).Clear();
        for (int element = 0; element < WinogradTiles.Elements; element++)
            Multiply(v + element * inStep, m + element * outStep, element, count, first, columns);
        for (int i = 0; i < count; i++)
        {
            if (pools)
                Pool(block * tiles.TilesPerBlock + i, m + (nint)i * columns, outStep, outside, first, columns);
            else
                Finish(block * tiles.TilesPerBlock + i, m + (nint)i * columns, outStep, outside, first, columns);
        }

        if (moments != null)
        {
            int pixel = block * tiles.PixelsPerBlock, pixels = Math.Min(tiles.PixelsPerBlock, s.OutputPixels - pixel);
            float* mean = moments + (nint)block * 2 * s.Features + first;
            ChannelKernels.Moments(y + (nint)pixel * s.Features + first, s.Features, pixels, columns, mean, mean + s.Features);
        }
    }

    private static WinogradConvolution Of(float* x, CpuStorage weights, float* y, in ConvolutionShape s) => new()
    {
        tiles = new WinogradTiles(s),
        s = s,
        products = BlockKernels.Current,
        transforms = WinogradKernels.Current,
        x = x,
        y = y,
        weights = weights.Pointer,
    };

    private void Execute() => Workers.Run(ref this, tiles.Blocks * ((s.Features + MostColumns - 1) / MostColumns));

    /// <summary>Transforms one tile back and writes the maxima of its pixels.</summary>
    private readonly void Pool(int tile, float* m, nint step, float* outside, int first, int columns)
    {
        const int Side = WinogradTiles.Pixels / 2;
        var (image, y0, x0) = tiles.Place(tile);
        float** places = stackalloc float*[Side * Side];
        new Windows(y, tiles.OutHeight / 2, tiles.OutWidth / 2, s.Features, Side, outside).Find(image, y0 / 2, x0 / 2, first, places);
        transforms.Maxima(m, step, places, maxima.From(first), columns);
    }

    /// <summary>Transforms one tile back and writes its pixels.</summary>
    private readonly void Finish(int tile, float* m, nint step, float* outside, int first, int columns)
    {
        var (image, y0, x0) = tiles.Place(tile);
        float** places = stackalloc float*[WinogradTiles.Pixels * WinogradTiles.Pixels];
        new Windows(y, tiles.OutHeight, tiles.OutWidth, s.Features, WinogradTiles.Pixels, outside).Find(image, y0, x0, first, places);
        float* bias = epilogue.Bias == null ? null : epilogue.Bias + first, residual = epilogue.Residual;
        bool isRelu = epilogue.Then is { Kind: FunctionKind.Relu }, isDone = residual == null && (isRelu || epilogue.Then is null);
        transforms.Output(m, step, places, bias, isRelu && isDone, columns);
        if (isDone)
            return;
        int height = Math.Min(WinogradTiles.Pixels, tiles.OutHeight - y0), width = Math.Min(WinogradTiles.Pixels, tiles.OutWidth - x0);
        for (int i = 0; i < height; i++)
        {
            float* line = places[i * WinogradTiles.Pixels];
            ChannelKernels.Finish(line, s.Features, width, columns, null, residual == null ? null : residual + (line - y), epilogue.Then);
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
