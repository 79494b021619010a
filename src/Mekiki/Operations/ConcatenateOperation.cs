using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Tensors one behind another along a dimension.</summary>
internal static class ConcatenateOperation
{
    public static Tensor Apply(ReadOnlySpan<Tensor> parts, int dimension)
    {
        if (parts.Length == 0)
            throw new ArgumentException("Concatenate: expected one tensor or more, got none.", nameof(parts));
        Operand.Check("Concatenate", parts[0]);
        var first = parts[0].Shape;
        int along = first.Index(dimension);
        long total = 0;
        foreach (var part in parts)
        {
            Operand.Check("Concatenate", parts[0], part);
            bool fits = part.Shape.Rank == first.Rank;
            for (int d = 0; fits && d < first.Rank; d++)
                fits = d == along || part.Shape[d] == first[d];
            if (!fits)
                throw new MekikiException($"Concatenate: expected shapes that differ in dimension {along} alone, got {first} and {part.Shape}.");
            total += part.Shape[along];
        }

        // Images stay as they lie where only channels are joined.
        var layout = along == 1 ? parts[0].Layout : Layout.RowMajor;
        var inputs = new Tensor[parts.Length];
        bool recorded = false;
        for (int i = 0; i < parts.Length; i++)
        {
            inputs[i] = layout == Layout.RowMajor ? LayoutOperation.RowMajor(parts[i]) : LayoutOperation.Like(parts[i], parts[0]);
            recorded |= Gradients.Needed(inputs[i]);
        }

        int[] sizes = first.ToArray();
        sizes[along] = total <= int.MaxValue ? (int)total : throw new MekikiException($"Concatenate: expected at most {int.MaxValue:N0} in dimension {along}, got {total:N0}.");
        Shape shape = sizes;
        var backend = parts[0].Backend;
        var y = new Tensor(shape, backend.Allocate(DType.Float32, shape.ElementCount), layout);
        long at = 0;
        foreach (var input in inputs)
        {
            var (length, runs, stride) = Runs(input, y, along);
            backend.CopyRuns(input.Data, 0, length, y.Data, at, stride, length, runs);
            at += length;
        }

        if (recorded)
            y.Node = new JoinNode(inputs, y, along);
        OperationTrace.Show("Concatenate", y, parts, ("dimension", along));
        return y;
    }

    // Elements of one part that lie together: in channels-last images, the channels of a pixel.
    private static (long Length, long Runs, long Stride) Runs(Tensor part, Tensor whole, int along)
    {
        long inner = 1, outer = 1;
        if (whole.Layout == Layout.ChannelsLast)
            outer = part.Count / Math.Max(1, part.Shape[1]);
        else
            for (int d = 0; d < part.Shape.Rank; d++)
                if (d < along)
                    outer *= part.Shape[d];
                else if (d > along)
                    inner *= part.Shape[d];
        return (part.Shape[along] * inner, outer, whole.Shape[along] * inner);
    }

    private sealed class JoinNode(Tensor[] inputs, Tensor y, int along) : Node(y)
    {
        public override int InputCount => inputs.Length;

        public override Tensor Input(int index) => inputs[index];

        protected override bool ReadsInputs => false;

        protected override void Backward(Storage dy)
        {
            long at = 0;
            foreach (var input in inputs)
            {
                var (length, runs, stride) = Runs(input, Output, along);
                if (input.RequiresGrad)
                {
                    var dx = Output.Backend.Allocate(DType.Float32, input.Count);
                    Output.Backend.CopyRuns(dy, at, stride, dx, 0, length, length, runs);
                    input.Accept(dx);
                }

                at += length;
            }

            dy.Release();
        }
    }
}
