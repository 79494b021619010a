using Mekiki.Autograd;
using Mekiki.Backends.Cpu.Memory;

namespace Mekiki.Operations;

/// <summary>Tensors one behind another along a dimension.</summary>
internal static unsafe class ConcatenateOperation
{
    public static Tensor Apply(ReadOnlySpan<Tensor> parts, int dimension)
    {
        if (parts.Length == 0)
            throw new MekikiException("Concatenate: expected one tensor or more, got none.");
        var first = parts[0].Shape;
        int along = first.Index(dimension), total = 0;
        foreach (var part in parts)
        {
            bool fits = part.Shape.Rank == first.Rank;
            for (int d = 0; fits && d < first.Rank; d++)
                fits = d == along || part.Shape[d] == first[d];
            if (!fits)
                throw new MekikiException($"Concatenate: expected shapes that differ in dimension {along} alone, got {first} and {part.Shape}.");
            total += part.Shape[along];
        }

        bool channelsLast = parts[0].ChannelsLast && along == 1;
        var inputs = new Tensor[parts.Length];
        bool recorded = false;
        for (int i = 0; i < parts.Length; i++)
        {
            inputs[i] = channelsLast ? LayoutOperation.ChannelsLast(parts[i]) : LayoutOperation.RowMajor(parts[i]);
            recorded |= Gradients.Needed(inputs[i]);
        }

        int[] sizes = first.ToArray();
        sizes[along] = total;
        var y = Tensor.Empty(sizes, channelsLast);
        int at = 0;
        foreach (var input in inputs)
        {
            Move(input, along, y, ref at, input.Pointer, y.Pointer, split: false);
        }

        if (recorded)
            y.Node = new JoinNode(inputs, y, along);
        return y;
    }

    // Elements of one part that lie together: in channels-last images, the channels of a pixel.
    private static void Move(Tensor part, int along, Tensor whole, ref int at, float* inPart, float* inWhole, bool split)
    {
        int inner = 1, outer = 1;
        if (whole.ChannelsLast)
            outer = part.Count / Math.Max(1, part.Shape[1]);
        else
            for (int d = 0; d < part.Shape.Rank; d++)
                if (d < along)
                    outer *= part.Shape[d];
                else if (d > along)
                    inner *= part.Shape[d];
        int length = part.Shape[along] * inner, stride = whole.Shape[along] * inner;
        for (int i = 0; i < outer; i++)
        {
            var piece = new Span<float>(inPart + (nint)i * length, length);
            var place = new Span<float>(inWhole + (nint)i * stride + at, length);
            if (split)
                place.CopyTo(piece);
            else
                piece.CopyTo(place);
        }

        at += length;
    }

    private sealed class JoinNode(Tensor[] inputs, Tensor y, int along) : Node(y)
    {
        public override int InputCount => inputs.Length;

        public override Tensor Input(int index) => inputs[index];

        public override void Backward(Storage dy)
        {
            int at = 0;
            foreach (var input in inputs)
            {
                var dx = Storage.Floats(input.Count);
                Move(input, along, Output, ref at, dx.Pointer, dy.Pointer, split: true);
                if (input.RequiresGrad)
                    input.Accept(dx);
                else
                    dx.Release();
            }

            dy.Release();
        }
    }
}
