using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>The network of the 1980s: an input layer, one hidden layer of sigmoid units, and an output for each class.</summary>
/// <remarks>
/// y = W₂ σ(W₁ x + b₁) + b₂, trained by back-propagation with momentum: Δw(t) = -ε ∂E/∂w + α Δw(t - 1).
/// Rumelhart, Hinton, Williams, "Learning representations by back-propagating errors", Nature 323, 1986, equations 1, 2 and 9.
/// Differs from the paper: the outputs are a softmax with the cross-entropy instead of sigmoids with the squared error
/// (Bridle 1990; here logits, of which the loss takes the log-softmax); batches instead of the whole set at each step.
/// </remarks>
internal sealed class ThreeLayer : Module, IHasFeatures
{
    /// <summary>Units of the hidden layer.</summary>
    public const int HiddenUnits = 256;

    private readonly Linear fc1;
    private readonly Linear fc2;

    /// <summary>Creates the network.</summary>
    /// <param name="inFeatures">Values of one image, C·H·W, 1 or more.</param>
    /// <param name="classes">K, 1 or more.</param>
    public ThreeLayer(int inFeatures, int classes)
    {
        fc1 = Child("fc1", new Linear(inFeatures, HiddenUnits));
        fc2 = Child("fc2", new Linear(HiddenUnits, classes));
    }

    /// <param name="x">Images, (N, C, H, W), float32.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => fc2[Features(x)];   // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x)
    {
        return fc1[x.Flatten()].Sigmoid();   // (N, 256)
    }
}
