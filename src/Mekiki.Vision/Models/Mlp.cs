using Mekiki.Layers;

namespace Mekiki.Vision.Models;

/// <summary>The chapter's perceptron: every pixel is seen by 64 units, those by 32, those by one for each class.</summary>
/// <remarks>
/// The lecture chapter's class <c>Network</c>; Rumelhart, Hinton, Williams, "Learning representations by back-propagating
/// errors", 1986. Differs from the chapter: it returns logits, and the loss takes their log-softmax.
/// </remarks>
internal sealed class Mlp : Module, IHasFeatures
{
    private readonly Linear fc1;
    private readonly BatchNorm1d bn1;
    private readonly Linear fc2;
    private readonly BatchNorm1d bn2;
    private readonly Linear fc3;

    /// <summary>Creates the network.</summary>
    /// <param name="inFeatures">Values of one image, C·H·W, 1 or more; 2304 for the chapter's 48x48 grey pixels.</param>
    /// <param name="classes">K, 1 or more.</param>
    public Mlp(int inFeatures, int classes)
    {
        fc1 = Child("fc1", new Linear(inFeatures, 64));
        bn1 = Child("bn1", new BatchNorm1d(64));
        fc2 = Child("fc2", new Linear(64, 32));
        bn2 = Child("bn2", new BatchNorm1d(32));
        fc3 = Child("fc3", new Linear(32, classes));
    }

    /// <param name="x">Images, (N, C, H, W), float32.</param>
    /// <returns>Logits, (N, K).</returns>
    public override Tensor Forward(Tensor x) => fc3[Features(x)];   // (N, K)

    /// <inheritdoc/>
    public Tensor Features(Tensor x)
    {
        x = x.Flatten();               // (N, C·H·W)
        x = bn1[fc1[x]].Relu();        // (N, 64)
        return bn2[fc2[x]].Relu();     // (N, 32)
    }
}
