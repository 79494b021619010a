using Mekiki.Backends.Cpu.Convolutions;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Norms;
using Mekiki.Backends.Cpu.Products;

namespace Mekiki.Backends.Cpu;

/// <summary>Products, probabilities and losses.</summary>
internal sealed unsafe partial class CpuBackend
{
    private const int MostPackedInputs = 128;

    /// <inheritdoc/>
    public override Storage Multiply(in ProductSizes s, Storage a, Storage b)
    {
        long aLength = (long)s.Rows * s.Depth, yLength = (long)s.Rows * s.Columns;
        var y = CpuStorage.Floats(s.Count * yLength);
        if (s.Depth == 0)
        {
            new Span<float>(y.Pointer, (int)y.Length).Clear();
            return y;
        }

        int rowStride = s.IsFirstTransposed ? 1 : s.Depth, depthStride = s.IsFirstTransposed ? s.Rows : 1;
        if (s.Count > 1)
        {
            var first = new StridedMatrices(P(a), 0, (nint)aLength, rowStride, depthStride);
            var second = s.IsSecondTransposed ? StridedMatrices.Packed(P(b), s.Columns, s.Depth).Transposed : StridedMatrices.Packed(P(b), s.Depth, s.Columns);
            BatchedProduct.Run(first, second, StridedMatrices.Packed(y.Pointer, s.Rows, s.Columns), 1, s.Count, s.Rows, s.Columns, s.Depth);
            return y;
        }

        // The second operand's columns must lie side by side.
        var turned = s.IsSecondTransposed ? CpuStorage.Floats(b.Length) : S(b);
        if (s.IsSecondTransposed)
            Layouts.Transpose(P(b), turned.Pointer, 1, s.Columns, s.Depth);
        MatrixProduct.Run(P(a), rowStride, depthStride, turned.Pointer, s.Columns, y.Pointer, s.Columns, s.Rows, s.Columns, s.Depth);
        turned.Release();
        return y;
    }

    /// <inheritdoc/>
    public override Storage Linear(Storage x, Storage weight, Storage? bias, int rows, int inputs, int outputs)
    {
        var y = CpuStorage.Floats((long)rows * outputs);
        float* b = bias is null ? null : P(bias);
        // Not by the number of rows: a row's result is the same bits beside any others.
        if (inputs > MostPackedInputs)
            DotProducts.Run(P(x), P(weight), b, y.Pointer, rows, outputs, inputs);
        else
        {
            // Short rows: as a convolution of single pixels, whose sums need not be gathered from lanes.
            var s = new ConvolutionShape(rows, inputs, 1, 1, outputs, 1, 1, 1, 0, 1, 1);
            var panels = WeightPanels.Forward(P(weight), s);
            Convolution.Forward(P(x), panels, y.Pointer, s, new Epilogue(b, null), biasLast: false, wantMoments: false, out _);
            panels.Release();
        }

        return y;
    }

    /// <inheritdoc/>
    public override Storage SumRows(Storage x, int rows, int columns)
    {
        var sum = CpuStorage.Floats(columns);
        ChannelKernels.Sum(P(x), rows, columns, sum.Pointer);
        return sum;
    }

    /// <inheritdoc/>
    public override Storage Softmax(Storage x, int rows, int columns, bool log)
    {
        var y = CpuStorage.Floats(x.Length);
        var kernel = new Softmax { X = P(x), Y = y.Pointer, Rows = rows, Columns = columns, Log = log };
        if (x.Length > 0)
            kernel.Execute();
        return y;
    }

    /// <inheritdoc/>
    public override Storage SoftmaxGradient(Storage y, Storage dy, int rows, int columns, bool log)
    {
        var dx = CpuStorage.Floats(y.Length);
        var kernel = new Softmax { X = dx.Pointer, Y = P(y), Dy = P(dy), Rows = rows, Columns = columns, Log = log };
        if (y.Length > 0)
            kernel.Execute();
        return dx;
    }

    /// <inheritdoc/>
    public override Storage Nll(Storage logProbabilities, int rows, int classes, ReadOnlySpan<long> labels, Storage? weights, float smoothing, Reduction reduction, out Storage slopes)
    {
        // The loss is linear in the log-probabilities: its coefficients are the derivative, and their product with them the value.
        var coefficients = CpuStorage.Floats((long)rows * classes);
        float* w = weights is null ? null : P(weights), from = P(logProbabilities);
        bool isEach = reduction == Reduction.None;
        var value = CpuStorage.Floats(isEach ? rows : 1);
        double total = 0;
        for (int n = 0; n < rows; n++)
            if (labels[n] >= 0)
                total += w == null ? 1 : w[labels[n]];
        double share = reduction == Reduction.Mean ? 1 / total : 1, loss = 0;
        for (int n = 0; n < rows; n++)
        {
            float* slope = coefficients.Pointer + (nint)n * classes, row = from + (nint)n * classes;
            if (isEach)
                loss = 0;
            if (labels[n] < 0)
                new Span<float>(slope, classes).Clear();
            else
            {
                double smoothed = smoothing / classes * share, sharp = (1.0 - smoothing) * share;
                for (int k = 0; k < classes; k++)
                    slope[k] = (float)(-smoothed * (w == null ? 1 : w[k]));
                slope[labels[n]] -= (float)(sharp * (w == null ? 1 : w[labels[n]]));
                if (smoothing > 0)
                    for (int k = 0; k < classes; k++)
                        loss += slope[k] * (double)row[k];
                else
                    loss += slope[labels[n]] * (double)row[labels[n]];
            }

            if (isEach)
                value.Pointer[n] = (float)loss;
        }

        if (!isEach)
            *value.Pointer = (float)loss;
        slopes = coefficients;
        return value;
    }
}
