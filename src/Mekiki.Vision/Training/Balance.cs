namespace Mekiki.Vision.Training;

/// <summary>What is done so that rare classes are learned as well as frequent ones.</summary>
public enum Balance
{
    /// <summary>Nothing: every image counts alike.</summary>
    None,

    /// <summary>Images of rare classes count more in the loss, see <see cref="Models.CrossEntropy.BalancedWeights"/>.</summary>
    Weights,

    /// <summary>Every epoch draws equally many images of each class.</summary>
    Sampling,

    /// <summary>Every epoch draws images of a class in proportion to the square root of how many it has.</summary>
    Roots,
}
