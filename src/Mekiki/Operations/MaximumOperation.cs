using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>The largest element of each row (rows, columns); equal ones share the gradient evenly, as in PyTorch's amax and max over all.</summary>
internal static class MaximumOperation
{
    public static Tensor Apply(string name, Tensor x)
    {
        if (x.Shape[1] == 0)
            throw new MekikiException($"{name}: expected one element or more, got none.");
        int rows = x.Shape[0];
        var y = new Tensor([rows, 1], x.Backend.Top(new LineSizes(rows, x.Shape[1], 1), x.Data, 1, largest: true, out var places));
        places.Release();
        if (Gradients.Needed(x))
            y.Node = new MaximumNode(x, y);
        return y;
    }

    private sealed class MaximumNode(Tensor x, Tensor y) : UnaryNode(x, y)
    {
        protected override void Backward(Storage dy)
        {
            var backend = X.Backend;
            Shape shape = X.Shape, lines = Output.Shape;
            Storage largest = backend.Expand(Output.Data, lines, shape, 1), smaller = backend.Compare(Comparison.Less, X.Data, largest);
            Storage zeros = backend.Zeros(shape.ElementCount), ones = backend.Allocate(DType.Float32, shape.ElementCount);
            backend.Fill(ones, 1);
            // Where the largest is no number, nothing is smaller, and all share: the gradient is as undefined as the value.
            Storage mask = backend.Select(smaller, zeros, ones), count = backend.Sum(mask, shape, lines, 1);
            Storage share = backend.Combine(Combination.Divide, dy, lines, count, lines, lines, recorded: false);
            X.Accept(backend.Combine(Combination.Multiply, mask, shape, share, lines, shape, recorded: false));
            foreach (var storage in (ReadOnlySpan<Storage>)[largest, smaller, zeros, ones, mask, count, share, dy])
                storage.Release();
        }
    }
}
