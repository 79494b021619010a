using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Operations;

/// <summary>A function applied to every element.</summary>
internal static unsafe class ActivationOperation<F> where F : unmanaged, IActivation
{
    public static Tensor Apply(Tensor x)
    {
        var y = Tensor.Empty(x.Shape, x.ChannelsLast);
        Elementwise.Map<F>(x.Pointer, y.Pointer, x.Count);
        if (Gradients.Needed(x))
            y.Node = new Node(x, y);
        return y;
    }

    private sealed class Node(Tensor x, Tensor y) : UnaryNode(x, y)
    {
        public override void Backward(Storage dy)
        {
            var dx = dy.IsExclusive ? dy : Storage.Floats(X.Count);
            Elementwise.Derive<F>(X.Pointer, Output.Pointer, dy.Pointer, dx.Pointer, X.Count);
            if (dx != dy)
                dy.Release();
            X.Accept(dx);
        }
    }
}
