using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Norms;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>
/// A matrix product whose rows are pixels: every target pixel is the sum over runs of a source's neighbouring floats times
/// packed weights. Convolutions, their input gradients and matrix products all have this form.
/// </summary>
internal unsafe struct PixelProduct : IJob
{
    private const int BlockBytes = 96 << 10, LeastItems = 16, LeastPixels = 6 * TileKernels.MostRows, CachedWeights = 96 << 10, MoreBlocks = 2, MostIdle = 5, ShortRows = 4;

    /// <summary>The grid of target pixels.</summary>
    public int Images, Height, Width;

    /// <summary>Where the first pixel lies, and how far the next image, row, pixel and group lie, in floats.</summary>
    public float* Source, Target;

    public nint SourceImage, SourceRow, SourcePixel, SourceGroup, TargetImage, TargetRow, TargetPixel, TargetGroup;

    /// <summary>Weights, (group, panel, k, column).</summary>
    public float* Panels;

    /// <summary>The bias of each column, or null: (group, column), readable up to the panels' end.</summary>
    public float* Bias;

    /// <summary>Where each run begins, from a source pixel, in floats.</summary>
    public nint* Runs;

    public int RunCount, RunLength, Columns, Groups;

    /// <summary>Of each block of pixels, mean and sum of squared deviations of each column: (block, 2, group · columns); null when not wanted.</summary>
    public float* Moments;

    /// <summary>What is added to the target, lying as it does, or null.</summary>
    public float* Residual;

    /// <summary>The function of each number of the result, or null.</summary>
    public Function? Then;

    /// <summary>Whether the bias is added to the sum, instead of the sum to it.</summary>
    public bool BiasLast;

    private TileKernels kernels;
    private BlockKernels wholes;
    private bool isEven;
    private int pixelsPerBlock, blocks, panels, panelsPerItem, panelItems;
    private nint* panelRuns;

    public readonly int Blocks => blocks;

    /// <summary>Of every block but the last; 0: shares of them are equal, but for a tile.</summary>
    public readonly int PixelsPerBlock => pixelsPerBlock;

    /// <summary>Cuts the work; call once all sizes are set.</summary>
    /// <param name="wantMoments">Whether <see cref="Moments"/> are wanted, whose bits depend on the blocks: then the shape alone says how work is cut. Results do not depend on it.</param>
    public void Plan(bool wantMoments)
    {
        Prepare();
        int most = Math.Max(4, BlockBytes / sizeof(float) / Columns / TileKernels.MostRows) * TileKernels.MostRows, least = Math.Max(1, (Pixels + most - 1) / most);
        Cut(least);
        int threads = Workers.Current;
        if (wantMoments || threads == 1 || blocks * Groups >= LeastItems)
            return;
        // Equal shares of pixels, if there are many and each thread's cache holds the weights: of panels, the last may be narrow.
        if (Pixels >= LeastPixels * threads && (long)panels * kernels.Columns * RunLength * RunCount <= CachedWeights)
        {
            (blocks, pixelsPerBlock) = ((least + threads - 1) / threads * threads, 0);
            (panelItems, panelsPerItem) = (1, panels);
            return;
        }

        // Of few items some threads have one more than the others, which wait for them.
        int chosen = least, idle = Idle(threads);
        for (int count = least + 1; idle > MostIdle && count <= Math.Min(least + MoreBlocks, Pixels / (2 * TileKernels.MostRows)); count++)
        {
            Cut(count);
            if (Idle(threads) < idle)
                (chosen, idle) = (count, Idle(threads));
        }

        Cut(chosen);
    }

    private void Prepare()
    {
        (kernels, wholes) = (TileKernels.Current, BlockKernels.Current);
        isEven = SourceRow == Width * SourcePixel && TargetRow == Width * TargetPixel && SourceImage == Height * SourceRow && TargetImage == Height * TargetRow;
        panels = (Columns + kernels.Columns - 1) / kernels.Columns;
    }

    private readonly int Pixels => Images * Height * Width;

    private readonly int FirstPixel(int block) =>
        Math.Min(pixelsPerBlock > 0 ? block * pixelsPerBlock : (int)((long)((Pixels - 1) / TileKernels.MostRows + 1) * block / blocks) * TileKernels.MostRows, Pixels);

    /// <summary>Cuts pixels into blocks, and panels into items.</summary>
    private void Cut(int count)
    {
        // A multiple of the rows of every tile, so that results do not depend on the vectors' width more than they must.
        pixelsPerBlock = ((Pixels + count - 1) / count + TileKernels.MostRows - 1) / TileKernels.MostRows * TileKernels.MostRows;
        blocks = (Pixels + pixelsPerBlock - 1) / pixelsPerBlock;
        panelItems = Math.Min(panels, (LeastItems + blocks * Groups - 1) / (blocks * Groups));
        panelsPerItem = (panels + panelItems - 1) / panelItems;
        panelItems = (panels + panelsPerItem - 1) / panelsPerItem;
    }

    /// <summary>Of the threads' time, how much they wait for the last of them, in percent.</summary>
    private readonly int Idle(int threads)
    {
        int items = blocks * Groups * panelItems, rounds = (items + threads - 1) / threads;
        return 100 - 100 * items / (rounds * threads);
    }

    /// <summary>Carries the product out on all threads.</summary>
    public void Execute()
    {
        nint* offsets = stackalloc nint[RunCount];
        FindPanelRuns(offsets);
        // Fewer rows than these take as long.
        Workers.Run(ref this, blocks * Groups * panelItems, (long)Math.Max(Pixels, ShortRows) * Columns * Groups * RunCount * RunLength);
    }

    /// <summary>Carries the product out on the calling thread, uncut and without moments; nothing is planned before.</summary>
    public void ExecuteAlone()
    {
        Prepare();
        nint* offsets = stackalloc nint[RunCount];
        FindPanelRuns(offsets);
        for (int group = 0; group < Groups; group++)
            Compute(group, 0, Pixels, 0, panels);
    }

    public readonly void Run(int item)
    {
        int block = item % blocks, panelItem = item / blocks % panelItems, group = item / blocks / panelItems;
        int first = FirstPixel(block), last = FirstPixel(block + 1);
        int firstPanel = panelItem * panelsPerItem, lastPanel = Math.Min(firstPanel + panelsPerItem, panels);
        Compute(group, first, last, firstPanel, lastPanel);
        if (Moments != null)
        {
            int from = firstPanel * kernels.Columns, count = Math.Min(Columns, lastPanel * kernels.Columns) - from;
            float* mean = Moments + (nint)block * 2 * Groups * Columns + group * Columns + from;
            ChannelKernels.Moments(Target + group * TargetGroup + (nint)first * TargetPixel + from, TargetPixel, last - first, count, mean, mean + Groups * Columns);
        }
    }

    private void FindPanelRuns(nint* offsets)
    {
        for (int r = 0; r < RunCount; r++)
            offsets[r] = (nint)r * RunLength * kernels.Columns;
        panelRuns = offsets;
    }

    private readonly void Compute(int group, int first, int last, int firstPanel, int lastPanel)
    {
        int panelSize = RunCount * RunLength * kernels.Columns;
        float** a = stackalloc float*[TileKernels.MostRows];
        float** c = stackalloc float*[TileKernels.MostRows];
        bool isBound = FunctionTable.IsBound(Then, out float floor, out float ceiling) && Residual == null && !(Bias != null && BiasLast);
        for (int panel = firstPanel; panel < lastPanel; panel++)
        {
            int column = panel * kernels.Columns, columns = Math.Min(kernels.Columns, Columns - column);
            var work = new TileWork
            {
                A = a,
                C = c,
                B = Panels + (nint)(group * panels + panel) * panelSize,
                ARuns = Runs,
                BRuns = panelRuns,
                AStep = 1,
                BStep = kernels.Columns,
                Count = RunLength,
                RunCount = RunCount,
                Bias = Bias + group * Columns + column,
                Start = Bias == null || BiasLast ? TileStart.Zero : TileStart.Bias,
            };
            nint toTarget = group * TargetGroup + column, toSource = group * SourceGroup;
            int start = first;
            if (isEven && wholes.Covers(columns))
            {
                // Pixels lie at equal distances, as those of 1x1 convolutions do: many tiles in one call.
                var tiles = new BlockWork
                {
                    A = Source + toSource + first * SourcePixel,
                    B = work.B,
                    C = Target + toTarget + first * TargetPixel,
                    ARow = SourcePixel,
                    AStep = 1,
                    BStep = kernels.Columns,
                    CRow = TargetPixel,
                    ARuns = Runs,
                    BRuns = panelRuns,
                    Count = RunLength,
                    RunCount = RunCount,
                    Tiles = (last - first) / kernels.Rows,
                    Bias = work.Start == TileStart.Bias ? work.Bias : null,
                    IsBound = isBound && Then is not null,
                    Floor = floor,
                    Ceiling = ceiling,
                    RowsAhead = (kernels.Rows * SourcePixel + RunLength - 1) / RunLength,
                    NextPanel = panelSize,
                };
                tiles.PanelAhead = kernels.Columns / Math.Max(1, tiles.Tiles);
                wholes.RunWhole(in tiles, columns);
                start += tiles.Tiles * kernels.Rows;
            }

            var at = new Place(start, this);
            for (int pixel = start; pixel < last; pixel += kernels.Rows)
            {
                int rows = Math.Min(kernels.Rows, last - pixel);
                for (int j = 0; j < rows; j++)
                {
                    a[j] = Source + toSource + at.Source;
                    c[j] = Target + toTarget + at.Target;
                    at.Next(this);
                }

                if (rows == kernels.Rows && columns == kernels.Columns)
                    kernels.Wide(in work);
                else
                    kernels.Run(ref work, rows, columns);
            }

            if (isBound && start < last)
                ChannelKernels.Finish(Target + toTarget + start * TargetPixel, TargetPixel, last - start, columns, null, null, Then);
        }

        if (isBound)
            return;
        int from = firstPanel * kernels.Columns, count = Math.Min(Columns, lastPanel * kernels.Columns) - from;
        nint done = group * TargetGroup + (nint)first * TargetPixel + from;
        ChannelKernels.Finish(Target + done, TargetPixel, last - first, count, Bias != null && BiasLast ? Bias + group * Columns + from : null, Residual == null ? null : Residual + done, Then);
    }

    /// <summary>Walks over the pixels, and knows where each lies in source and target.</summary>
    private struct Place
    {
        public nint Source, Target;
        private int x, y;

        public Place(int pixel, in PixelProduct p)
        {
            int image = pixel / (p.Width * p.Height);
            y = pixel / p.Width % p.Height;
            x = pixel % p.Width;
            Source = image * p.SourceImage + y * p.SourceRow + x * p.SourcePixel;
            Target = image * p.TargetImage + y * p.TargetRow + x * p.TargetPixel;
        }

        public void Next(in PixelProduct p)
        {
            Source += p.SourcePixel;
            Target += p.TargetPixel;
            if (++x < p.Width)
                return;
            x = 0;
            Source += p.SourceRow - p.Width * p.SourcePixel;
            Target += p.TargetRow - p.Width * p.TargetPixel;
            if (++y < p.Height)
                return;
            y = 0;
            Source += p.SourceImage - p.Height * p.SourceRow;
            Target += p.TargetImage - p.Height * p.TargetRow;
        }
    }
}
