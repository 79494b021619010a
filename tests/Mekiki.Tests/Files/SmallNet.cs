using Mekiki.Layers;

namespace Mekiki.Tests.Files;

/// <summary>The network whose weights lie in tests/weights, written by PyTorch and NumPy (make_weights.py).</summary>
internal sealed class SmallNet : Module
{
    private readonly Conv2d conv;
    private readonly BatchNorm2d bn;
    private readonly Linear fc;

    public SmallNet()
    {
        conv = Child("conv", new Conv2d(3, 4, kernelSize: 3, padding: 1));
        bn = Child("bn", new BatchNorm2d(4));
        fc = Child("fc", new Linear(4 * 3 * 3, 5));
        Eval();
    }

    public override Tensor Forward(Tensor x)
    {
        x = bn[conv[x]].Relu().MaxPool(2);   // (N, 4, 3, 3)
        return fc[x.Flatten()];              // (N, 5)
    }
}
