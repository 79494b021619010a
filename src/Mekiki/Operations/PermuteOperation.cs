using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Operations;

/// <summary>Dimensions in another order.</summary>
internal static unsafe class PermuteOperation
{
    public static Tensor Apply(Tensor x, ReadOnlySpan<int> dimensions)
    {
        int rank = x.Shape.Rank;
        var order = new int[rank];
        var seen = new bool[rank];
        if (dimensions.Length != rank)
            throw Wrong(x, dimensions);
        for (int i = 0; i < rank; i++)
        {
            order[i] = x.Shape.Index(dimensions[i]);
            if (seen[order[i]])
                throw Wrong(x, dimensions);
            seen[order[i]] = true;
        }

        x = LayoutOperation.RowMajor(x);
        var y = Tensor.Empty(Array.ConvertAll(order, d => x.Shape[d]));
        Move(x.Pointer, x.Shape, y.Pointer, order);
        if (Gradients.Needed(x))
            y.Node = new Node(x, y, order);
        return y;
    }

    private static MekikiException Wrong(Tensor x, ReadOnlySpan<int> dimensions) =>
        new($"Permute: expected each dimension of {x.Shape} once, got ({string.Join(", ", dimensions.ToArray())}).");

    private static void Move(float* source, Shape shape, float* target, int[] order)
    {
        Span<int> strides = stackalloc int[Shape.MaxRank], sizes = stackalloc int[Shape.MaxRank], index = stackalloc int[Shape.MaxRank];
        for (int i = 0; i < order.Length; i++)
        {
            sizes[i] = shape[order[i]];
            strides[i] = 1;
            for (int d = order[i] + 1; d < shape.Rank; d++)
                strides[i] *= shape[d];
        }

        index.Clear();
        int at = 0;
        for (int i = 0; i < shape.Count; i++)
        {
            target[i] = source[at];
            for (int d = order.Length - 1; d >= 0; d--)
            {
                at += strides[d];
                if (++index[d] < sizes[d])
                    break;
                at -= strides[d] * sizes[d];
                index[d] = 0;
            }
        }
    }

    private sealed class Node(Tensor x, Tensor y, int[] order) : UnaryNode(x, y)
    {
        public override void Backward(Storage dy)
        {
            var inverse = new int[order.Length];
            for (int i = 0; i < order.Length; i++)
                inverse[order[i]] = i;
            var dx = Storage.Floats(X.Count);
            Move(dy.Pointer, Output.Shape, dx.Pointer, inverse);
            dy.Release();
            X.Accept(dx);
        }
    }
}
