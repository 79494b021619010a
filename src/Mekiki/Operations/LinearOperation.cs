using Mekiki.Autograd;
using Mekiki.Backends;
using Mekiki.Backends.Cpu.Convolutions;
using Mekiki.Backends.Cpu.Memory;
using Mekiki.Backends.Cpu.Products;

namespace Mekiki.Operations;

/// <summary>y = x Wᵀ + b for x (N, I), W (O, I), b (O).</summary>
internal static unsafe class LinearOperation
{
    private const int MostPackedInputs = 128, LeastPackedRows = 8;

    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias)
    {
        if (weight.Shape.Rank != 2 || x.Shape.Rank != 2 || x.Shape[1] != weight.Shape[1] || (bias is not null && bias.Shape != [weight.Shape[0]]))
            throw new MekikiException($"Linear: expected x (N, I), weight (O, I) and bias (O), got {x.Shape}, {weight.Shape} and {(bias is null ? "none" : bias.Shape)}. Flatten images first.");
        int rows = x.Shape[0], inputs = x.Shape[1], outputs = weight.Shape[0];
        var y = Tensor.Empty([rows, outputs]);
        float* b = bias is null ? null : bias.Pointer;
        if (inputs > MostPackedInputs || rows < LeastPackedRows)
            DotProducts.Run(x.Pointer, weight.Pointer, b, y.Pointer, rows, outputs, inputs);
        else
        {
            // Short rows: as a convolution of single pixels, whose sums need not be gathered from lanes.
            var s = new ConvolutionShape(rows, inputs, 1, 1, outputs, 1, 1, 1, 0, 1, 1);
            var panels = WeightPanels.Forward(weight.Pointer, s);
            Convolution.Forward(x.Pointer, panels, y.Pointer, s, new Epilogue(b, null, relu: false), wantMoments: false, out _);
            panels.Release();
        }

        if (Gradients.Needed(x, weight, bias))
            y.Node = new LinearNode(x, weight, bias, y);
        return y;
    }

    private sealed class LinearNode(Tensor x, Tensor weight, Tensor? bias, Tensor y) : Node(y)
    {
        public override long MultiplyAdds => (long)x.Shape[0] * weight.Count;

        public override int InputCount => bias is null ? 2 : 3;

        public override Tensor Input(int index) => index == 0 ? x : index == 1 ? weight : bias!;

        public override void Backward(Storage dy)
        {
            int rows = x.Shape[0], inputs = x.Shape[1], outputs = weight.Shape[0];
            if (x.RequiresGrad)
            {
                var dx = Storage.Floats(x.Count);
                MatrixProduct.Run(dy.Pointer, outputs, 1, weight.Pointer, inputs, dx.Pointer, inputs, rows, inputs, outputs);
                x.Accept(dx);
            }

            if (weight.RequiresGrad)
            {
                var dw = Storage.Floats(weight.Count);
                MatrixProduct.Run(dy.Pointer, 1, outputs, x.Pointer, inputs, dw.Pointer, inputs, outputs, inputs, rows);
                weight.Accept(dw);
            }

            if (bias is { RequiresGrad: true })
                bias.Accept(BiasGradient.Of(dy, rows, outputs, Output.GradientSumsToZero));

            dy.Release();
        }
    }
}
