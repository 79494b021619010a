using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Norms;

namespace Mekiki.Operations;

/// <summary>Local response normalization across channels.</summary>
internal static unsafe class ResponseNormOperation
{
    public static Tensor Apply(Tensor x, int size, float alpha, float beta, float k)
    {
        if (x.Shape.Rank != 4 || size < 1)
            throw new MekikiException($"LocalResponseNorm: expected images (N, C, H, W) and a size of 1 or more, got {x.Shape} and {size}.");
        x = LayoutOperation.ChannelsLast(x);
        var y = Tensor.Empty(x.Shape, channelsLast: true);
        var denominators = Storage.Floats(x.Count);
        var kernel = new ResponseNorm
        {
            X = x.Pointer,
            Y = y.Pointer,
            Denominators = denominators.Pointer,
            Pixels = x.Count / x.Shape[1],
            Channels = x.Shape[1],
            Size = size,
            Alpha = alpha,
            Beta = beta,
            K = k,
        };
        kernel.Execute();
        if (Gradients.Needed(x))
            y.Node = new Node(x, y, denominators, kernel);
        else
            denominators.Release();
        return y;
    }

    private sealed class Node(Tensor x, Tensor y, Storage denominators, ResponseNorm forward) : UnaryNode(x, y)
    {
        public override void Backward(Storage dy)
        {
            var dx = Storage.Floats(X.Count);
            var kernel = forward with { X = X.Pointer, Y = dy.Pointer, Dx = dx.Pointer };
            kernel.Execute();
            dy.Release();
            X.Accept(dx);
        }

        public override void Free() => denominators.Release();
    }
}
