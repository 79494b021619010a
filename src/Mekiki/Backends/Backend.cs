namespace Mekiki.Backends;

/// <summary>What a device can do: the one border between what operations mean and how a processor carries them out.</summary>
/// <remarks>
/// Operations check shapes and types, and know the gradients' formulas; a backend computes, on storages of its own.
/// Elements are float32 where nothing else is said. A method that returns a storage gives the caller its one reference.
/// What is computed must be the same bits on any number of threads. A backend may put work off where <see cref="Deferral"/>
/// allows it, and take several steps in one pass; the storages that it returns tell nobody.
/// <c>recorded</c> says that the gradient will be asked for, with the same storages: what it needs may be kept beside the
/// result until <see cref="Storage.Forget"/>.
/// </remarks>
internal abstract partial class Backend
{
    /// <summary>Where new tensors are made: on the thread that set it; the processor where nothing was set.</summary>
    [ThreadStatic] private static Backend? current;

    /// <summary>The backend of new tensors on this thread.</summary>
    public static Backend Current
    {
        get => current ?? Processor;
        set => current = value;
    }

    /// <summary>The processor that runs the program; it announces itself when the program is loaded.</summary>
    public static Backend Processor { get; private protected set; } = null!;

    /// <summary>The device.</summary>
    public abstract Device Device { get; }

    /// <summary>How images are laid out where channels matter: convolutions, norms, pooling.</summary>
    public abstract Layout ImageLayout { get; }

    // Memory

    /// <summary>Elements of arbitrary value.</summary>
    public abstract Storage Allocate(DType type, long length);

    /// <summary>Copies elements from the program's memory; <typeparamref name="T"/> is as large as the storage's elements.</summary>
    public abstract void Upload<T>(ReadOnlySpan<T> elements, Storage to, long at = 0) where T : unmanaged;

    /// <summary>Copies elements to the program's memory.</summary>
    public abstract void Download<T>(Storage from, Span<T> elements, long at = 0) where T : unmanaged;

    /// <summary>All elements become <paramref name="value"/>.</summary>
    public abstract void Fill(Storage storage, float value);

    /// <summary>Overwrites all elements with those of a storage of the same type and length.</summary>
    public abstract void Copy(Storage from, Storage to);

    /// <summary>That many zeros.</summary>
    public Storage Zeros(long length)
    {
        var zeros = Allocate(DType.Float32, length);
        Fill(zeros, 0);
        return zeros;
    }

    // Element by element

    /// <summary>f(x).</summary>
    public abstract Storage Map(in Function f, Storage x, bool recorded);

    /// <summary>dy · f'(x), given y = f(x) too. Takes over the reference to <paramref name="dy"/>, and may overwrite it.</summary>
    public abstract Storage MapGradient(in Function f, Storage x, Storage y, Storage dy);

    /// <summary>f(a, b), with a and b repeated to <paramref name="shape"/> where they are smaller; of equal shapes both lie alike.</summary>
    public abstract Storage Combine(Combination f, Storage a, Shape aShape, Storage b, Shape bShape, Shape shape, bool recorded);

    /// <summary>The derivative of f(a, b) by a, or by b, times dy, summed up where the input was repeated.</summary>
    public abstract Storage CombineGradient(Combination f, bool bySecond, Storage a, Shape aShape, Storage b, Shape bShape, Storage dy, Shape shape);

    /// <summary>sum += more.</summary>
    public abstract void Add(Storage more, Storage sum);

    /// <summary>sum + more. Takes over both references, and may overwrite what nobody else holds.</summary>
    public Storage Accumulate(Storage sum, Storage more)
    {
        if (!sum.IsExclusive)
        {
            (sum, more) = (more, sum);
            // A gradient that two tensors share must not change under the other one.
            if (!sum.IsExclusive)
            {
                var own = Allocate(sum.Type, sum.Length);
                Copy(sum, own);
                sum.Release();
                sum = own;
            }
        }

        Add(more, sum);
        more.Release();
        return sum;
    }

    /// <summary>x *= factor.</summary>
    public abstract void Rescale(Storage x, float factor);

    /// <summary>y += share · (x - y).</summary>
    public abstract void Approach(Storage x, float share, Storage y);

    /// <summary>Numbers of which a random share is 0 and the others are 1 / (1 - share).</summary>
    public abstract Storage DropoutMask(long length, float share, ref Generator generator);

    // Sums and order

    /// <summary>Sums over the dimensions in which <paramref name="sumShape"/> is 1, in double precision, times <paramref name="factor"/>.</summary>
    public abstract Storage Sum(Storage x, Shape shape, Shape sumShape, float factor);

    /// <summary>Each element repeated, times <paramref name="factor"/>: from <paramref name="shape"/>, with sizes of 1, to <paramref name="fullShape"/>.</summary>
    public abstract Storage Expand(Storage x, Shape shape, Shape fullShape, float factor);

    /// <summary>Σ x².</summary>
    public abstract double SquareSum(Storage x);

    /// <summary>(rows, columns): of each row, the index of the largest value, the first of equal ones; a value that is no number counts as largest.</summary>
    public abstract void ArgMax(Storage x, int rows, int columns, Span<int> best);

    // Moving

    /// <summary>Images in another layout.</summary>
    public abstract Storage Relayout(Storage x, Shape shape, Layout from, Layout to);

    /// <summary>Dimensions in another order, row-major: dimension i of the result is dimension order[i] of x.</summary>
    public abstract Storage Permute(Storage x, Shape shape, ReadOnlySpan<int> order);

    /// <summary>Copies runs of elements: run i of <paramref name="length"/> from fromAt + i · fromStride to toAt + i · toStride.</summary>
    public abstract void CopyRuns(Storage from, long fromAt, long fromStride, Storage to, long toAt, long toStride, long length, long runs);

    // Products

    /// <summary>Products of matrices.</summary>
    public abstract Storage Multiply(in ProductSizes sizes, Storage a, Storage b);

    /// <summary>x Wᵀ + b: x (N, I), W (O, I), b (O) or null.</summary>
    public abstract Storage Linear(Storage x, Storage weight, Storage? bias, int rows, int inputs, int outputs);

    /// <summary>(rows, columns): the sum of all rows.</summary>
    public abstract Storage SumRows(Storage x, int rows, int columns);

    // Images, in ImageLayout

    /// <summary>y[n, o] = b[o] + Σ_c x[n, c] * w[o, c].</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="x">(N, C, H, W).</param>
    /// <param name="weight">(O, C/groups, kh, kw), row-major.</param>
    /// <param name="bias">(O), or null.</param>
    /// <param name="recorded">Whether gradients will be asked for.</param>
    /// <param name="wantsInputGradient">Whether that of x will be among them.</param>
    public abstract Storage Convolve(in ConvolutionShape s, Storage x, Storage weight, Storage? bias, bool recorded, bool wantsInputGradient);

    /// <summary>The gradient of the weight.</summary>
    public abstract Storage ConvolveWeightGradient(in ConvolutionShape s, Storage x, Storage y, Storage dy);

    /// <summary>The gradient of the bias.</summary>
    public abstract Storage ConvolveBiasGradient(in ConvolutionShape s, Storage dy);

    /// <summary>The gradient of the images.</summary>
    public abstract Storage ConvolveInputGradient(in ConvolutionShape s, Storage dy, Storage weight);

    /// <summary>Batch normalization; in training the running statistics are overwritten.</summary>
    public abstract Storage Normalize(in NormSizes s, Storage x, Storage gamma, Storage beta, Storage runningMean, Storage runningVariance, bool recorded);

    /// <summary>The gradients of a batch normalization. Takes over the reference to <paramref name="dy"/>.</summary>
    /// <param name="s">The sizes.</param>
    /// <param name="x">What was normalized.</param>
    /// <param name="gamma">(C).</param>
    /// <param name="y">The result.</param>
    /// <param name="dy">Its gradient.</param>
    /// <param name="wantsInputGradient">Whether that of x is wanted.</param>
    /// <param name="dGamma">(C).</param>
    /// <param name="dBeta">(C).</param>
    /// <returns>The gradient of x; null where it is not wanted.</returns>
    public abstract Storage? NormalizeGradient(in NormSizes s, Storage x, Storage gamma, Storage y, Storage dy, bool wantsInputGradient, out Storage dGamma, out Storage dBeta);

    /// <summary>Maxima or averages over windows. Of equal values the first is the maximum; one that is no number is the largest.</summary>
    public abstract Storage Pool(in PoolSizes s, Storage x, bool recorded);

    /// <summary>The gradient of a pooling. Takes over the reference to <paramref name="dy"/>.</summary>
    public abstract Storage PoolGradient(in PoolSizes s, Storage x, Storage y, Storage dy);

    /// <summary>Local response normalization.</summary>
    public abstract Storage ResponseNorm(in ResponseNormSizes s, Storage x, bool recorded);

    /// <summary>Its gradient.</summary>
    public abstract Storage ResponseNormGradient(in ResponseNormSizes s, Storage x, Storage y, Storage dy);

    // Probabilities and losses

    /// <summary>(rows, columns): softmax of each row, or its logarithm.</summary>
    public abstract Storage Softmax(Storage x, int rows, int columns, bool log);

    /// <summary>Its gradient.</summary>
    public abstract Storage SoftmaxGradient(Storage y, Storage dy, int rows, int columns, bool log);

    /// <summary>The negative log-likelihood of labels, weighted and smoothed: its value, one element or one for each row, and its derivative by the log-probabilities.</summary>
    /// <param name="logProbabilities">(rows, classes).</param>
    /// <param name="rows">N.</param>
    /// <param name="classes">K.</param>
    /// <param name="labels">N class indices in [0, K); -1: the row counts nothing.</param>
    /// <param name="weights">(K), or null.</param>
    /// <param name="smoothing">ε, in [0, 1].</param>
    /// <param name="reduction">Mean over the rows that count (0 if there are none), sum, or none.</param>
    /// <param name="slopes">(rows, classes): the derivative; without reduction, in each row that of the row's own loss.</param>
    public abstract Storage Nll(Storage logProbabilities, int rows, int classes, ReadOnlySpan<long> labels, Storage? weights, float smoothing, Reduction reduction, out Storage slopes);

    // Training

    /// <summary>An optimizer's step over all its parameters.</summary>
    public abstract void Update(in UpdateRule rule, ReadOnlySpan<UpdateTerm> terms);
}
