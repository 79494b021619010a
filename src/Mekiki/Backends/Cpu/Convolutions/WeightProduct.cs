using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>The gradient of a convolution's weights: for each tap and channel, the sum over output pixels of input times output gradient.</summary>
internal unsafe struct WeightProduct : IJob
{
    private const int TilesPerItem = 4, LeastItems = 12, BlockBytes = 96 << 10, MostRuns = 256;

    private ConvolutionShape s;
    private TileKernels kernels;
    private float* x, dy, sums;
    private int group, tiles, rowTiles, rowLength, chunks, imagesPerChunk, rowsPerBlock, tilesPerItem, tileItems;

    /// <summary>Computes the gradient of the weights.</summary>
    /// <param name="paddedX">Padded images, (N, H + 2p, W + 2p, C).</param>
    /// <param name="dy">The output's gradient, (N, H', W', O).</param>
    /// <param name="gradient">Receives (O, I/groups, kh, kw).</param>
    /// <param name="s">The sizes.</param>
    public static void Run(float* paddedX, float* dy, float* gradient, in ConvolutionShape s)
    {
        var kernels = TileKernels.Current;
        var job = new WeightProduct { s = s, kernels = kernels, x = paddedX, dy = dy };
        job.Plan();
        var sums = CpuStorage.Floats((long)job.chunks * s.Depth * job.rowLength);
        job.sums = sums.Pointer;
        for (int group = 0; group < s.Groups; group++)
        {
            job.group = group;
            Workers.Run(ref job, job.tileItems * job.chunks);
            WeightPanels.Unpack(job.sums, job.chunks, job.rowLength, gradient, s, group);
        }

        sums.Release();
    }

    private void Plan()
    {
        int panels = (s.GroupFeatures + kernels.Columns - 1) / kernels.Columns;
        rowLength = panels * kernels.Columns;
        rowTiles = (s.Depth + kernels.Rows - 1) / kernels.Rows;
        tiles = rowTiles * panels;
        // Pixels are cut by constants only, so that sums do not depend on the vectors' width or the threads.
        int items = (s.Depth + TileKernels.MostRows - 1) / TileKernels.MostRows;
        chunks = items >= LeastItems ? 1 : Math.Min(s.Images, (2 * LeastItems + items - 1) / items);
        imagesPerChunk = (s.Images + chunks - 1) / chunks;
        chunks = (s.Images + imagesPerChunk - 1) / imagesPerChunk;
        // A block of rows whose input stays in the second cache and whose columns of gradients stay in the first.
        long rowBytes = sizeof(float) * ((long)s.Stride * s.PaddedWidth * s.Channels + (long)s.OutWidth * Math.Min(s.Features, TileKernels.MostColumns));
        rowsPerBlock = (int)Math.Clamp(BlockBytes / rowBytes, 1, MostRuns);
        tilesPerItem = Math.Max(TilesPerItem, (tiles + 63) / 64);
        tileItems = (tiles + tilesPerItem - 1) / tilesPerItem;
    }

    public readonly void Run(int item)
    {
        int chunk = item / tileItems, firstTile = item % tileItems * tilesPerItem, lastTile = Math.Min(firstTile + tilesPerItem, tiles);
        int firstRow = chunk * imagesPerChunk * s.OutHeight, lastRow = Math.Min((chunk + 1) * imagesPerChunk, s.Images) * s.OutHeight;
        nint* aRuns = stackalloc nint[rowsPerBlock];
        nint* bRuns = stackalloc nint[rowsPerBlock];
        float** a = stackalloc float*[TileKernels.MostRows];
        float** c = stackalloc float*[TileKernels.MostRows];
        float* target = sums + (nint)chunk * s.Depth * rowLength;
        for (int first = firstRow; first < lastRow; first += rowsPerBlock)
        {
            int runs = Math.Min(rowsPerBlock, lastRow - first);
            for (int i = 0; i < runs; i++)
            {
                aRuns[i] = ((nint)((first + i) / s.OutHeight) * s.PaddedHeight + (first + i) % s.OutHeight * s.Stride) * s.PaddedWidth * s.Channels;
                bRuns[i] = (nint)(first + i) * s.OutWidth * s.Features;
            }

            var work = new TileWork
            {
                A = a,
                C = c,
                ARuns = aRuns,
                BRuns = bRuns,
                AStep = (nint)s.Stride * s.Channels,
                BStep = s.Features,
                Count = s.OutWidth,
                RunCount = runs,
                Ahead = kernels.Rows,
                Start = first == firstRow ? TileStart.Zero : TileStart.Sum,
            };
            for (int tile = firstTile; tile < lastTile; tile++)
            {
                int row = tile % rowTiles * kernels.Rows, rows = Math.Min(kernels.Rows, s.Depth - row), column = tile / rowTiles * kernels.Columns;
                int tap = row / s.GroupChannels, channel = row % s.GroupChannels;
                float* at = Tap(tap);
                for (int j = 0; j < rows; j++)
                {
                    a[j] = at + channel;
                    c[j] = target + (nint)(row + j) * rowLength + column;
                    if (++channel < s.GroupChannels)
                        continue;
                    at = Tap(++tap);
                    channel = 0;
                }

                work.B = dy + group * s.GroupFeatures + column;
                // Columns past the last feature hold neighbours' sums; nobody reads them.
                kernels.Run(ref work, rows, s.GroupFeatures - column > kernels.Lanes ? kernels.Columns : kernels.Lanes);
            }
        }
    }
    /// <summary>The first pixel under a tap, at the group's first channel.</summary>
    private readonly float* Tap(int tap) =>
        x + ((nint)(tap / s.KernelWidth) * s.PaddedWidth + tap % s.KernelWidth) * s.Dilation * s.Channels + group * s.GroupChannels;
}
