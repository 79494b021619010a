using Mekiki.Serving.Models;
using Mekiki.Vision.Explanations;
using Mekiki.Vision.Images;

namespace Mekiki.Serving.Routes;

/// <summary>Draws which parts of an image decided an answer.</summary>
internal sealed class HeatMaps(SideWork work)
{
    /// <summary>The image over its heat map, as a PNG file.</summary>
    /// <exception cref="Http.ProblemException">Too many wait (429).</exception>
    /// <exception cref="MekikiException">The image cannot be read, or the options do not fit the model.</exception>
    public Task<byte[]> Draw(LoadedModel model, ImageInput image, ExplanationOptions? options, CancellationToken cancellation) => work.Run(
        () =>
        {
            var pixels = model.Recognizer.Prepare(image);
            return HeatPicture.Png(pixels, model.Recognizer.Preprocessing, Explainer.Explain(model.Recognizer, pixels, options, cancellation));
        },
        cancellation);
}
