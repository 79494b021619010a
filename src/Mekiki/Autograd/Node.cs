using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Autograd;

/// <summary>How a tensor was computed: its inputs and the way back.</summary>
internal abstract class Node(Tensor output)
{
    [ThreadStatic] private static long lastSequence;

    /// <summary>Rises with each operation: consumers come after producers.</summary>
    public long Sequence { get; } = ++lastSequence;

    public Tensor Output { get; } = output;

    /// <summary>The backward pass that visited the node last.</summary>
    public long Visit { get; set; }

    public bool IsUsed { get; private set; }

    /// <summary>Products summed up on the way forward, as the definition counts them; 0 where the work is small beside memory traffic.</summary>
    /// <remarks>The factors are the first two inputs, and the gradient of either takes as many again.</remarks>
    public virtual long MultiplyAdds => 0;

    public abstract int InputCount { get; }

    public abstract Tensor Input(int index);

    /// <summary>Hands gradients to the inputs that want them, by <see cref="Tensor.Accept"/>.</summary>
    /// <param name="dy">The gradient of the output, laid out as the output is; the node owns one reference and may overwrite it when it is the only one.</param>
    public abstract void Backward(Storage dy);

    /// <summary>Frees what was kept for the way back.</summary>
    public virtual void Free()
    {
    }

    public void Run(Storage dy)
    {
        IsUsed = true;
        Backward(dy);
        Free();
        if (Output.IsInner)
            Output.Release();
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
