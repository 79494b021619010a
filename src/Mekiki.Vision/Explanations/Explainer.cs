using Mekiki.Vision.Images;

namespace Mekiki.Vision.Explanations;

/// <summary>Tells which parts of an image decided a recognizer's answer.</summary>
/// <remarks>Any number of threads may explain with one recognizer at once, also while its network trains. The same image and options give the same bits.</remarks>
/// <example>
/// <code>
/// var recognizer = Recognizer.Load("model.safetensors");
/// var explanation = Explainer.Explain(recognizer, ImageInput.FromFile("image.png"));
/// Console.WriteLine($"{explanation.Label} rather than {explanation.Against}: {explanation.Map.Values[0]}");
/// </code>
/// </example>
public static class Explainer
{
    /// <summary>Explains one image.</summary>
    /// <param name="recognizer">Any recognizer for <see cref="ExplanationMethod.Occlusion"/>; the other methods need a network with gradients.</param>
    /// <param name="image">The image; it is prepared as the recognizer wants it.</param>
    /// <param name="options">The method and the classes; null: occlusion, the predicted class against the second best.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="MekikiException">The image cannot be read, there is no such class or layer, or the method does not fit the network.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Explanation Explain(Recognizer recognizer, ImageInput image, ExplanationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        ArgumentNullException.ThrowIfNull(image);
        return Explain(recognizer, recognizer.Prepare(image), options, cancellation);
    }

    /// <summary>Explains one prepared image.</summary>
    /// <param name="recognizer">Any recognizer for <see cref="ExplanationMethod.Occlusion"/>; the other methods need a network with gradients.</param>
    /// <param name="image">(1, C, H, W), float32, of <see cref="Recognizer.Preprocessing"/>'s input; see <see cref="Recognizer.Prepare"/>.</param>
    /// <param name="options">The method and the classes; null: occlusion, the predicted class against the second best.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="MekikiException">The image is not of the input's shape, there is no such class or layer, or the method does not fit the network.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Explanation Explain(Recognizer recognizer, Tensor image, ExplanationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        ArgumentNullException.ThrowIfNull(image);
        if (image.Shape.Rank != 4 || image.Shape[0] != 1)
            throw new MekikiException($"Explain: expected one image (1, C, H, W), got {image.Shape}. Explain images one by one.");
        options ??= ExplanationOptions.Default;
        var scores = recognizer.Scores(image);
        var question = Question.Of(recognizer, scores, options);
        string label = recognizer.Classes[question.Class];
        string? against = question.Other is { } other ? recognizer.Classes[other] : null;
        switch (options.Method)
        {
            case ExplanationMethod.Occlusion:
                {
                    float score = question.Score(scores.Values);
                    var map = OcclusionMap.Of(recognizer, image, question, score, options, cancellation);
                    return new(options.Method, label, against, score, map, map);
                }

            case ExplanationMethod.IntegratedGradients:
                {
                    var (map, start, score, steps) = new PathIntegral(recognizer, image, question, options).Run(cancellation);
                    return new(options.Method, label, against, score, map, map) { BaseScore = start, Steps = steps };
                }

            case ExplanationMethod.VisualWords:
                return WordMap.Of(recognizer, image, question, label, against);

            default:
                {
                    var (values, start, score) = ActivationMap.Of(recognizer, image, question, options);
                    var map = Enlargement.Of(values, image.Shape[2], image.Shape[3]);
                    return new(options.Method, label, against, score, map, values) { BaseScore = options.Method == ExplanationMethod.HiResCam ? start : null };
                }
        }
    }
}
