namespace Mekiki.Vision.Explanations;

/// <summary>What one visual word adds to the difference of two classes' scores.</summary>
/// <param name="Word">The Gaussian of the mixture, from 0.</param>
/// <param name="Vote">Above 0, it speaks for the class; below 0, for the other.</param>
public readonly record struct WordVote(int Word, float Vote);
