namespace Mekiki.Vision.Explanations;

/// <summary>What one SIFT keypoint adds to the difference of two classes' scores.</summary>
/// <param name="X">Its column in pixels, from the left edge.</param>
/// <param name="Y">Its row in pixels, from the upper edge.</param>
/// <param name="Side">The side of the square that its descriptor sees, in pixels.</param>
/// <param name="Word">The visual word (Gaussian of the mixture) that it belongs to most, from 0.</param>
/// <param name="Vote">Above 0, it speaks for the class; below 0, for the other.</param>
public readonly record struct KeypointVote(float X, float Y, float Side, int Word, float Vote);
