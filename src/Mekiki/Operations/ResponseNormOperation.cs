using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Local response normalization across channels.</summary>
internal static class ResponseNormOperation
{
    public static Tensor Apply(Tensor x, int size, float alpha, float beta, float k)
    {
        Operand.Check("LocalResponseNorm", x);
        if (size < 1)
            throw new ArgumentOutOfRangeException(nameof(size), $"LocalResponseNorm: expected a size of 1 or more, got {size}.");
        if (x.Shape.Rank != 4 || x.Count == 0)
            throw new MekikiException($"LocalResponseNorm: expected images (N, C, H, W) of one pixel or more, got {x.Shape}.");
        var given = x;
        x = LayoutOperation.Images(x);
        var s = new ResponseNormSizes(x.Shape[0], x.Shape[2], x.Shape[3], x.Shape[1], size, alpha, beta, k);
        bool recorded = Gradients.Needed(x);
        var y = new Tensor(x.Shape, x.Backend.ResponseNorm(s, x.Data, recorded), x.Layout);
        if (recorded)
            y.Node = new ResponseNormNode(s, x, y);
        OperationTrace.Show("LocalResponseNorm", y, [given], ("size", size), ("alpha", alpha), ("beta", beta), ("k", k));
        return y;
    }

    private sealed class ResponseNormNode(ResponseNormSizes s, Tensor x, Tensor y) : UnaryNode(x, y)
    {
        protected override void Backward(Storage dy)
        {
            X.Accept(X.Backend.ResponseNormGradient(s, X.Data, Output.Data, dy));
            dy.Release();
        }
    }
}
