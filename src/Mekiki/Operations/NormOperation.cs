using Mekiki.Autograd;
using Mekiki.Backends;

namespace Mekiki.Operations;

/// <summary>Batch normalization of images (N, C, H, W) or rows (N, C).</summary>
/// <remarks>Ioffe, Szegedy, "Batch Normalization", 2015, arXiv:1502.03167, algorithm 1; the running variance is over n - 1, as in PyTorch.</remarks>
internal static class NormOperation
{
    /// <param name="x">(N, C, H, W) or (N, C).</param>
    /// <param name="gamma">(C).</param>
    /// <param name="beta">(C).</param>
    /// <param name="runningMean">(C); changed in training.</param>
    /// <param name="runningVariance">(C); changed in training.</param>
    /// <param name="training">Whether the batch's own statistics are used.</param>
    /// <param name="momentum">Share of the batch in the running statistics.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static Tensor Apply(Tensor x, Tensor gamma, Tensor beta, Tensor runningMean, Tensor runningVariance, bool training, float momentum, float epsilon)
    {
        Operand.Check("BatchNorm", x, gamma, beta);
        Operand.Check("BatchNorm", x, runningMean, runningVariance);
        int channels = gamma.Count;
        var given = x;
        if (x.Shape.Rank is not (2 or 4) || x.Shape[1] != channels || beta.Count != channels || runningMean.Count != channels || runningVariance.Count != channels)
            throw new MekikiException($"BatchNorm: expected (N, {channels}) or (N, {channels}, H, W), got {x.Shape}.");
        if (x.Shape.Rank == 4)
            x = LayoutOperation.Images(x);
        int pixels = x.Count / channels;
        if (training && pixels < 2)
            throw new MekikiException($"BatchNorm: expected more than one value for each channel in training, got {x.Shape}. Use larger batches.");
        var s = new NormSizes(x.Shape[0], x.Shape.Rank == 4 ? x.Shape[2] : 1, x.Shape.Rank == 4 ? x.Shape[3] : 1, channels, training, momentum, epsilon);
        bool recorded = Gradients.Needed(x, gamma, beta);
        var y = new Tensor(x.Shape, x.Backend.Normalize(s, x.Data, gamma.Data, beta.Data, runningMean.Data, runningVariance.Data, recorded), x.Layout);
        if (recorded)
            y.Node = new NormNode(s, x, gamma, beta, y);
        if (!training)
            OperationTrace.Show("BatchNorm", y, [given, gamma, beta, runningMean, runningVariance], ("epsilon", epsilon));
        return y;
    }

    private sealed class NormNode(NormSizes s, Tensor x, Tensor gamma, Tensor beta, Tensor y) : Node(y)
    {
        public override int InputCount => 3;

        public override Tensor Input(int index) => index switch { 0 => x, 1 => gamma, _ => beta };

        protected override void Backward(Storage dy)
        {
            var dx = Output.Backend.NormalizeGradient(s, x.Data, gamma.Data, Output.Data, dy, x.RequiresGrad, out var dGamma, out var dBeta);
            Accept(gamma, dGamma);
            Accept(beta, dBeta);
            if (dx is not null)
                x.Accept(dx, sumsToZero: s.IsTraining);
        }

        private static void Accept(Tensor parameter, Storage gradient)
        {
            if (parameter.RequiresGrad)
                parameter.Accept(gradient);
            else
                gradient.Release();
        }
    }
}
