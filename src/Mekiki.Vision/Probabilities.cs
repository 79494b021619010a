using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;

namespace Mekiki.Vision;

/// <summary>What a recognizer makes of each of many images: (N, K), float32, each row summing to 1 but for models of several labels.</summary>
/// <example>
/// <code>
/// var probabilities = Probabilities.Of(recognizer, set, split.Test);
/// Console.WriteLine($"{recognizer.Classes[probabilities.Best(0)]}: {probabilities[0][probabilities.Best(0)]:P1}");
/// </code>
/// </example>
public sealed class Probabilities
{
    private readonly float[] values;

    private Probabilities(float[] values, int classes) => (this.values, Classes) = (values, classes);

    /// <summary>K.</summary>
    public int Classes { get; }

    /// <summary>N.</summary>
    public int Count => Classes == 0 ? 0 : values.Length / Classes;

    /// <summary>All of them, (N, K), image after image.</summary>
    public ReadOnlySpan<float> Values => values;

    /// <summary>The probabilities of image number <paramref name="n"/>, in the order of the recognizer's classes.</summary>
    public ReadOnlySpan<float> this[int n] => values.AsSpan(n * Classes, Classes);

    /// <summary>The most probable class of image number <paramref name="n"/>; of equal ones, the first.</summary>
    public int Best(int n) => ScoreRow.ArgMax(this[n]);

    /// <summary>Asks a recognizer, and keeps all.</summary>
    /// <param name="recognizer">Who is asked.</param>
    /// <param name="set">The images, in its colours.</param>
    /// <param name="subset">Indices of those that are wanted, N.</param>
    /// <param name="threads">How many threads prepare images; 0: one for each processor.</param>
    /// <param name="progress">Told how many images are done, after each batch.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="MekikiException">The images are grey and the recognizer takes colours, or the network has not K outputs; or N x K values are more than an array holds: <see cref="ForEach"/> keeps none.</exception>
    public static Probabilities Of(Recognizer recognizer, ImageSet set, ReadOnlySpan<int> subset, int threads = 0, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        int classes = recognizer.Classes.Count;
        if ((long)subset.Length * classes > Array.MaxLength)
            throw new MekikiException($"{nameof(Probabilities)}: expected at most {Array.MaxLength:N0} values, got {subset.Length:N0} images of {classes:N0} classes. Ask for fewer images at once, or take each row when it is there ({nameof(ForEach)}).");
        var values = new float[subset.Length * classes];
        ForEach(recognizer, set, subset, (n, row) => row.CopyTo(values.AsSpan(n * classes)), threads, progress, cancellation);
        return new(values, classes);
    }

    /// <summary>Asks a recognizer, and gives each row to whoever needs it; none is kept.</summary>
    /// <param name="recognizer">Who is asked.</param>
    /// <param name="set">The images, in its colours.</param>
    /// <param name="subset">Indices of those that are wanted, N.</param>
    /// <param name="take">Called for n = 0, 1, ... N - 1, one after another, with n and the K probabilities of that image, which are valid during the call.</param>
    /// <param name="threads">How many threads prepare images; 0: one for each processor.</param>
    /// <param name="progress">Told how many images are done, after each batch.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="MekikiException">The images are grey and the recognizer takes colours, or the network has not K outputs.</exception>
    public static void ForEach(Recognizer recognizer, ImageSet set, ReadOnlySpan<int> subset, Action<int, ReadOnlySpan<float>> take, int threads = 0, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recognizer);
        ArgumentNullException.ThrowIfNull(take);
        int classes = recognizer.Classes.Count, done = 0;
        var row = new float[classes];
        var loader = new Loader(set, subset, recognizer.Preprocessing.Pipeline(set.Shape), new LoaderOptions { BatchSize = 64, Threads = threads });
        loader.Start(epoch: 0);
        while (loader.Next() is { } batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var scores = recognizer.CalibratedScores(batch.ToTensor());
            for (int n = 0; n < batch.Count; n++)
            {
                ScoreRow.Probabilities(recognizer.Card.IsMultiLabel, scores.Values.Slice(n * classes, classes), row);
                take(done + n, row);
            }

            GC.KeepAlive(scores);
            done += batch.Count;
            progress?.Report(done);
        }
    }
}
