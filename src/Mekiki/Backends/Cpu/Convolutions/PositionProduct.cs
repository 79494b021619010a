using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Norms;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Threading;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>A convolution of small images, or its input gradient, pixel by pixel: images are the rows of a product, and taps outside are left out instead of multiplied with zeros.</summary>
internal unsafe struct PositionProduct : IJob
{
    private TileKernels edges;
    private BlockKernels blocks;
    private TapPairs pairs;
    private Epilogue epilogue;
    private float* source, target, panels;
    private int images, panelCount, sourcePixels, targetPixels, sourceChannels, targetChannels, taps;
    private bool back;

    /// <summary>y = x * w, and the epilogue.</summary>
    /// <param name="x">(N, H, W, C), not padded.</param>
    /// <param name="panels">The weights, as <see cref="WeightPanels.Forward"/> made them.</param>
    /// <param name="y">Receives (N, H', W', O).</param>
    /// <param name="s">The sizes, for which <see cref="TapPairs.Fit"/> holds; one group.</param>
    /// <param name="epilogue">What is done to y at once.</param>
    public static void Forward(float* x, CpuStorage panels, float* y, in ConvolutionShape s, in Epilogue epilogue)
    {
        var job = new PositionProduct
        {
            source = x,
            target = y,
            panels = panels.Pointer,
            epilogue = epilogue,
            sourcePixels = s.Height * s.Width,
            targetPixels = s.OutHeight * s.OutWidth,
            sourceChannels = s.Channels,
            targetChannels = s.Features,
        };
        job.Execute(s, TapGroup.Output);
    }

    /// <summary>The gradient of the input.</summary>
    /// <param name="dy">(N, H', W', O).</param>
    /// <param name="weight">(O, C, kh, kw).</param>
    /// <param name="dx">Receives (N, H, W, C).</param>
    /// <param name="s">The sizes, as for the way there.</param>
    public static void InputGradient(float* dy, float* weight, float* dx, in ConvolutionShape s)
    {
        var panels = WeightPanels.Backward(weight, s, WeightPanels.AllTaps(s));
        var job = new PositionProduct
        {
            source = dy,
            target = dx,
            panels = panels.Pointer,
            back = true,
            sourcePixels = s.OutHeight * s.OutWidth,
            targetPixels = s.Height * s.Width,
            sourceChannels = s.Features,
            targetChannels = s.Channels,
        };
        job.Execute(s, TapGroup.Input);
        panels.Release();
    }

    public readonly void Run(int item)
    {
        int panel = item / targetPixels, pixel = item % targetPixels, column = panel * blocks.Columns, columns = Math.Min(blocks.Columns, targetChannels - column);
        var found = pairs[pixel];
        nint* aRuns = stackalloc nint[found.Length + 1], bRuns = stackalloc nint[found.Length + 1];
        for (int i = 0; i < found.Length; i++)
        {
            aRuns[i] = (nint)(back ? found[i].Output : found[i].Input) * sourceChannels;
            bRuns[i] = (nint)found[i].Tap * sourceChannels * blocks.Columns;
        }

        nint sourceImage = (nint)sourcePixels * sourceChannels, targetImage = (nint)targetPixels * targetChannels;
        float* to = target + (nint)pixel * targetChannels + column, weights = panels + (nint)panel * taps * sourceChannels * blocks.Columns;
        int whole = columns == blocks.Columns ? images / blocks.Rows * blocks.Rows : 0;
        if (whole > 0)
        {
            var work = new BlockWork
            {
                A = source,
                B = weights,
                C = to,
                ARow = sourceImage,
                AStep = 1,
                BStep = blocks.Columns,
                CRow = targetImage,
                ARuns = aRuns,
                BRuns = bRuns,
                Count = sourceChannels,
                RunCount = found.Length,
            };
            blocks.Run(ref work, whole, columns);
        }

        float** a = stackalloc float*[TileKernels.MostRows];
        float** c = stackalloc float*[TileKernels.MostRows];
        var rest = new TileWork
        {
            A = a,
            C = c,
            B = weights,
            ARuns = aRuns,
            BRuns = bRuns,
            AStep = 1,
            BStep = blocks.Columns,
            Count = sourceChannels,
            RunCount = found.Length,
        };
        for (int image = whole; image < images; image += edges.Rows)
        {
            int rows = Math.Min(edges.Rows, images - image);
            for (int j = 0; j < rows; j++)
            {
                a[j] = source + (image + j) * sourceImage;
                c[j] = to + (image + j) * targetImage;
            }

            edges.Run(ref rest, rows, columns);
        }

        float* bias = epilogue.Bias == null ? null : epilogue.Bias + column;
        float* residual = epilogue.Residual == null ? null : epilogue.Residual + (to - target);
        ChannelKernels.Finish(to, targetImage, images, columns, bias, residual, epilogue.Then);
    }

    private void Execute(in ConvolutionShape s, TapGroup group)
    {
        int* starts = stackalloc int[TapPairs.MostPairs + 1];
        (int, int, int)* room = stackalloc (int, int, int)[TapPairs.MostPairs];
        pairs = new TapPairs(s, group, starts, room);
        (edges, blocks, images, taps) = (TileKernels.Current, BlockKernels.Current, s.Images, s.Taps);
        panelCount = (targetChannels + blocks.Columns - 1) / blocks.Columns;
        Workers.Run(ref this, panelCount * targetPixels);
    }
}
