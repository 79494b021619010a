using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Simd;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>The gradient of the weights of a convolution of small images: for each tap, input times output gradient over the pixels that it joins, both packed so that the product reads on.</summary>
internal unsafe struct PositionWeightProduct : IJob
{
    private const int TilesPerItem = 8;

    private ConvolutionShape s;
    private BlockKernels blocks;
    private TapPairs pairs;
    private float* x, dy, packedX, packedDy, gradient;
    private int channelTiles, panels, tileItems, step;

    /// <summary>Computes the gradient of the weights.</summary>
    /// <param name="x">(N, H, W, C), not padded.</param>
    /// <param name="dy">The output's gradient, (N, H', W', O).</param>
    /// <param name="gradient">Receives (O, C, kh, kw).</param>
    /// <param name="s">The sizes, for which <see cref="TapPairs.Fit"/> holds; one group.</param>
    public static void Run(float* x, float* dy, float* gradient, in ConvolutionShape s)
    {
        int* starts = stackalloc int[TapPairs.MostPairs + 1];
        (int, int, int)* room = stackalloc (int, int, int)[TapPairs.MostPairs];
        var job = new PositionWeightProduct { s = s, blocks = BlockKernels.Current, pairs = new TapPairs(s, TapGroup.Tap, starts, room), x = x, dy = dy, gradient = gradient };
        job.channelTiles = (s.Channels + job.blocks.Rows - 1) / job.blocks.Rows;
        job.panels = (s.Features + job.blocks.Columns - 1) / job.blocks.Columns;
        job.tileItems = (job.channelTiles + TilesPerItem - 1) / TilesPerItem;
        var xs = CpuStorage.Floats((long)job.channelTiles * job.blocks.Rows * s.InputPixels);
        var dys = CpuStorage.Floats((long)job.panels * job.blocks.Columns * s.OutputPixels);
        job.packedX = xs.Pointer;
        job.packedDy = dys.Pointer;
        Workers.Run(ref job, job.channelTiles + job.panels);
        job.step = 1;
        Workers.Run(ref job, job.tileItems * job.panels);
        xs.Release();
        dys.Release();
    }

    public readonly void Run(int item)
    {
        if (step == 1)
            Multiply(item % tileItems * TilesPerItem, item / tileItems);
        else if (item < channelTiles)
            Pack(x, s.Height * s.Width, s.Channels, item, blocks.Rows, packedX);
        else
            Pack(dy, s.OutHeight * s.OutWidth, s.Features, item - channelTiles, blocks.Columns, packedDy);
    }

    /// <summary>(N, pixel, channel) -> (part, pixel, N, channel of the part), zeros behind the last channel.</summary>
    private readonly void Pack(float* from, int pixels, int channels, int part, int width, float* to)
    {
        int first = part * width, count = Math.Min(width, channels - first);
        to += (nint)part * pixels * s.Images * width;
        for (int pixel = 0; pixel < pixels; pixel++)
            for (int image = 0; image < s.Images; image++, to += width)
            {
                float* source = from + ((nint)image * pixels + pixel) * channels + first;
                for (int i = 0; i < count; i++)
                    to[i] = source[i];
                for (int i = count; i < width; i++)
                    to[i] = 0;
            }
    }

    private readonly void Multiply(int firstTile, int panel)
    {
        int column = panel * blocks.Columns, columns = Math.Min(blocks.Columns, s.Features - column), rows = blocks.Rows;
        nint* aRuns = stackalloc nint[TapPairs.MostPixels], bRuns = stackalloc nint[TapPairs.MostPixels];
        using var scratch = new Scratch((long)s.Taps * rows * blocks.Columns);
        for (int tile = firstTile; tile < Math.Min(firstTile + TilesPerItem, channelTiles); tile++)
        {
            for (int tap = 0; tap < s.Taps; tap++)
            {
                var found = pairs[tap];
                for (int i = 0; i < found.Length; i++)
                    (aRuns[i], bRuns[i]) = ((nint)found[i].Input * s.Images * rows, (nint)found[i].Output * s.Images * blocks.Columns);
                var work = new BlockWork
                {
                    A = packedX + (nint)tile * s.InputPixels * rows,
                    B = packedDy + (nint)panel * s.OutputPixels * blocks.Columns,
                    C = scratch.Pointer + (nint)tap * rows * blocks.Columns,
                    ARow = 1,
                    AStep = rows,
                    BStep = blocks.Columns,
                    CRow = blocks.Columns,
                    ARuns = aRuns,
                    BRuns = bRuns,
                    Count = s.Images,
                    RunCount = found.Length,
                };
                blocks.Run(ref work, rows, blocks.Columns);
            }

            Unpack(scratch.Pointer, tile * rows, Math.Min(rows, s.Channels - tile * rows), column, columns);
        }
    }

    /// <summary>(tap, channel of the tile, column) -> (O, C, tap).</summary>
    private readonly void Unpack(float* sums, int channel, int channels, int column, int columns)
    {
        const int side = Transposition.Side;
        int depth = channels * s.Taps, tapStep = blocks.Rows * blocks.Columns;
        float** from = stackalloc float*[side], to = stackalloc float*[side];
        for (int d = 0; d < depth; d += side)
            for (int o = 0; o < columns; o += side)
            {
                int count = Math.Min(side, depth - d), width = Math.Min(side, columns - o);
                for (int i = 0; i < count; i++)
                    from[i] = sums + (nint)((d + i) % s.Taps) * tapStep + (d + i) / s.Taps * blocks.Columns + o;
                for (int j = 0; j < width; j++)
                    to[j] = gradient + ((nint)(column + o + j) * s.Channels + channel) * s.Taps + d;
                Transposition.Block(from, to, count, width);
            }
    }
}
