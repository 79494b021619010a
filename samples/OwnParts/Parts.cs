using Mekiki;
using Mekiki.Autograd;
using Mekiki.Layers;
using Mekiki.Optimizers;
using Mekiki.Schedules;

namespace OwnParts;

/// <summary>x σ(s x), with a slope s for each feature that is learned (Ramachandran et al. 2017, arXiv:1710.05941): a function with a gradient of its own.</summary>
internal sealed class SwishFunction : Function
{
    /// <inheritdoc/>
    protected override Tensor[] Forward(FunctionCall call)
    {
        var (x, slope) = (call.Inputs[0], call.Inputs[1]);
        var sigmoid = (x * slope).Sigmoid();                        // (N, F)
        call.Keep(sigmoid);
        return [x * sigmoid];
    }

    /// <inheritdoc/>
    protected override Tensor?[] Backward(FunctionCall call, IReadOnlyList<Tensor> upstream)
    {
        var (x, slope, sigmoid, dy) = (call.Inputs[0], call.Inputs[1], call.Kept[0], upstream[0]);
        var bend = x * sigmoid * (-sigmoid + 1);                    // the derivative by s x, times x
        return [dy * (sigmoid + bend * slope), (dy * bend * x).Sum(0)];
    }
}

/// <summary>The layer of that function.</summary>
internal sealed class Swish : Module
{
    private readonly Tensor slope;

    public Swish(int features) => slope = Parameter("slope", [features]);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => new SwishFunction().Apply(x, slope);

    /// <inheritdoc/>
    protected override void Draw(ref Generator generator) => Initialization.Constant(slope, 1);
}

/// <summary>Two inputs, each through a branch of its own.</summary>
internal sealed class Pair : Module<(Tensor Left, Tensor Right), Tensor>
{
    private readonly Sequential left, right, head;

    public Pair()
    {
        left = Child("left", new Sequential(new Linear(4, 16), new Swish(16)));
        right = Child("right", new Sequential(new Linear(4, 16), new Swish(16)));
        head = Child("head", new Sequential(new Linear(32, 16), new Swish(16), new Linear(16, 1)));
    }

    /// <inheritdoc/>
    public override Tensor Forward((Tensor Left, Tensor Right) input)
    {
        Tensor a = left[input.Left], b = right[input.Right];        // (N, 16)
        return head[Tensor.Concatenate(1, a, b)];                   // (N, 1)
    }
}

/// <summary>A loss of one's own.</summary>
internal static class OwnLoss
{
    /// <summary>The mean of max(0, 1 - t y)²; t is 1 or -1.</summary>
    public static Tensor SquaredHinge(Tensor y, Tensor target)
    {
        var missing = (-(y * target) + 1).Relu();
        return (missing * missing).Mean();
    }
}

/// <summary>Steps of one length for all weights, in the direction of the mean gradient's sign, smooth around 0 (after Chen et al. 2023, arXiv:2302.06675).</summary>
internal sealed class SignMomentum(Module model, double learningRate) : Optimizer(model, learningRate, 0, "mean")
{
    /// <inheritdoc/>
    protected override void Update(ParameterStep step)
    {
        var mean = step["mean"];
        mean.CopyFrom(mean * 0.9f + step.Gradient * 0.1f);
        var direction = (mean * 1000).Tanh();
        step.Parameter.CopyFrom(step.Parameter - direction * (float)step.LearningRate);
    }
}

/// <summary>A straight line up to the middle, and down again.</summary>
internal sealed record Triangle(double Highest, long Steps) : Schedule
{
    /// <inheritdoc/>
    protected override double At(long step)
    {
        double share = Math.Min(1, (step + 1.0) / (Steps + 1));
        return Highest * (1 - Math.Abs(2 * share - 1));
    }
}

/// <summary>Gradients against finite differences.</summary>
internal static class GradientCheck
{
    /// <summary>Over the parameters, the largest ‖gradient - differences‖ / ‖differences‖, of up to 20 elements of each.</summary>
    public static double LargestError(Pair net, (Tensor Left, Tensor Right, Tensor Target) batch)
    {
        const float Step = 1 / 64f;
        Loss().Backward();
        double largest = 0;
        foreach (var parameter in net.Parameters())
        {
            float[] values = parameter.ToArray(), gradient = parameter.Grad!.ToArray();
            double difference = 0, norm = 0;
            for (int i = 0; i < Math.Min(20, values.Length); i++)
            {
                float before = values[i];
                double slope = (At(before + Step) - At(before - Step)) / (2 * Step);
                At(before);
                difference += Math.Pow(gradient[i] - slope, 2);
                norm += Math.Pow(slope, 2);

                double At(float value)
                {
                    values[i] = value;
                    parameter.CopyFrom(values);
                    using var off = Gradients.Off();
                    return Loss().Item();
                }
            }

            largest = Math.Max(largest, Math.Sqrt(difference / norm));
        }

        foreach (var parameter in net.Parameters())
            parameter.ZeroGrad();
        return largest;

        Tensor Loss() => OwnLoss.SquaredHinge(net[(batch.Left, batch.Right)], batch.Target);
    }
}
