namespace Mekiki.Vision.Evaluation;

/// <summary>An image for which the recognizer predicts another class than its own.</summary>
/// <param name="Index">Its index in the set; from an <see cref="Evaluator"/>, how many images were added before it.</param>
/// <param name="Label">Its class.</param>
/// <param name="Predicted">The class that the recognizer predicts.</param>
/// <param name="Probability">Of the class that it gave, in [0, 1].</param>
/// <param name="LabelProbability">Of the image's own class, in [0, 1].</param>
public readonly record struct Mistake(int Index, string Label, string Predicted, float Probability, float LabelProbability);
