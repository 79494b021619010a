using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Fusion;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Backends.Cpu;

/// <summary>The processor that runs the program: memory, and what is done element by element.</summary>
internal sealed unsafe partial class CpuBackend : Backend
{
    private CpuBackend()
    {
    }

    // The border must not know what stands behind it, so what stands behind it announces itself.
#pragma warning disable CA2255 // Module initializers in libraries: this one only makes an object, and works trimmed and compiled ahead of time.
    [ModuleInitializer]
    internal static void Announce() => Processor = new CpuBackend();
#pragma warning restore CA2255

    /// <inheritdoc/>
    public override Device Device => Device.Cpu;

    /// <inheritdoc/>
    public override Layout ImageLayout => Layout.ChannelsLast;

    /// <inheritdoc/>
    public override Storage Allocate(DType type, long length) => CpuStorage.Of(type, length);

    /// <inheritdoc/>
    public override void Upload<T>(ReadOnlySpan<T> elements, Storage to, long at = 0)
    {
        elements.CopyTo(new Span<T>((T*)P(to) + at, elements.Length));
        to.Touch();
        GC.KeepAlive(to);
    }

    /// <inheritdoc/>
    public override void Download<T>(Storage from, Span<T> elements, long at = 0)
    {
        new ReadOnlySpan<T>((T*)P(from) + at, elements.Length).CopyTo(elements);
        GC.KeepAlive(from);
    }

    /// <inheritdoc/>
    public override void Fill(Storage storage, float value)
    {
        new Span<float>(P(storage), (int)storage.Length).Fill(value);
        storage.Touch();
    }

    /// <inheritdoc/>
    public override void Copy(Storage from, Storage to)
    {
        long bytes = from.Length * from.Type.Bytes();
        NativeMemory.Copy(P(from), P(to), (nuint)bytes);
        to.Touch();
        GC.KeepAlive(from);
    }

    /// <inheritdoc/>
    public override Storage Map(in Function f, Storage x, bool recorded)
    {
        if (C(x).Waiting is NormWork { Then: null } norm && norm.CanTake(f, recorded))
            return CpuStorage.Of(norm.WithThen(f), x.Length);
        if (C(x).Waiting is ConvolutionWork convolution && convolution.CanTake(f, recorded))
            return CpuStorage.Of(convolution.WithThen(f), x.Length);
        var y = CpuStorage.Floats(x.Length);
        FunctionTable.Map(f, P(x), y.Pointer, (nint)x.Length);
        return y;
    }

    /// <inheritdoc/>
    public override Storage MapGradient(in Function f, Storage x, Storage y, Storage dy)
    {
        bool isRelu = f.Kind == FunctionKind.Relu;
        // What was taken in one pass with a norm before it, whose result was never computed, goes back in one pass too; of ReLU its own result tells all.
        if (C(y).Work is NormWork { IsRecorded: true, Then: not null } && Deferral.IsAllowed)
            return CpuStorage.Of(new StepGradient(S(y), C(dy), isRelu ? null : S(x), pool: null), y.Length);
        if (f.Kind == FunctionKind.Scale)
            return Scaled(dy, f.A);
        float* gradient = P(dy);
        var dx = dy.IsExclusive ? dy : CpuStorage.Floats(dy.Length);
        FunctionTable.Derive(f, P(FunctionTable.DerivesFromResult(f.Kind) ? y : x), P(y), gradient, P(dx), (nint)dy.Length);
        if (dx != dy)
            dy.Release();
        return dx;
    }

    /// <inheritdoc/>
    public override Storage Combine(Combination f, Storage a, Shape aShape, Storage b, Shape bShape, Shape shape, bool recorded)
    {
        if (f == Combination.Add && shape.Rank == 4 && aShape == bShape)
        {
            if (C(a).Waiting is NormWork { CanAdd: true } first)
                return CpuStorage.Of(first.WithResidual(C(b), recorded), a.Length);
            if (C(b).Waiting is NormWork { CanAdd: true } second)
                return CpuStorage.Of(second.WithResidual(C(a), recorded), b.Length);
            if (!recorded && C(a).Waiting is ConvolutionWork { IsBare: true } third)
                return CpuStorage.Of(third.WithResidual(C(b)), a.Length);
            if (!recorded && C(b).Waiting is ConvolutionWork { IsBare: true } fourth)
                return CpuStorage.Of(fourth.WithResidual(C(a)), b.Length);
        }

        // A number times everything: the loss's derivative by what came before.
        if (f == Combination.Multiply && b.Length == 1 && aShape == shape)
            return *P(b) == 1 ? a.Share() : Rescaled(a, *P(b));
        return f switch
        {
            Combination.Add => Combined<Addition>(a, aShape, b, bShape, shape),
            Combination.Subtract => Combined<Subtraction>(a, aShape, b, bShape, shape),
            Combination.Multiply => Combined<Multiplication>(a, aShape, b, bShape, shape),
            Combination.Divide => Combined<Division>(a, aShape, b, bShape, shape),
            Combination.Maximum => Combined<LargerOfTwo>(a, aShape, b, bShape, shape),
            Combination.Minimum => Combined<SmallerOfTwo>(a, aShape, b, bShape, shape),
            Combination.Prelu => Combined<PreluCombination>(a, aShape, b, bShape, shape),
            _ => throw Unknown(f),
        };
    }

    /// <inheritdoc/>
    public override Storage CombineGradient(Combination f, bool bySecond, Storage a, Shape aShape, Storage b, Shape bShape, Storage dy, Shape shape)
    {
        var own = bySecond ? bShape : aShape;
        if (f == Combination.Multiply)
            return bySecond ? FactorGradient(a, aShape, dy, own, shape) : FactorGradient(b, bShape, dy, own, shape);
        Storage full = (f, bySecond) switch
        {
            (Combination.Add, _) or (Combination.Subtract, false) => dy.Share(),
            (Combination.Subtract, true) => Partial<Subtraction>(true, a, aShape, b, bShape, dy, shape),
            (Combination.Divide, _) => Partial<Division>(bySecond, a, aShape, b, bShape, dy, shape),
            (Combination.Maximum, _) => Partial<LargerOfTwo>(bySecond, a, aShape, b, bShape, dy, shape),
            (Combination.Minimum, _) => Partial<SmallerOfTwo>(bySecond, a, aShape, b, bShape, dy, shape),
            (Combination.Prelu, _) => Partial<PreluCombination>(bySecond, a, aShape, b, bShape, dy, shape),
            _ => throw Unknown(f),
        };
        if (own == shape)
            return full;
        var sum = CpuStorage.Floats(own.ElementCount);
        Broadcasting.SumTo(P(full), shape, sum.Pointer, own);
        full.Release();
        return sum;
    }

    /// <inheritdoc/>
    public override void Add(Storage more, Storage sum)
    {
        Elementwise.Add(P(sum), P(more), P(sum), (nint)sum.Length);
        sum.Touch();
    }

    /// <inheritdoc/>
    public override void Rescale(Storage x, float factor)
    {
        Elementwise.Scale(P(x), factor, P(x), (nint)x.Length);
        x.Touch();
    }

    /// <inheritdoc/>
    public override void Approach(Storage x, float share, Storage y)
    {
        Elementwise.Approach(P(x), share, P(y), (nint)y.Length);
        y.Touch();
    }

    /// <inheritdoc/>
    public override Storage DropoutMask(long length, float share, ref Generator generator)
    {
        var mask = CpuStorage.Floats(length);
        float kept = share < 1 ? 1 / (1 - share) : 0;
        float* values = mask.Pointer;
        for (long i = 0; i < length; i++)
            values[i] = generator.NextSingle() < share ? 0 : kept;
        return mask;
    }

    /// <inheritdoc/>
    public override Storage Sum(Storage x, Shape shape, Shape sumShape, float factor)
    {
        var y = CpuStorage.Floats(sumShape.ElementCount);
        Broadcasting.SumTo(P(x), shape, y.Pointer, sumShape);
        if (factor != 1)
            Elementwise.Scale(y.Pointer, factor, y.Pointer, sumShape.ElementCount);
        return y;
    }

    /// <inheritdoc/>
    public override Storage Expand(Storage x, Shape shape, Shape fullShape, float factor)
    {
        var y = CpuStorage.Floats(fullShape.ElementCount);
        Broadcasting.Combine<Multiplication>(P(x), shape, &factor, [], y.Pointer, fullShape);
        return y;
    }

    /// <inheritdoc/>
    public override double SquareSum(Storage x) => Elements.SquareSum.Of(P(x), (nint)x.Length);

    /// <inheritdoc/>
    public override void ArgMax(Storage x, int rows, int columns, Span<int> best)
    {
        float* values = P(x);
        for (int n = 0; n < rows; n++, values += columns)
        {
            int largest = 0;
            for (int k = 1; k < columns && !float.IsNaN(values[largest]); k++)
                if (values[k] > values[largest] || float.IsNaN(values[k]))
                    largest = k;
            best[n] = largest;
        }

        GC.KeepAlive(x);
    }

    /// <inheritdoc/>
    public override Storage Relayout(Storage x, Shape shape, Layout from, Layout to)
    {
        if (shape[1] == 1 || shape[2] * shape[3] == 1)
            return x.Share();
        if (x.Type.Bytes() == 1)
        {
            var bytes = CpuStorage.Of(x.Type, x.Length);
            int rows = to == Layout.ChannelsLast ? shape[1] : shape[2] * shape[3];
            Layouts.Transpose((byte*)P(x), (byte*)bytes.Pointer, shape[0], rows, shape[1] * shape[2] * shape[3] / rows);
            return bytes;
        }

        var y = CpuStorage.Floats(x.Length);
        if (to == Layout.ChannelsLast)
            Layouts.ToChannelsLast(P(x), y.Pointer, shape);
        else
            Layouts.ToRowMajor(P(x), y.Pointer, shape);
        return y;
    }

    /// <inheritdoc/>
    public override Storage Permute(Storage x, Shape shape, ReadOnlySpan<int> order)
    {
        var y = CpuStorage.Floats(x.Length);
        Permutation.Run(P(x), shape, y.Pointer, order);
        return y;
    }

    /// <inheritdoc/>
    public override void CopyRuns(Storage from, long fromAt, long fromStride, Storage to, long toAt, long toStride, long length, long runs)
    {
        float* source = P(from) + fromAt, target = P(to) + toAt;
        for (long i = 0; i < runs; i++, source += fromStride, target += toStride)
            new ReadOnlySpan<float>(source, (int)length).CopyTo(new Span<float>(target, (int)length));
    }

    /// <inheritdoc/>
    public override void Update(in UpdateRule rule, ReadOnlySpan<UpdateTerm> terms)
    {
        using var scratch = new Scratch((long)terms.Length * sizeof(UpdateTarget) / sizeof(float));
        var targets = (UpdateTarget*)scratch.Pointer;
        for (int i = 0; i < terms.Length; i++)
        {
            ref readonly var term = ref terms[i];
            targets[i] = new UpdateTarget
            {
                Value = P(term.Value),
                Gradient = P(term.Gradient),
                First = term.First is null ? null : P(term.First),
                Second = term.Second is null ? null : P(term.Second),
                Count = (nint)term.Value.Length,
                Rate = term.Rate,
                Correction = term.Correction,
            };
        }

        switch (rule.Kind)
        {
            case UpdateKind.Sgd: ParameterUpdate<SgdUpdate>.Execute(new() { Decay = rule.Decay, Momentum = rule.First, Nesterov = rule.Nesterov }, targets, terms.Length); break;
            case UpdateKind.Adam: ParameterUpdate<AdamUpdate>.Execute(AdamUpdate.Of(rule), targets, terms.Length); break;
            case UpdateKind.RmsProp: ParameterUpdate<RmsPropUpdate>.Execute(RmsPropUpdate.Of(rule), targets, terms.Length); break;
            default: throw Unknown(rule.Kind);
        }

        foreach (ref readonly var term in terms)
        {
            term.Value.Touch();
            term.First?.Touch();
            term.Second?.Touch();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static CpuStorage C(Storage storage) => (CpuStorage)storage;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float* P(Storage storage) => ((CpuStorage)storage).Pointer;

    private static CpuStorage S(Storage storage)
    {
        storage.Share();
        return (CpuStorage)storage;
    }

    private static ArgumentOutOfRangeException Unknown<T>(T kind) where T : struct, Enum => new(nameof(kind), kind, "Not known here. This is a bug.");

    private static Storage Scaled(Storage dy, float scale)
    {
        float* gradient = P(dy);
        var dx = dy.IsExclusive ? dy : CpuStorage.Floats(dy.Length);
        Elementwise.Scale(gradient, scale, P(dx), (nint)dy.Length);
        if (dx != dy)
            dy.Release();
        return dx;
    }

    private static CpuStorage Rescaled(Storage x, float scale)
    {
        var y = CpuStorage.Floats(x.Length);
        Elementwise.Scale(P(x), scale, y.Pointer, (nint)x.Length);
        return y;
    }

    private static CpuStorage Combined<F>(Storage a, Shape aShape, Storage b, Shape bShape, Shape shape) where F : unmanaged, ICombination
    {
        var y = CpuStorage.Floats(shape.ElementCount);
        if (aShape == bShape)
            Elementwise.Combine<F>(P(a), P(b), y.Pointer, shape.ElementCount);
        else
            Broadcasting.Combine<F>(P(a), aShape, P(b), bShape, y.Pointer, shape);
        return y;
    }

    // The gradient of one factor is dy times the other, summed where the factor repeats.
    private static CpuStorage FactorGradient(Storage other, Shape otherShape, Storage dy, Shape own, Shape shape)
    {
        if (own == shape)
            return Combined<Multiplication>(other, otherShape, dy, shape, shape);
        var sum = CpuStorage.Floats(own.ElementCount);
        if (otherShape == shape)
        {
            Broadcasting.SumTo(P(dy), shape, sum.Pointer, own, factor: P(other));
            return sum;
        }

        var product = Combined<Multiplication>(other, otherShape, dy, shape, shape);
        Broadcasting.SumTo(product.Pointer, shape, sum.Pointer, own);
        product.Release();
        return sum;
    }

    // Each derivative is a function of a, b and dy: the inputs are expanded where they repeat.
    private static CpuStorage Partial<F>(bool bySecond, Storage a, Shape aShape, Storage b, Shape bShape, Storage dy, Shape shape) where F : unmanaged, IArithmetic
    {
        var result = CpuStorage.Floats(shape.ElementCount);
        var (first, second) = (Expanded(a, aShape, shape), Expanded(b, bShape, shape));
        if (bySecond)
            Arithmetic.BySecond<F>(first.Pointer, second.Pointer, P(dy), result.Pointer, shape.ElementCount);
        else
            Arithmetic.ByFirst<F>(first.Pointer, second.Pointer, P(dy), result.Pointer, shape.ElementCount);
        first.Release();
        second.Release();
        return result;
    }

    private static CpuStorage Expanded(Storage x, Shape own, Shape shape)
    {
        if (own == shape)
            return S(x);
        var full = CpuStorage.Floats(shape.ElementCount);
        Broadcasting.Combine<Arithmetic.First>(P(x), own, P(x), own, full.Pointer, shape);
        return full;
    }
}
