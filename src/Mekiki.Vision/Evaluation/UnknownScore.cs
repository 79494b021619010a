namespace Mekiki.Vision.Evaluation;

/// <summary>What tells images of the known classes from others: the higher, the more probably is the image of a known class.</summary>
public enum UnknownScore
{
    /// <summary>The logarithm of Σ e^score over the classes, which is the negative energy. Liu, Wang, Owens, Li, "Energy-based Out-of-distribution Detection", NeurIPS 2020, equation 4.</summary>
    Energy,

    /// <summary>The largest score of the network. Hendrycks et al., "Scaling Out-of-Distribution Detection for Real-World Settings", ICML 2022.</summary>
    MaxLogit,

    /// <summary>The probability of the predicted class. Hendrycks, Gimpel, "A Baseline for Detecting Misclassified and Out-of-Distribution Examples", ICLR 2017.</summary>
    Probability,

    /// <summary>How near the image's features are to those of training images, see <see cref="FeatureNeighbours"/>. The only score that needs more than the model file.</summary>
    Neighbours,
}
