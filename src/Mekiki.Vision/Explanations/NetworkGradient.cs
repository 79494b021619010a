using Mekiki.Autograd;

namespace Mekiki.Vision.Explanations;

/// <summary>Runs a recognizer's network forward and back for its images alone: its parameters get no gradient, and stay as they are meanwhile.</summary>
/// <remarks>The network is that of <see cref="Recognizer.Network"/>: it sees the image as it is, without the shifted views of <see cref="ModelCard.Shift"/>.</remarks>
internal static class NetworkGradient
{
    /// <summary>Calls <paramref name="compute"/> with the network in evaluation mode, its parameters as constants.</summary>
    public static T Run<T>(Recognizer recognizer, Module network, Func<T> compute)
    {
        using var threads = Threads.Use(recognizer.Threads);
        using var evaluation = EvaluationMode.On();
        using var inputs = Gradients.OfInputs();
        // What is returned holds arrays, or tensors that no operation made.
        T? result = default;
        network.Call(network, _ =>
        {
            result = compute();
            return Array.Empty<Tensor>();
        });
        return result!;
    }

    /// <summary>Goes back from the scores, if the network can.</summary>
    /// <exception cref="MekikiException">No gradient leads back.</exception>
    public static void Back(Tensor scores, Question question, Recognizer recognizer, ExplanationMethod method)
    {
        if (!scores.RequiresGrad)
            throw NoGradient(recognizer, method);
        scores.Backward(question.Upstream(scores.Shape[0], scores.Shape[1]));
    }

    /// <summary>What is said of a recognizer that does not learn by gradients.</summary>
    public static MekikiException NoGradient(Recognizer recognizer, ExplanationMethod method) =>
        new($"{method.Title()}: expected a network that learns by gradients, got '{PrintedName.Of(recognizer.Card.Model)}', which does not. Use occlusion.");
}
