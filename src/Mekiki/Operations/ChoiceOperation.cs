using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Comparisons, logic, the choice between two tensors, and other element types.</summary>
internal static class ChoiceOperation
{
    public static Tensor Compare(Comparison f, Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(b, "other");
        Same(f.ToString(), a, b);
        var shape = Shape.Broadcast(a.Shape, b.Shape, f.ToString());
        Storage x = Expanded(a, shape), z = Expanded(b, shape);
        var y = new Tensor(shape, a.Backend.Compare(f, x, z));
        x.Release();
        z.Release();
        return y;
    }

    public static Tensor Not(Tensor x)
    {
        CheckBool("LogicalNot", x);
        var no = x.Backend.Allocate(DType.Bool, x.Count);
        x.Backend.Upload<bool>(new bool[x.Count], no);
        var y = new Tensor(x.Shape, x.Backend.Compare(Comparison.Equal, x.Data, no));
        no.Release();
        return y;
    }

    public static Tensor Both(Tensor a, Tensor b) => Logic("LogicalAnd", a, b, either: false);

    public static Tensor Either(Tensor a, Tensor b) => Logic("LogicalOr", a, b, either: true);

    public static Tensor Where(Tensor condition, Tensor yes, Tensor no)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentNullException.ThrowIfNull(yes);
        ArgumentNullException.ThrowIfNull(no);
        CheckBool("Where", condition);
        Same("Where", yes, no);
        OneDevice("Where", condition, yes);
        var shape = Shape.Broadcast(condition.Shape, Shape.Broadcast(yes.Shape, no.Shape, "Where"), "Where");
        var a = LayoutOperation.RowMajor(ExpandOperation.Apply(yes, shape));
        var b = LayoutOperation.RowMajor(ExpandOperation.Apply(no, shape));
        var mask = Expanded(condition, shape);
        var y = new Tensor(shape, a.Backend.Select(mask, a.Data, b.Data));
        if (Gradients.Needed(a, b))
            y.Node = new WhereNode(mask, a, b, y);
        else
            mask.Release();
        return y;
    }

    public static Tensor Cast(Tensor x, DType type)
    {
        Ranges.Defined(type, "To");
        if (x.DType == type)
            return x;
        x = LayoutOperation.RowMajor(x);
        return new Tensor(x.Shape, x.Backend.Cast(x.Data, type));
    }

    private static Tensor Logic(string name, Tensor a, Tensor b, bool either)
    {
        ArgumentNullException.ThrowIfNull(b, "other");
        CheckBool(name, a);
        CheckBool(name, b);
        OneDevice(name, a, b);
        var shape = Shape.Broadcast(a.Shape, b.Shape, name);
        Storage x = Expanded(a, shape), z = Expanded(b, shape);
        var y = new Tensor(shape, either ? a.Backend.Select(x, x, z) : a.Backend.Select(x, z, x));
        x.Release();
        z.Release();
        return y;
    }

    /// <summary>Row-major elements of the shape; the caller gets a reference.</summary>
    private static Storage Expanded(Tensor x, Shape shape)
    {
        using var off = Gradients.Off();
        return LayoutOperation.RowMajor(ExpandOperation.Apply(x.Detach(), shape)).Data.Share();
    }

    private static void Same(string name, Tensor a, Tensor b)
    {
        if (a.DType != b.DType)
            throw new MekikiException($"{name}: expected tensors of one type, got {a.DType} {a.Shape} and {b.DType} {b.Shape}. Cast one by To.");
        OneDevice(name, a, b);
    }

    private static void OneDevice(string name, Tensor a, Tensor b)
    {
        if (a.Backend != b.Backend)
            throw new MekikiException($"{name}: expected tensors on one device, got {a.Device} and {b.Device}. Move one.");
    }

    private static void CheckBool(string name, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.DType != DType.Bool)
            throw new MekikiException($"{name}: expected a Bool tensor, got {x.DType} {x.Shape}. Compare it, or cast it by To(DType.Bool).");
    }

    private sealed class WhereNode(Storage mask, Tensor a, Tensor b, Tensor y) : BinaryNode(a, b, y)
    {
        protected override bool ReadsInputs => false;

        protected override void Backward(Storage dy)
        {
            var backend = Output.Backend;
            var zeros = backend.Zeros(dy.Length);
            if (A.RequiresGrad)
                A.Accept(backend.Select(mask, dy, zeros));
            if (B.RequiresGrad)
                B.Accept(backend.Select(mask, zeros, dy));
            zeros.Release();
            dy.Release();
        }

        protected override void Free() => mask.Release();
    }
}
