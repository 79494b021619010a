using Mekiki.Autograd;

namespace Mekiki.Operations;

/// <summary>log σ(x) = min(x, 0) - log(1 + e^-|x|), which neither overflows nor vanishes; its derivative is σ(-x).</summary>
internal sealed class LogSigmoidFunction : Autograd.Function
{
    public static LogSigmoidFunction Instance { get; } = new();

    /// <inheritdoc/>
    protected override Tensor[] Forward(FunctionCall call)
    {
        Tensor x = call.Inputs[0], below = (-x).Relu(), distance = x.Relu() + below;
        return [-(below + ((-distance).Exp() + 1).Log())];
    }

    /// <inheritdoc/>
    protected override Tensor?[] Backward(FunctionCall call, IReadOnlyList<Tensor> upstream) => [(-call.Inputs[0]).Sigmoid() * upstream[0]];
}
