using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Winograd;

/// <summary>The gradient of 3x3 weights by Winograd's transforms: for each of thirty-six elements, the product of transformed inputs and output gradients over all tiles.</summary>
internal unsafe struct WinogradWeightProduct : IJob
{
    private const int LeastItems = 16, MostChannels = 64, MostFeatures = 64;

    private WinogradTiles tiles;
    private ConvolutionShape s;
    private BlockKernels products;
    private WinogradKernels transforms;
    private float* x, dy, sums, gradient;
    private int chunks, blocksPerChunk, channelGroups, groups;
    private nint sumRow, sumStep;
    private bool joining;

    /// <summary>Computes the gradient of the weights.</summary>
    /// <param name="x">(N, H, W, C), not padded.</param>
    /// <param name="dy">The output's gradient, (N, H', W', O).</param>
    /// <param name="gradient">Receives (O, C, 3, 3).</param>
    /// <param name="s">The sizes, for which <see cref="WinogradTiles.Fit"/> holds.</param>
    public static void Run(float* x, float* dy, float* gradient, in ConvolutionShape s)
    {
        var job = new WinogradWeightProduct
        {
            tiles = new WinogradTiles(s),
            s = s,
            products = BlockKernels.Current,
            transforms = WinogradKernels.Current,
            x = x,
            dy = dy,
            gradient = gradient,
            channelGroups = (s.Channels + MostChannels - 1) / MostChannels,
        };
        int groups = job.groups = job.channelGroups * ((s.Features + MostFeatures - 1) / MostFeatures);
        job.sumRow = Math.Min(s.Features, MostFeatures);
        job.sumStep = job.products.Padded(Math.Min(s.Channels, MostChannels)) * job.sumRow;
        job.chunks = Math.Min(job.tiles.Blocks, (LeastItems + groups - 1) / groups);
        job.blocksPerChunk = (job.tiles.Blocks + job.chunks - 1) / job.chunks;
        job.chunks = (job.tiles.Blocks + job.blocksPerChunk - 1) / job.blocksPerChunk;
        var sums = CpuStorage.Floats((long)job.chunks * groups * WinogradTiles.Elements * job.sumStep);
        job.sums = sums.Pointer;
        Workers.Run(ref job, job.chunks * groups);
        job.joining = true;
        Workers.Run(ref job, s.Features / WinogradTiles.ChannelUnit);
        sums.Release();
    }

    public readonly void Run(int item)
    {
        if (joining)
            Join(item * WinogradTiles.ChannelUnit);
        else
            Multiply(item);
    }

    private readonly void Multiply(int item)
    {
        int chunk = item % chunks, group = item / chunks;
        int channel = group % channelGroups * MostChannels, channels = Math.Min(MostChannels, s.Channels - channel);
        int feature = group / channelGroups * MostFeatures, features = Math.Min(MostFeatures, s.Features - feature);
        nint vStep = WinogradTiles.StepOf(tiles.TilesPerBlock, channels), wStep = WinogradTiles.StepOf(tiles.TilesPerBlock, features);
        using var scratch = new Scratch((vStep + wStep) * WinogradTiles.Elements + Math.Max(channels, features));
        float* v = scratch.Pointer, w = v + vStep * WinogradTiles.Elements, zeros = w + wStep * WinogradTiles.Elements;
        new Span<float>(zeros, Math.Max(channels, features)).Clear();
        var inputs = new Windows(x, s.Height, s.Width, s.Channels, WinogradTiles.Side, zeros);
        var gradients = new Windows(dy, s.OutHeight, s.OutWidth, s.Features, WinogradTiles.Pixels, zeros);
        float** places = stackalloc float*[WinogradTiles.Elements];
        float* target = Region(chunk, group);
        int firstBlock = chunk * blocksPerChunk, lastBlock = Math.Min(firstBlock + blocksPerChunk, tiles.Blocks);
        for (int block = firstBlock; block < lastBlock; block++)
        {
            int count = tiles.CountOf(block);
            for (int i = 0; i < count; i++)
            {
                var (image, y0, x0) = tiles.Place(block * tiles.TilesPerBlock + i);
                inputs.Find(image, y0 - s.Padding, x0 - s.Padding, channel, places);
                transforms.Input(places, v + (nint)i * channels, vStep, channels);
                gradients.Find(image, y0, x0, feature, places);
                transforms.Gradient(places, w + (nint)i * features, wStep, features);
            }

            for (int element = 0; element < WinogradTiles.Elements; element++)
                Multiply(v + element * vStep, w + element * wStep, target + element * sumStep, channels, features, count, block > firstBlock);
        }
    }

    private readonly void Multiply(float* v, float* w, float* target, int channels, int features, int count, bool add)
    {
        nint none = 0;
        var work = new BlockWork { A = v, ARow = 1, AStep = channels, BStep = features, CRow = sumRow, ARuns = &none, BRuns = &none, Count = count, RunCount = 1, Add = add };
        for (int column = 0; column < features; column += products.Columns)
        {
            work.B = w + column;
            work.C = target + column;
            products.Run(ref work, channels, Math.Min(products.Columns, features - column));
        }
    }

    /// <summary>Sums the chunks for 16 features, transforms back and writes (O, C, 3, 3).</summary>
    private readonly void Join(int feature)
    {
        const int taps = 9, lanes = WinogradTiles.ChannelUnit, side = Transposition.Side;
        float** sources = stackalloc float*[side], targets = stackalloc float*[side];
        float* rows = stackalloc float[taps * lanes];
        for (int c = 0; c < s.Channels; c++)
        {
            float* from = Region(0, feature / MostFeatures * channelGroups + c / MostChannels) + c % MostChannels * sumRow + feature % MostFeatures;
            transforms.WeightGradient(from, sumStep, chunks, groups * WinogradTiles.Elements * sumStep, rows, lanes);
            for (int lane = 0; lane < lanes; lane += side)
            {
                for (int j = 0; j < side; j++)
                {
                    sources[j] = rows + j * lanes + lane;
                    targets[j] = gradient + ((nint)(feature + lane + j) * s.Channels + c) * taps;
                    targets[j][taps - 1] = rows[(taps - 1) * lanes + lane + j];
                }

                Transposition.Block(sources, targets);
            }
        }
    }

    /// <summary>The sums of one chunk of blocks for one group of channels and features: (ξ, channel, feature).</summary>
    private readonly float* Region(int chunk, int group) => sums + ((nint)chunk * groups + group) * WinogradTiles.Elements * sumStep;
}
