namespace Mekiki.Vision.Training;

/// <summary>What is learnt at once on the features of a pretrained network.</summary>
public enum HeadKind
{
    /// <summary>Multinomial logistic regression: a last layer that fine-tuning goes on with.</summary>
    Logistic,

    /// <summary>The nearest training images vote: nothing is fitted, the model file keeps their features, and there is no fine-tuning.</summary>
    Neighbours,

    /// <summary>A linear support vector machine for each class: a last layer that fine-tuning goes on with.</summary>
    Svm,
}
