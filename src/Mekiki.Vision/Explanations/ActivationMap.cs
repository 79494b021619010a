using Mekiki.Vision.Models;

namespace Mekiki.Vision.Explanations;

/// <summary>Maps of a layer, weighted by how much the score depends on them: Grad-CAM and HiResCAM.</summary>
/// <remarks>
/// With the maps A_k and the score f, HiResCAM is Σ_k A_k · ∂f/∂A_k, pixel by pixel: Draelos, Carin, "Use HiResCAM instead of Grad-CAM for Faithful
/// Explanations of Convolutional Neural Networks", 2020, arXiv:2011.08891, equation 4. Where one linear layer follows, its sum is f less the layer's bias.
/// Grad-CAM is ReLU(Σ_k α_k A_k) with α_k the mean of ∂f/∂A_k over all pixels: Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks
/// via Gradient-based Localization", 2017, arXiv:1610.02391, equations 1 and 2. Differs from the papers: f is the difference of two
/// classes' scores; the maps are those that the last such layer returns, before an activation that is not a layer; of an ensemble, the members' maps are averaged.
/// </remarks>
internal static class ActivationMap
{
    private const double Tolerance = 1e-4;

    /// <returns>The values (h, w), the score for empty maps, and for these.</returns>
    /// <exception cref="MekikiException">The network has no such maps, or HiResCAM would not be exact.</exception>
    public static (Tensor Values, float BaseScore, float Score) Of(Recognizer recognizer, Tensor image, Question question, ExplanationOptions options)
    {
        Module[] members = recognizer.Network is Ensemble ensemble ? [.. ensemble.Children.Select(c => c.Module)] : [recognizer.Network];
        float[]? values = null;
        Shape shape = default;
        float start = 0, score = 0;
        foreach (var member in members)
        {
            var (own, ownShape, ownStart, ownScore) = NetworkGradient.Run(recognizer, recognizer.Network, () => OfOne(recognizer, member, image, question, options));
            values ??= new float[own.Length];
            shape = ownShape;
            if (own.Length != values.Length)
                throw new MekikiException($"{options.Method.Title()}: expected members of an ensemble with maps of one size, got {values.Length:N0} and {own.Length:N0} pixels. Use occlusion.");
            for (int i = 0; i < own.Length; i++)
                values[i] += own[i] / members.Length;
            start += ownStart / members.Length;
            score += ownScore / members.Length;
        }

        return (Tensor.From(values, shape), start, score);
    }

    private static (float[] Values, Shape Shape, float BaseScore, float Score) OfOne(Recognizer recognizer, Module network, Tensor image, Question question, ExplanationOptions options)
    {
        string model = recognizer.Card.Model;
        var layer = MapLayer.Find(network, image, options.Layer, model, options.Method);
        bool isExact = options.Method == ExplanationMethod.HiResCam;
        if (isExact && !layer.IsBeforeLastLinear)
            throw NotExact(model, "more layers after them");
        Tensor? maps = null;
        var scores = layer.Run(network, image, result => maps = result.Detach().WithGrad());
        float score = question.Score(scores.Values);
        NetworkGradient.Back(scores, question, recognizer, options.Method);
        float[] gradients = maps?.Grad?.ToArray() ?? throw NetworkGradient.NoGradient(recognizer, options.Method);
        float start = question.Score(layer.Run(network, image, result => Tensor.Zeros(result.Shape)).ToArray());
        float[] activations = maps.ToArray();
        Shape shape = [maps.Shape[2], maps.Shape[3]];
        float[] values = new float[shape.ElementCount];
        if (!isExact)
        {
            Weighted(activations, gradients, values);
            return (values, shape, start, score);
        }

        double sum = 0;
        for (int i = 0; i < activations.Length; i++)
        {
            float value = activations[i] * gradients[i];
            values[i % values.Length] += value;
            sum += value;
        }

        return Math.Abs(sum + start - score) <= Tolerance * Math.Max(1, Math.Abs(score))
            ? (values, shape, start, score)
            : throw NotExact(model, "a function between them that is not linear in pieces");
    }

    private static void Weighted(float[] activations, float[] gradients, float[] values)
    {
        int pixels = values.Length;
        for (int first = 0; first < activations.Length; first += pixels)
        {
            double mean = 0;
            for (int i = first; i < first + pixels; i++)
                mean += gradients[i] / pixels;
            for (int i = 0; i < pixels; i++)
                values[i] += (float)(mean * activations[first + i]);
        }

        for (int i = 0; i < pixels; i++)
            values[i] = Math.Max(0, values[i]);
    }

    private static MekikiException NotExact(string model, string got) =>
        new($"HiResCAM: expected a network in which one linear layer alone follows the maps, since it is exact only there, got '{PrintedName.Of(model)}' with {got}. Use integrated gradients or occlusion.");
}
