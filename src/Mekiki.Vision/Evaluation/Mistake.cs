namespace Mekiki.Vision.Evaluation;

/// <summary>An image that was taken for another class than its own.</summary>
/// <param name="Index">Its index in the set; from an <see cref="Evaluator"/>, how many images were added before it.</param>
/// <param name="Label">Its class.</param>
/// <param name="TakenFor">The class that the recognizer gave.</param>
/// <param name="Probability">Of the class that it gave, in [0, 1].</param>
/// <param name="LabelProbability">Of the image's own class, in [0, 1].</param>
public readonly record struct Mistake(int Index, string Label, string TakenFor, float Probability, float LabelProbability);
