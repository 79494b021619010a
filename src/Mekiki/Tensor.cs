using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki;

/// <summary>An array of numbers with a shape, which remembers how it was computed, so that it can be differentiated.</summary>
/// <remarks>
/// Images stand as (N, C, H, W), float32; labels are int64. Operations make new tensors; with <see cref="RequiresGrad"/>
/// set on an input, <see cref="Backward"/> on the result fills <see cref="Grad"/>. Memory returns by itself: nothing needs
/// to be disposed. What a module computes inside its <see cref="Module.Forward"/> is freed by <see cref="Backward"/>.
/// <code>
/// var x = Tensor.Scalar(2).WithGrad();
/// var y = x * x * x;      // y.Item() is 8
/// y.Backward();           // x.Grad!.Item() is 12
/// </code>
/// </remarks>
public sealed unsafe partial class Tensor
{
    private Storage? storage;
    private Storage? rowMajor;      // the elements in PyTorch's order, made when someone asks
    private Storage? prepared;      // the elements as a kernel reads them, and which kernel
    private float[]? preparedScales;
    private long preparedFor;
    private Deferred? deferred;
    private Tensor? grad;
    private bool requiresGrad;

    internal Tensor(Shape shape, DType dtype, Storage? storage, bool channelsLast = false, Deferred? deferred = null)
    {
        (Shape, DType, this.storage, this.deferred) = (shape, dtype, storage, deferred);
        ChannelsLast = channelsLast && shape.Rank == 4;
        Scope.Register(this);
    }

    /// <summary>The size of each dimension.</summary>
    public Shape Shape { get; }

    /// <summary>What the elements are.</summary>
    public DType DType { get; }

    /// <summary>How many elements there are.</summary>
    public int Count => Shape.Count;

    /// <summary>Whether gradients flow to or through this tensor. Settable on tensors that no operation made.</summary>
    /// <exception cref="InvalidOperationException">An operation made this tensor, or its elements are integers.</exception>
    public bool RequiresGrad
    {
        get => requiresGrad || Node is not null;
        set
        {
            if (value == RequiresGrad)
                return;
            if (Node is not null)
                throw new InvalidOperationException("RequiresGrad: an operation made this tensor, so it follows its inputs. Use Detach() first.");
            if (DType != DType.Float32)
                throw new InvalidOperationException("RequiresGrad: only float32 tensors have gradients.");
            requiresGrad = value;
        }
    }

    /// <summary>The gradient that <see cref="Backward"/> has summed up here, of the same shape; null before. Only tensors that no operation made keep one.</summary>
    public Tensor? Grad
    {
        get
        {
            if (grad is not null)
                grad.IsObserved = true;
            return grad;
        }
    }

    /// <summary>The elements in row-major order of <see cref="Shape"/>, float32. Valid while the tensor is referenced.</summary>
    public ReadOnlySpan<float> Values => new(RowMajorPointer(DType.Float32), Count);

    /// <summary>The elements in row-major order of <see cref="Shape"/>, int64. Valid while the tensor is referenced.</summary>
    public ReadOnlySpan<long> Integers => new(RowMajorPointer(DType.Int64), Count);

    /// <summary>Sets <see cref="RequiresGrad"/> and returns this tensor.</summary>
    public Tensor WithGrad()
    {
        RequiresGrad = true;
        return this;
    }

    /// <summary>The one element.</summary>
    /// <exception cref="MekikiException">There is not exactly one.</exception>
    public float Item() => Count == 1 ? Values[0] : throw new MekikiException($"Item: expected one element, got a tensor of shape {Shape}. Use ToArray().");

    /// <summary>A copy of the elements in row-major order.</summary>
    public float[] ToArray() => Values.ToArray();

    /// <summary>Overwrites the elements of a tensor that no operation made, in row-major order.</summary>
    /// <exception cref="MekikiException">The number of values differs from <see cref="Count"/>.</exception>
    public void CopyFrom(ReadOnlySpan<float> values)
    {
        if (Node is not null)
            throw new InvalidOperationException("CopyFrom: an operation made this tensor. Use Detach() first.");
        if (values.Length != Count || DType != DType.Float32)
            throw new MekikiException($"CopyFrom: expected {Count:N0} float32 values for shape {Shape}, got {values.Length:N0}.");
        if (!ChannelsLast)
            values.CopyTo(new Span<float>(Pointer, Count));
        else
            fixed (float* from = values)
                Layouts.ToChannelsLast(from, Pointer, Shape);
        ForgetCopies();
    }

    /// <summary>The same elements, of which gradients know nothing.</summary>
    public Tensor Detach() => new(Shape, DType, Data.Share(), ChannelsLast);

    /// <summary>Differentiates this tensor by all tensors with <see cref="RequiresGrad"/> that it was computed from, and adds the results to their <see cref="Grad"/>.</summary>
    /// <param name="upstream">The derivative of what is finally wanted by this tensor, of the same shape; null for a scalar: 1.</param>
    /// <exception cref="MekikiException">There is nothing to differentiate, or shapes differ.</exception>
    public void Backward(Tensor? upstream = null) => BackwardPass.Run(this, upstream);

    /// <summary>Forgets the gradient.</summary>
    public void ZeroGrad()
    {
        if (grad is { IsObserved: false })
            grad.Release();
        grad = null;
    }

    /// <summary>Shape and first elements, for debuggers and logs.</summary>
    public override string ToString()
    {
        if (storage is null && deferred is null)
            return $"Tensor {Shape}, freed";
        int shown = Math.Min(Count, 8);
        string values = DType == DType.Float32 ? string.Join(", ", Values[..shown].ToArray()) : string.Join(", ", Integers[..shown].ToArray());
        return $"Tensor {Shape} [{values}{(shown < Count ? ", …" : "")}]";
    }

    internal Node? Node { get; set; }

    /// <summary>Whether 4-D elements lie as (N, H, W, C).</summary>
    internal bool ChannelsLast { get; }

    /// <summary>Whether the tensor lives inside a module's forward pass, so that the backward pass frees it.</summary>
    internal bool IsInner { get; set; }

    /// <summary>Says that no user will see this tensor, so that the backward pass frees it.</summary>
    internal Tensor AsInner()
    {
        IsInner = true;
        return this;
    }

    /// <summary>Whether a user holds this gradient, so that its memory must wait for the garbage collector.</summary>
    internal bool IsObserved { get; set; }

    /// <summary>The gradient while a backward pass runs; it lies in memory as the tensor itself does.</summary>
    internal Storage? FlowingGradient { get; set; }

    /// <summary>Whether <see cref="FlowingGradient"/> sums to 0 over each channel, as it does before a batch norm in training.</summary>
    internal bool GradientSumsToZero { get; private set; }

    internal bool IsLeaf => Node is null && requiresGrad;

    /// <summary>What is still to be computed, if anything.</summary>
    internal Deferred? Pending => deferred;

    /// <summary>The elements, computed now if that was put off.</summary>
    internal Storage Data
    {
        get
        {
            if (deferred is { } work)
            {
                deferred = null;
                storage = work.Compute(this);
            }

            return storage ?? throw new InvalidOperationException(
                $"Tensor {Shape}: its memory was freed by Backward, since it was made inside a module's Forward. Read it before, or return Detach() of it.");
        }
    }

    /// <summary>The first element, as the tensor lies in memory.</summary>
    internal float* Pointer => DType == DType.Float32 ? Data.Pointer : throw WrongType(DType.Float32);

    internal long* IntegerPointer => (long*)Data.Pointer;

    internal Tensor? GradOrNull => grad;

    /// <summary>To be called when the elements were changed in place.</summary>
    internal void ForgetCopies()
    {
        rowMajor?.Release();
        prepared?.Release();
        rowMajor = prepared = null;
    }

    /// <summary>Overwrites the elements with those of a tensor of the same shape and type.</summary>
    internal void CopyFrom(Tensor source)
    {
        if (DType == DType.Float32)
            CopyFrom(source.Values);
        else
            source.Integers.CopyTo(new Span<long>(IntegerPointer, Count));
        GC.KeepAlive(source);
    }

    /// <summary>What <see cref="Keep"/> keeps for a kernel, or null.</summary>
    /// <param name="key">Which kernel reads them.</param>
    /// <param name="scales">What they were multiplied by, feature by feature; none: 1.</param>
    internal Storage? Prepared(long key, ReadOnlySpan<float> scales) => preparedFor == key && scales.SequenceEqual(preparedScales) ? prepared : null;

    /// <summary>Keeps the elements as a kernel reads them, until they change; takes over the caller's reference.</summary>
    internal void Keep(long key, Storage elements, float[] scales)
    {
        prepared?.Release();
        (prepared, preparedFor, preparedScales) = (elements, key, scales);
    }

    /// <summary>Puts the result of deferred work in place.</summary>
    internal void Resolve(Storage result)
    {
        deferred = null;
        storage = result;
    }

    internal void Release()
    {
        storage?.Release();
        rowMajor?.Release();
        deferred?.Free();
        storage = rowMajor = null;
        deferred = null;
    }

    /// <summary>Adds to this tensor's gradient; takes over the caller's reference.</summary>
    internal void Accept(Storage gradient, bool sumsToZero = false)
    {
        if (IsLeaf)
        {
            if (grad is null)
            {
                grad = new Tensor(Shape, DType.Float32, gradient, ChannelsLast) { IsInner = false };
                return;
            }

            Elementwise.Add(grad.Pointer, gradient.Pointer, grad.Pointer, Count);
            gradient.Release();
        }
        else if (FlowingGradient is not { } sum)
            (FlowingGradient, GradientSumsToZero) = (gradient, sumsToZero);
        else
        {
            GradientSumsToZero &= sumsToZero;
            // A gradient that two tensors share must not change under the other one.
            var target = sum.IsExclusive ? sum : gradient.IsExclusive ? gradient : Storage.Floats(Count);
            Elementwise.Add(sum.Pointer, gradient.Pointer, target.Pointer, Count);
            if (target != sum)
                sum.Release();
            if (target != gradient)
                gradient.Release();
            FlowingGradient = target;
        }
    }

    private void* RowMajorPointer(DType wanted)
    {
        if (DType != wanted)
            throw WrongType(wanted);
        if (!ChannelsLast || Shape[1] == 1 || Shape[2] * Shape[3] == 1)
            return Data.Pointer;
        if (rowMajor is null)
        {
            rowMajor = Storage.Floats(Count);
            Layouts.ToRowMajor(Pointer, rowMajor.Pointer, Shape);
        }

        return rowMajor.Pointer;
    }

    private MekikiException WrongType(DType wanted) =>
        new($"Tensor {Shape}: expected {wanted} elements, got {DType}. {(wanted == DType.Float32 ? "Make it of floats (1f, not 1)." : "Make it of integers (1L, not 1f).")}");
}
