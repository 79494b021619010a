using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki;

/// <summary>An array of numbers with a shape, which remembers how it was computed, so that it can be differentiated.</summary>
/// <remarks>
/// Images stand as (N, C, H, W), float32; labels are int64. Operations make new tensors; with <see cref="RequiresGrad"/>
/// set on an input, <see cref="Backward"/> on the result fills <see cref="Grad"/>. Memory returns by itself: nothing needs
/// to be disposed. What operations compute inside a module's <see cref="Module.Forward"/> is freed by <see cref="Backward"/>, or,
/// without gradients, at the end of the outermost call; <see cref="Detach"/> keeps it.
/// Threads: any number of threads may read one tensor, and compute with it, at once. Overwriting it (<see cref="CopyFrom(ReadOnlySpan{float})"/>,
/// an optimizer's step) while others read it is for the caller to prevent; networks do so themselves, see <see cref="Module"/>.
/// </remarks>
/// <example>
/// <code>
/// var x = Tensor.Scalar(2).WithGrad();
/// var y = x * x * x;      // y.Item() is 8
/// y.Backward();           // x.Grad!.Item() is 12
/// </code>
/// </example>
public sealed partial class Tensor
{
    private Storage? storage;
    private Snapshot? snapshot;
    private Tensor? grad;
    private Storage? flow;
    private bool requiresGrad;

    /// <param name="shape">The shape.</param>
    /// <param name="storage">The elements; takes over the reference.</param>
    /// <param name="layout">How they lie.</param>
    /// <param name="isResult">Whether an operation made the tensor, so that it is freed with the others of a forward pass.</param>
    internal Tensor(Shape shape, Storage storage, Layout layout = Layout.RowMajor, bool isResult = true)
    {
        (Shape, DType, Backend, this.storage) = (shape, storage.Type, storage.Backend, storage);
        Layout = shape.Rank == 4 ? layout : Layout.RowMajor;
        if (isResult)
            Scope.Register(this);
    }

    /// <summary>The size of each dimension.</summary>
    public Shape Shape { get; }

    /// <summary>What the elements are.</summary>
    public DType DType { get; }

    /// <summary>Where the elements are.</summary>
    public Device Device => Backend.Device;

    /// <summary>How many elements there are.</summary>
    public int Count => Shape.ElementCount;

    /// <summary>Whether gradients flow to or through this tensor. Settable on tensors that no operation made.</summary>
    /// <exception cref="InvalidOperationException">An operation made this tensor, or its elements are integers.</exception>
    public bool RequiresGrad
    {
        get => Node is not null || WantsGrad;
        set
        {
            if (value == (Node is not null || requiresGrad))
                return;
            if (Node is not null)
                throw new InvalidOperationException("RequiresGrad: an operation made this tensor, so it follows its inputs. Use Detach() first.");
            if (DType != DType.Float32)
                throw new InvalidOperationException("RequiresGrad: only float32 tensors have gradients.");
            // Work that was put off without a way back must not be joined with what follows, which has one.
            storage?.Settle();
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

    /// <summary>The elements in row-major order of <see cref="Shape"/>, float32, as they are now: a copy, made once, that stays as it is for as long as it is held.</summary>
    /// <exception cref="MekikiException">The elements are of another type.</exception>
    public ReadOnlySpan<float> Values => Copied<float>(DType.Float32);

    /// <summary>The elements in row-major order of <see cref="Shape"/>, int64; a copy as that of <see cref="Values"/>.</summary>
    /// <exception cref="MekikiException">The elements are of another type.</exception>
    public ReadOnlySpan<long> Integers => Copied<long>(DType.Int64);

    /// <summary>Sets <see cref="RequiresGrad"/> and returns this tensor.</summary>
    public Tensor WithGrad()
    {
        RequiresGrad = true;
        return this;
    }

    /// <summary>The one element.</summary>
    /// <exception cref="MekikiException">There is not exactly one, or it is no float32.</exception>
    public float Item()
    {
        if (Count != 1)
            throw new MekikiException($"Item: expected one element, got a tensor of shape {Shape}. Use ToArray().");
        CheckType(DType.Float32);
        return ItemOf<float>();
    }

    /// <summary>A copy of the elements in row-major order.</summary>
    /// <exception cref="MekikiException">The elements are no float32.</exception>
    public float[] ToArray() => Copy<float>(DType.Float32);

    /// <summary>Overwrites the elements of a tensor that no operation made, in row-major order.</summary>
    /// <exception cref="InvalidOperationException">An operation made this tensor.</exception>
    /// <exception cref="MekikiException">The number of values differs from <see cref="Count"/>.</exception>
    public void CopyFrom(ReadOnlySpan<float> values)
    {
        if (Node is not null)
            throw new InvalidOperationException("CopyFrom: an operation made this tensor. Use Detach() first.");
        if (values.Length != Count || DType != DType.Float32)
            throw new MekikiException($"CopyFrom: expected {Count:N0} {(DType == DType.Float32 ? "float32" : DType)} values for shape {Shape}, got {values.Length:N0}{(DType == DType.Float32 ? "" : " of float32")}.");
        if (Layout == Layout.RowMajor)
        {
            Backend.Upload(values, Data);
            return;
        }

        var given = Backend.Allocate(DType, Count);
        Backend.Upload(values, given);
        var laidOut = Backend.Relayout(given, Shape, Layout.RowMajor, Layout);
        Backend.Copy(laidOut, Data);
        laidOut.Release();
        given.Release();
    }

    /// <summary>Overwrites the elements of a tensor that no operation made with those of another.</summary>
    /// <param name="source">Of the same shape and type.</param>
    /// <exception cref="InvalidOperationException">An operation made this tensor.</exception>
    /// <exception cref="MekikiException">Shape or type differ.</exception>
    public void CopyFrom(Tensor source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (Node is not null)
            throw new InvalidOperationException("CopyFrom: an operation made this tensor. Use Detach() first.");
        if (source.Shape != Shape || source.DType != DType)
            throw new MekikiException($"CopyFrom: expected {DType} {Shape}, got {source.DType} {source.Shape}. Use a tensor of the same shape and type.");
        if (source.Backend == Backend && source.Layout == Layout)
            Backend.Copy(source.Data, Data);
        else if (DType == DType.Float32)
            CopyFrom(source.ToArray());
        else
            Backend.Upload<long>(source.Copy<long>(DType.Int64), Data);
    }

    /// <summary>The same elements, of which gradients know nothing. Made inside a module's forward pass, it outlives it.</summary>
    public Tensor Detach() => new(Shape, Data.Share(), Layout, isResult: false);

    /// <summary>Differentiates this tensor by all tensors with <see cref="RequiresGrad"/> that it was computed from, and adds the results to their <see cref="Grad"/>.</summary>
    /// <param name="upstream">The derivative of what is finally wanted by this tensor, of the same shape; null for a scalar: 1.</param>
    /// <param name="retainGraph">Whether what the way back needs is kept, so that it can be gone again.</param>
    /// <exception cref="MekikiException">There is nothing to differentiate, shapes differ, the way back was gone already, or an input was overwritten since.</exception>
    public void Backward(Tensor? upstream = null, bool retainGraph = false) => BackwardPass.Run(this, upstream, retainGraph);

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
        if (storage is null)
            return $"Tensor {Shape}, freed";
        if (DType is not (DType.Float32 or DType.Int64))
            return $"Tensor {Shape} of {DType}";
        int shown = Math.Min(Count, 8);
        string values = DType == DType.Float32 ? string.Join(", ", Values[..shown].ToArray()) : string.Join(", ", Integers[..shown].ToArray());
        return $"Tensor {Shape} [{values}{(shown < Count ? ", …" : "")}]";
    }

    /// <summary>Who computes with the elements.</summary>
    internal Backend Backend { get; }

    /// <summary>The module whose parameter this is, or null.</summary>
    internal Module? Owner { get; init; }

    /// <summary>How the elements lie.</summary>
    internal Layout Layout { get; }

    /// <summary>How the tensor was computed; null: no operation made it, or nobody wants its gradient.</summary>
    internal Node? Node
    {
        get;
        set
        {
            field = value;
            value?.Seal();
        }
    }

    /// <summary>Whether the tensor lives inside a module's forward pass, so that the backward pass or the end of the call frees it.</summary>
    internal bool IsInner { get; set; }

    /// <summary>Whether a user holds this gradient, so that its memory must wait for the garbage collector.</summary>
    internal bool IsObserved { get; set; }

    /// <summary>Whether the gradient that flows here sums to 0 over each channel, as it does before a batch norm in training.</summary>
    internal bool GradientSumsToZero { get; private set; }

    internal bool IsLeaf => Node is null && WantsGrad;

    private bool WantsGrad => requiresGrad && (Owner is null || !Gradients.AreOfInputs);

    /// <summary>The elements.</summary>
    internal Storage Data => storage ?? throw Freed();

    internal Tensor? GradOrNull => grad;

    /// <summary>Rises when the elements are overwritten.</summary>
    internal int StorageVersion => storage?.Version ?? 0;

    /// <summary>Says that no user will see this tensor, so that the backward pass frees it.</summary>
    internal Tensor AsInner()
    {
        IsInner = true;
        return this;
    }

    /// <summary>A copy of the elements in row-major order.</summary>
    internal T[] Copy<T>(DType type) where T : unmanaged
    {
        CheckType(type);
        var copy = GC.AllocateUninitializedArray<T>(Count);
        var data = Held();
        var rows = Layout == Layout.RowMajor ? data.Share() : Backend.Relayout(data, Shape, Layout, Layout.RowMajor);
        Backend.Download(rows, copy.AsSpan());
        rows.Release();
        data.Release();
        return copy;
    }

    /// <summary>The one element, whose type is the caller's affair.</summary>
    internal T ItemOf<T>() where T : unmanaged
    {
        T value = default;
        var data = Held();
        Backend.Download(data, new Span<T>(ref value));
        data.Release();
        return value;
    }

    /// <summary>Frees the elements, if nobody else refers to them.</summary>
    internal void Release() => Interlocked.Exchange(ref storage, null)?.Release();

    /// <summary>To be called when the way back was gone: frees what was kept for it, and the elements of inner tensors.</summary>
    internal void Forget()
    {
        if (IsInner)
            Release();
        else
            storage?.Forget();
    }

    /// <summary>Adds to this tensor's gradient; takes over the caller's reference.</summary>
    internal void Accept(Storage gradient, bool sumsToZero = false)
    {
        if (IsLeaf)
        {
            gradient.Settle();
            lock (this)
                Add(gradient);
        }
        else if (flow is not { } sum)
            (flow, GradientSumsToZero) = (gradient, sumsToZero);
        else
        {
            GradientSumsToZero &= sumsToZero;
            flow = Backend.Accumulate(sum, gradient);
        }
    }

    /// <summary>Overwrites this leaf's gradient with elements in the order in which the tensor's own lie.</summary>
    internal void SetGrad(ReadOnlySpan<float> elements)
    {
        grad ??= new Tensor(Shape, Backend.Allocate(DType.Float32, Count), Layout, isResult: false);
        Backend.Upload(elements, grad.Data);
    }

    /// <summary>The gradient that a backward pass brought here; the caller gets the reference.</summary>
    internal Storage? TakeFlow()
    {
        var taken = flow;
        flow = null;
        return taken;
    }

    /// <summary>Drops the gradient of a backward pass that failed.</summary>
    internal void DropFlow() => TakeFlow()?.Release();

    // The gradient of a leaf stays, and is overwritten in place when another comes.
    private void Add(Storage gradient)
    {
        if (grad is null)
        {
            // Memory that an operation shares with its neighbours must not change under them.
            var own = gradient;
            if (!gradient.IsExclusive)
            {
                own = Backend.Allocate(DType.Float32, gradient.Length);
                Backend.Copy(gradient, own);
                gradient.Release();
            }

            grad = new Tensor(Shape, own, Layout, isResult: false);
            return;
        }

        Backend.Add(gradient, grad.Data);
        gradient.Release();
    }

    private ReadOnlySpan<T> Copied<T>(DType type) where T : unmanaged
    {
        CheckType(type);
        int version = Data.Version;
        var last = Volatile.Read(ref snapshot);
        if (last is null || last.Version != version || Data.IsForeign)
            Volatile.Write(ref snapshot, last = new Snapshot(Copy<T>(type), version));
        return (T[])last.Elements;
    }

    private void CheckType(DType wanted)
    {
        if (DType != wanted)
            throw new MekikiException($"Tensor {Shape}: expected {wanted} elements, got {DType}. {(wanted == DType.Float32 ? "Make it of floats (1f, not 1)." : "Make it of integers (1L, not 1f).")}");
    }

    // A reference of one's own, so that a backward pass on another thread cannot free the elements meanwhile.
    private Storage Held()
    {
        var data = Data;
        return data.TryShare() ? data : throw Freed();
    }

    private InvalidOperationException Freed() => new(
        $"Tensor {Shape}: its memory was freed, since an operation made it inside a module's Forward: Backward frees such tensors, and without gradients the end of the outermost call. Read it before, or keep Detach() of it.");

    private sealed record Snapshot(Array Elements, int Version);
}
