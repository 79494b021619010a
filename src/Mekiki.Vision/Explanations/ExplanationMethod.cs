namespace Mekiki.Vision.Explanations;

/// <summary>How an answer is explained.</summary>
public enum ExplanationMethod
{
    /// <summary>Covers one part of the image after the other, and looks how the score changes. For every recognizer.</summary>
    Occlusion,

    /// <summary>Sums up gradients on the way from an empty image to this one; the values sum up to the difference of the score. For networks that learn by gradients.</summary>
    IntegratedGradients,

    /// <summary>Weights the maps of the last convolution by the means of their gradients; shows roughly where, and its values have no unit. For convolutional networks.</summary>
    GradCam,

    /// <summary>Multiplies the maps of the last convolution by their gradients; exact, and so for networks in which one linear layer follows the maps.</summary>
    HiResCam,

    /// <summary>The votes of the visual words, each divided among its SIFT keypoints; the values sum up to the difference of the score. For <c>sift-fisher-svm</c>.</summary>
    VisualWords,
}
