using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>The same tensor, laid out otherwise in memory.</summary>
internal static class LayoutOperation
{
    /// <summary>As the device wants images; a 4-D tensor.</summary>
    public static Tensor Images(Tensor x) => Change(x, x.Backend.ImageLayout);

    /// <summary>In row-major order of its shape.</summary>
    public static Tensor RowMajor(Tensor x) => Change(x, Layout.RowMajor);

    /// <summary>As <paramref name="other"/> is laid out; both have the same shape.</summary>
    public static Tensor Like(Tensor x, Tensor other) => Change(x, other.Layout);

    private static Tensor Change(Tensor x, Layout layout)
    {
        if (x.Layout == layout)
            return x;
        var y = new Tensor(x.Shape, x.Backend.Relayout(x.Data, x.Shape, x.Layout, layout), layout);
        if (Gradients.Needed(x))
            y.Node = new LayoutNode(x, y);
        return y;
    }

    private sealed class LayoutNode(Tensor x, Tensor y) : UnaryNode(x, y)
    {
        protected override bool ReadsInputs => false;

        protected override void Backward(Storage dy)
        {
            X.Accept(X.Backend.Relayout(dy, X.Shape, Output.Layout, X.Layout));
            dy.Release();
        }
    }
}
