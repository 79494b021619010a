using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Operations;

/// <summary>Every element times a number.</summary>
internal static unsafe class ScaleOperation
{
    public static Tensor Apply(Tensor x, float scale)
    {
        var y = Tensor.Empty(x.Shape, x.ChannelsLast);
        Elementwise.Scale(x.Pointer, scale, y.Pointer, x.Count);
        if (Gradients.Needed(x))
            y.Node = new Node(x, y, scale);
        return y;
    }

    private sealed class Node(Tensor x, Tensor y, float scale) : UnaryNode(x, y)
    {
        public override void Backward(Storage dy)
        {
            var dx = dy.IsExclusive ? dy : Storage.Floats(X.Count);
            Elementwise.Scale(dy.Pointer, scale, dx.Pointer, X.Count);
            if (dx != dy)
                dy.Release();
            X.Accept(dx);
        }
    }
}
