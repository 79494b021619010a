using Mekiki.Layers;
using Mekiki.Optimizers;

namespace Mekiki.Tests.Optimizers;

/// <summary>The paper's formula, worked out by hand.</summary>
public class LarsTests
{
    [Fact]
    public void Steps_AreThoseOfTheFormula()
    {
        var net = new Linear(2, 1);
        var (weight, offset) = (net.Parameters().First(p => p.Shape.Rank == 2), net.Parameters().First(p => p.Shape.Rank == 1));
        weight.CopyFrom(Tensor.From([3f, 4f], [1, 2]));
        offset.CopyFrom(Tensor.From([1f], [1]));
        var lars = new Lars(net, new() { LearningRate = 2, Momentum = 0.5, Trust = 0.1, WeightDecay = 0.2 });
        double[] w = [3, 4], v = [0, 0];
        double bias = 1, biasDirection = 0;
        for (int step = 0; step < 3; step++)
        {
            lars.ZeroGrad();
            // The gradient of x·w + b is x for the weight, and 1 for the bias.
            net[Tensor.From([0.6f, 0.8f], [1, 2])].Sum().Backward();
            lars.Step();
            double norm = Math.Sqrt(w[0] * w[0] + w[1] * w[1]), rate = 2 * 0.1 * norm / (1 + 0.2 * norm);
            double[] gradient = [0.6 + 0.2 * w[0], 0.8 + 0.2 * w[1]];
            for (int i = 0; i < 2; i++)
            {
                v[i] = 0.5 * v[i] + rate * gradient[i];
                w[i] -= v[i];
            }

            biasDirection = 0.5 * biasDirection + 2;
            bias -= biasDirection;
            Assert.Equal(w[0], weight.Values[0], 1e-5);
            Assert.Equal(w[1], weight.Values[1], 1e-5);
            Assert.Equal(bias, offset.Values[0], 1e-5);
        }
    }
}
