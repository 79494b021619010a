using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>y = x Wᵀ + b for x (N, I) or (…, I), W (O, I), b (O).</summary>
internal static class LinearOperation
{
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias) => Apply(x, weight, bias, arePositions: false);

    // Positions of sequences are many: a convolution of single pixels reads each weight for several of them at a time, and keeps the weights as it reads them.
    private static Tensor Apply(Tensor x, Tensor weight, Tensor? bias, bool arePositions)
    {
        Operand.Check("Linear", x, weight, bias);
        if (x.Shape.Rank > 2 && weight.Shape.Rank == 2 && x.Shape[^1] == weight.Shape[1] && x.Count > 0)
        {
            int[] sizes = x.Shape.ToArray();
            var rows2d = Apply(x.Reshape([x.Count / sizes[^1], sizes[^1]]).AsInner(), weight, bias, arePositions: weight.Count > 0);
            sizes[^1] = weight.Shape[0];
            return rows2d.AsInner().Reshape(sizes);
        }

        if (weight.Shape.Rank != 2 || x.Shape.Rank != 2 || x.Shape[1] != weight.Shape[1] || (bias is not null && bias.Shape != [weight.Shape[0]]))
            throw new MekikiException($"Linear: expected x (N, I), weight (O, I) and bias (O), got {x.Shape}, {weight.Shape} and {(bias is null ? "none" : bias.Shape)}. {(x.Shape.Rank == 2 ? "Make I the same in both." : "Flatten images first.")}");
        int rows = x.Shape[0], inputs = x.Shape[1], outputs = weight.Shape[0];
        bool recorded = Gradients.Needed(x, weight, bias);
        var data = arePositions
            ? x.Backend.Convolve(new(rows, inputs, 1, 1, outputs, 1, 1, 1, 0, 1, 1), x.Data, weight.Data, bias?.Data, recorded, x.RequiresGrad)
            : x.Backend.Linear(x.Data, weight.Data, bias?.Data, rows, inputs, outputs);
        var y = new Tensor([rows, outputs], data);
        if (recorded)
            y.Node = new LinearNode(x, weight, bias, y);
        OperationTrace.Show("Linear", y, [x, weight, bias]);
        return y;
    }

    private sealed class LinearNode(Tensor x, Tensor weight, Tensor? bias, Tensor y) : Node(y)
    {
        public override long MultiplyAdds => (long)x.Shape[0] * weight.Count;

        public override int InputCount => bias is null ? 2 : 3;

        public override Tensor Input(int index) => index == 0 ? x : index == 1 ? weight : bias!;

        protected override void Backward(Storage dy)
        {
            var backend = Output.Backend;
            int rows = x.Shape[0], inputs = x.Shape[1], outputs = weight.Shape[0];
            if (x.RequiresGrad)
                x.Accept(backend.Multiply(new(1, rows, inputs, outputs), dy, weight.Data));
            if (weight.RequiresGrad)
                weight.Accept(backend.Multiply(new(1, outputs, inputs, rows, IsFirstTransposed: true), dy, x.Data));
            // What rounding leaves of a sum that is 0 is noise, which Adam would enlarge to whole steps.
            if (bias is { RequiresGrad: true })
                bias.Accept(Output.GradientSumsToZero ? backend.Zeros(outputs) : backend.SumRows(dy, rows, outputs));
            dy.Release();
        }
    }
}
