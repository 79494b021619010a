using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Elements;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Operations;

/// <summary>Sets a random share of the elements to 0 and enlarges the others, so that the expected sum stays.</summary>
internal static unsafe class DropoutOperation
{
    public static Tensor Apply(Tensor x, float share, ref Generator generator)
    {
        var mask = Storage.Floats(x.Count);
        float kept = share < 1 ? 1 / (1 - share) : 0;
        for (int i = 0; i < x.Count; i++)
            mask.Pointer[i] = generator.NextSingle() < share ? 0 : kept;
        var y = Tensor.Empty(x.Shape, x.ChannelsLast);
        Elementwise.Combine<Multiplication>(x.Pointer, mask.Pointer, y.Pointer, x.Count);
        if (Gradients.Needed(x))
            y.Node = new Node(x, y, mask);
        else
            mask.Release();
        return y;
    }

    private sealed class Node(Tensor x, Tensor y, Storage mask) : UnaryNode(x, y)
    {
        public override void Backward(Storage dy)
        {
            var dx = dy.IsExclusive ? dy : Storage.Floats(X.Count);
            Elementwise.Combine<Multiplication>(dy.Pointer, mask.Pointer, dx.Pointer, X.Count);
            if (dx != dy)
                dy.Release();
            X.Accept(dx);
        }

        public override void Free() => mask.Release();
    }
}
