using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Products;
using Mekiki.Backends.Cpu.Winograd;

namespace Mekiki.Backends.Cpu.Convolutions;

/// <summary>2-D convolution and its gradients as products over pixels, read where they lie: no patch is ever copied out.</summary>
/// <remarks>
/// Images are channels last and padded, so that the pixels under a kernel's row are one run of memory. After Dukhan,
/// "The Indirect Convolution Algorithm", 2019, arXiv:1907.02129; differs: runs of offsets instead of a buffer of pointers.
/// </remarks>
internal static unsafe class Convolution
{
    /// <summary>y = x * w, and the epilogue.</summary>
    /// <param name="paddedX">(N, H + 2p, W + 2p, C).</param>
    /// <param name="panels">The weights, as <see cref="WeightPanels.Forward"/> made them.</param>
    /// <param name="y">Receives (N, H', W', O).</param>
    /// <param name="s">The sizes.</param>
    /// <param name="epilogue">What is done to y at once.</param>
    /// <param name="biasLast">Whether the bias is added to the sum, as <see cref="PositionProduct"/> does, instead of the sum to it.</param>
    /// <param name="wantMoments">Whether <paramref name="moments"/> are wanted.</param>
    /// <param name="moments">Receives the moments of y's pixel blocks: (blocks, 2, O).</param>
    /// <returns>How many blocks there are, and how many pixels each has.</returns>
    public static (int Blocks, int PixelsPerBlock) Forward(float* paddedX, CpuStorage panels, float* y, in ConvolutionShape s, in Epilogue epilogue, bool biasLast, bool wantMoments, out CpuStorage? moments)
    {
        bool joined = IsJoined(s);
        int runCount = joined ? s.KernelHeight : s.Taps;
        nint* runs = stackalloc nint[runCount];
        for (int r = 0; r < runCount; r++)
            runs[r] = (joined ? (nint)r * s.PaddedWidth : (nint)(r / s.KernelWidth) * s.PaddedWidth + r % s.KernelWidth) * s.Dilation * s.Channels;
        var product = Product(paddedX, panels.Pointer, y, s, epilogue, biasLast, runs, runCount);
        product.Plan(wantMoments);
        moments = wantMoments ? CpuStorage.Floats(2L * product.Blocks * s.Features) : null;
        product.Moments = moments is null ? null : moments.Pointer;
        product.Execute();
        return (product.Blocks, product.PixelsPerBlock);
    }

    /// <summary>y = x * w and the epilogue of a 1x1 convolution, on the calling thread.</summary>
    /// <param name="x">(N, H, W, C).</param>
    /// <param name="panels">The weights, as <see cref="WeightPanels.Forward"/> made them.</param>
    /// <param name="y">Receives (N, H, W, O).</param>
    /// <param name="s">The sizes: 1x1, of stride 1, without margin.</param>
    /// <param name="epilogue">What is done to y at once.</param>
    /// <param name="biasLast">As for <see cref="Forward"/>.</param>
    public static void Pointwise(float* x, float* panels, float* y, in ConvolutionShape s, in Epilogue epilogue, bool biasLast)
    {
        nint run = 0;
        var product = Product(x, panels, y, s, epilogue, biasLast, &run, 1);
        product.ExecuteAlone();
    }

    private static bool IsJoined(in ConvolutionShape s) => s.Dilation == 1 && s.Groups == 1;

    private static PixelProduct Product(float* paddedX, float* panels, float* y, in ConvolutionShape s, in Epilogue epilogue, bool biasLast, nint* runs, int runCount)
    {
        return new PixelProduct
        {
            Images = s.Images,
            Height = s.OutHeight,
            Width = s.OutWidth,
            Source = paddedX,
            SourceImage = (nint)s.PaddedHeight * s.PaddedWidth * s.Channels,
            SourceRow = (nint)s.Stride * s.PaddedWidth * s.Channels,
            SourcePixel = (nint)s.Stride * s.Channels,
            SourceGroup = s.GroupChannels,
            Target = y,
            TargetImage = (nint)s.OutHeight * s.OutWidth * s.Features,
            TargetRow = (nint)s.OutWidth * s.Features,
            TargetPixel = s.Features,
            TargetGroup = s.GroupFeatures,
            Panels = panels,
            Bias = epilogue.Bias,
            BiasLast = biasLast,
            Residual = epilogue.Residual,
            Runs = runs,
            RunCount = runCount,
            RunLength = IsJoined(s) ? s.KernelWidth * s.Channels : s.GroupChannels,
            Columns = s.GroupFeatures,
            Groups = s.Groups,
            Then = epilogue.Then,
        };
    }

    /// <summary>The gradient of the input.</summary>
    /// <param name="dy">(N, H', W', O).</param>
    /// <param name="weight">(O, C/groups, kh, kw).</param>
    /// <param name="dx">Receives (N, H, W, C).</param>
    /// <param name="s">The sizes.</param>
    /// <remarks>
    /// Input pixel i meets tap k at output (i + p - k d) / s where that is whole. Pixels with the same remainder by the stride
    /// meet the same taps, at a constant distance: one product over pixels for each of the s² remainders.
    /// </remarks>
    public static void InputGradient(float* dy, float* weight, float* dx, in ConvolutionShape s)
    {
        switch (ConvolutionRule.OfInputGradient(s))
        {
            case ConvolutionMethod.Winograd:
                var turned = WinogradWeights.Transform(weight, flipped: true, s.Features, s.Channels);
                WinogradConvolution.Run(dy, turned, dx, ConvolutionRule.Turned(s), default, wantMoments: false, out _);
                turned.Release();
                return;
            case ConvolutionMethod.Positions:
                PositionProduct.InputGradient(dy, weight, dx, s);
                return;
            case ConvolutionMethod.Depthwise:
                Depthwise.InputGradient(dy, weight, dx, s);
                return;
        }

        var rows = Axis.Of(s.Height, s.OutHeight, s.KernelHeight, s);
        var columns = Axis.Of(s.Width, s.OutWidth, s.KernelWidth, s);
        bool pad = rows.Before + rows.After + columns.Before + columns.After > 0;
        var padded = pad ? Padding.Copy(dy, s.Images, s.OutHeight, s.OutWidth, s.Features, rows.Before, rows.After, columns.Before, columns.After) : null;
        int paddedWidth = s.OutWidth + columns.Before + columns.After, paddedHeight = s.OutHeight + rows.Before + rows.After;
        if (s.Stride > Math.Min(s.KernelHeight, s.KernelWidth) || s.Dilation > 1)
            new Span<float>(dx, s.InputPixels * s.Channels).Clear();
        nint* runs = stackalloc nint[s.Taps];
        for (int phaseY = 0; phaseY < Math.Min(s.Stride, s.Height); phaseY++)
            for (int phaseX = 0; phaseX < Math.Min(s.Stride, s.Width); phaseX++)
            {
                var taps = new WeightPanels.Taps(s.Taps);
                int count = 0;
                for (int ky = 0; ky < s.KernelHeight; ky++)
                    for (int kx = 0; kx < s.KernelWidth; kx++)
                    {
                        int oy = phaseY + s.Padding - ky * s.Dilation, ox = phaseX + s.Padding - kx * s.Dilation;
                        if (oy % s.Stride != 0 || ox % s.Stride != 0)
                            continue;
                        taps.Order[count] = ky * s.KernelWidth + kx;
                        runs[count++] = ((nint)(oy / s.Stride + rows.Before) * paddedWidth + ox / s.Stride + columns.Before) * s.Features;
                    }

                if (count == 0)
                    continue;
                var panels = WeightPanels.Backward(weight, s, taps with { Count = count });
                var product = new PixelProduct
                {
                    Images = s.Images,
                    Height = (s.Height - phaseY + s.Stride - 1) / s.Stride,
                    Width = (s.Width - phaseX + s.Stride - 1) / s.Stride,
                    Source = padded is null ? dy : padded.Pointer,
                    SourceImage = (nint)paddedHeight * paddedWidth * s.Features,
                    SourceRow = (nint)paddedWidth * s.Features,
                    SourcePixel = s.Features,
                    SourceGroup = s.GroupFeatures,
                    Target = dx + ((nint)phaseY * s.Width + phaseX) * s.Channels,
                    TargetImage = (nint)s.Height * s.Width * s.Channels,
                    TargetRow = (nint)s.Stride * s.Width * s.Channels,
                    TargetPixel = (nint)s.Stride * s.Channels,
                    TargetGroup = s.GroupChannels,
                    Panels = panels.Pointer,
                    Runs = runs,
                    RunCount = count,
                    RunLength = s.GroupFeatures,
                    Columns = s.GroupChannels,
                    Groups = s.Groups,
                };
                product.Plan(wantMoments: false);
                product.Execute();
                panels.Release();
            }

        padded?.Release();
    }

    /// <summary>How far the output's gradient must be padded along one axis, so that every tap of every input pixel finds something.</summary>
    private readonly record struct Axis(int Before, int After)
    {
        public static Axis Of(int length, int outLength, int kernel, in ConvolutionShape s)
        {
            int first = s.Padding - (kernel - 1) * s.Dilation, last = length - 1 + s.Padding;
            int lowest = first >= 0 ? 0 : -((-first + s.Stride - 1) / s.Stride);
            return new Axis(Math.Max(0, -lowest), Math.Max(0, last / s.Stride - (outLength - 1)));
        }
    }
}
