using Mekiki.Backends;

namespace Mekiki.Autograd;

/// <summary>How a tensor was computed: its inputs and the way back.</summary>
internal abstract class Node
{
    private static long lastSequence;
    private bool isUsed;
    private long versions = -1;

    protected Node(Tensor output) => Output = output;

    /// <summary>Rises with each operation of the process, on whichever thread: what uses a result is made after it, so this orders by dependencies.</summary>
    public long Sequence { get; } = Interlocked.Increment(ref lastSequence);

    public Tensor Output { get; }

    /// <summary>The backward pass that visited the node last.</summary>
    public long Visit { get; set; }

    /// <summary>Products summed up on the way forward, as the definition counts them; 0 where the work is small beside memory traffic.</summary>
    /// <remarks>The factors are the first two inputs, and the gradient of either takes as many again.</remarks>
    public virtual long MultiplyAdds => 0;

    public abstract int InputCount { get; }

    public abstract Tensor Input(int index);

    /// <summary>Whether the way back reads the elements of the inputs, so that they must not be overwritten before.</summary>
    protected virtual bool ReadsInputs => true;

    /// <summary>Hands gradients to the inputs that want them, by <see cref="Tensor.Accept"/>.</summary>
    /// <param name="dy">The gradient of the output, laid out as the output is; the node owns one reference.</param>
    protected abstract void Backward(Storage dy);

    /// <summary>Frees what was kept for the way back.</summary>
    protected virtual void Free()
    {
    }

    /// <summary>Remembers which elements were read; called once the node is complete.</summary>
    public void Seal() => versions = Versions();

    /// <summary>Says what hinders the way back.</summary>
    /// <exception cref="MekikiException">It was gone already, or an input was overwritten.</exception>
    public void Check()
    {
        if (isUsed)
            throw new InvalidOperationException("Backward: expected a result that was not differentiated yet, got one whose intermediate values are freed already. Compute it anew, or differentiate it with retainGraph before.");
        if (ReadsInputs && versions != Versions())
            throw new InvalidOperationException($"Backward: expected inputs as they were in the forward pass, got one that was overwritten since (of the operation that made {Output.Shape}). Call Backward before the optimizer's step, or before CopyFrom.");
    }

    public void Run(bool keep)
    {
        if (Output.TakeFlow() is { } dy)
            Backward(dy);
        if (keep)
            return;
        isUsed = true;
        Free();
        Output.Forget();
    }

    private long Versions()
    {
        long sum = 0;
        for (int i = 0; i < InputCount; i++)
            sum += Input(i).StorageVersion;
        return sum;
    }
}

/// <summary>A node with one input.</summary>
internal abstract class UnaryNode(Tensor x, Tensor output) : Node(output)
{
    public Tensor X { get; } = x;

    public override int InputCount => 1;

    public override Tensor Input(int index) => X;
}

/// <summary>A node with two inputs.</summary>
internal abstract class BinaryNode(Tensor a, Tensor b, Tensor output) : Node(output)
{
    public Tensor A { get; } = a;

    public Tensor B { get; } = b;

    public override int InputCount => 2;

    public override Tensor Input(int index) => index == 0 ? A : B;
}
