using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>A function applied to every element.</summary>
internal static class MapOperation
{
    public static Tensor Apply(Tensor x, FunctionKind kind, float a = 0, float b = 0)
    {
        var f = new Function(kind, a, b);
        Operand.Check(kind.ToString(), x);
        bool recorded = Gradients.Needed(x);
        var y = new Tensor(x.Shape, x.Backend.Map(f, x.Data, recorded), x.Layout);
        if (recorded)
            y.Node = new MapNode(f, x, y);
        OperationTrace.Show(kind.ToString(), y, [x], ("a", a), ("b", b));
        return y;
    }

    private sealed class MapNode(Function f, Tensor x, Tensor y) : UnaryNode(x, y)
    {
        protected override void Backward(Storage dy) => X.Accept(X.Backend.MapGradient(f, X.Data, Output.Data, dy));
    }
}
