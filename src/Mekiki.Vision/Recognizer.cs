using System.Runtime.InteropServices;
using Mekiki.Autograd;
using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision;

/// <summary>Images in, a score for each class out: a trained network with its classes and preprocessing.</summary>
/// <remarks>
/// Any number of threads may use one recognizer at once; the answers are the same bits as one after another. It may also be used
/// beside the training of its network: then it sees the weights as they are between two steps.
/// <code>
/// var recognizer = Recognizer.Load("model.safetensors");
/// var prediction = recognizer.Predict("image.png");
/// Console.WriteLine($"{prediction.Label} {prediction.Probability:P1}");
/// </code>
/// </remarks>
public sealed class Recognizer
{
    private readonly Lazy<string> weightsSha256;

    /// <summary>Puts a network together with what describes it.</summary>
    /// <param name="network">(N, C, H, W) of the card's input -> (N, K) scores, K the card's number of classes.</param>
    /// <param name="card">Its description.</param>
    public Recognizer(Module network, ModelCard card)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(card);
        (Network, Card) = (network, card);
        weightsSha256 = new(() => Weights.Sha256(network.StateDict()));
    }

    /// <summary>The network. Scores are computed as in evaluation mode, whatever its own mode is.</summary>
    public Module Network { get; }

    /// <summary>What the model file tells beside the weights.</summary>
    public ModelCard Card { get; }

    /// <summary>The class names, in the order of the scores.</summary>
    public IReadOnlyList<string> Classes => Card.Classes;

    /// <summary>Threads that compute an answer; 0, the default: as many as <see cref="Mekiki.Threads.Count"/> says. Answers do not depend on it.</summary>
    /// <exception cref="MekikiException">It is below 0 or above 1,024.</exception>
    public int Threads { get; set => field = value is >= 0 and <= 1024 ? value : throw new MekikiException($"Threads: expected 0 to 1,024, got {value}."); }

    /// <summary>What every image goes through first.</summary>
    public Preprocessing Preprocessing => Card.Preprocessing;

    /// <summary>sha256 of the weights as they were when it was first asked for, see <see cref="Weights.Sha256"/>.</summary>
    public string WeightsSha256 => weightsSha256.Value;

    /// <summary>Reads a model file, or the best model of a run's folder.</summary>
    /// <exception cref="MekikiException">It is not there, damaged, or not a model file; the message says which.</exception>
    public static Recognizer Load(string path) => ModelFile.Read(Directory.Exists(path) ? Path.Combine(path, "model.safetensors") : path);

    /// <summary>Whether a path is a model file that Mekiki wrote or a folder, rather than weights alone.</summary>
    /// <exception cref="MekikiException">It is not there, or no file of weights at all.</exception>
    public static bool IsModelFile(string path) => Directory.Exists(path) || ModelFile.IsOne(path);

    /// <summary>Writes a model file; it appears only when whole.</summary>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public void Save(string path) => ToFile().Save(path);

    /// <summary>The model file with the weights as they are now, to be written whenever it suits.</summary>
    internal SafetensorsWriter ToFile() => ModelFile.Writer(Network, Card);

    /// <summary>The scores of prepared images, of which larger is better.</summary>
    /// <param name="images">(N, C, H, W), float32, of <see cref="Preprocessing"/>'s input.</param>
    /// <returns>(N, K), float32; a network's logits.</returns>
    /// <exception cref="MekikiException">The images are not of the input's shape, or the network has not K outputs.</exception>
    public Tensor Scores(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        var input = Preprocessing.Input;
        if (images.Shape.Rank != 4 || images.Shape[1] != input.Channels || images.Shape[2] != input.Height || images.Shape[3] != input.Width || images.DType != DType.Float32)
            throw new MekikiException($"Scores: expected float32 images (N, {input.Channels}, {input.Height}, {input.Width}), got {images.DType} {images.Shape}. Prepare them by Preprocessing.");
        using var pause = Gradients.Off();
        using var evaluation = Scope.Evaluate();
        using var threads = Mekiki.Threads.Use(Threads);
        var scores = Card.Shift is { } pixels and > 0 ? ShiftedViews.Scores(Network, images, pixels) : Network[images];
        return scores.Shape == [images.Shape[0], Classes.Count]
            ? scores
            : throw new MekikiException($"Scores: expected a score for each of the card's {Classes.Count:N0} classes, ({images.Shape[0]}, {Classes.Count}), got {scores.Shape} from the network. Give a card with the network's classes.");
    }

    /// <summary>Recognizes an image file of any size and colour mode.</summary>
    /// <param name="path">A PNG, JPEG, BMP, GIF or WebP file.</param>
    /// <param name="top">How many of the best classes are told, 1 or more.</param>
    /// <exception cref="MekikiException">It is not there, or no image.</exception>
    public Prediction Predict(string path, int top = 5)
    {
        var one = Predict([path], top).Single();
        return one.Prediction ?? throw new MekikiException($"{path}: {one.Error}. Check the file.");
    }

    /// <summary>Recognizes image files, many at once; one that cannot be read has an error, and the others go on.</summary>
    /// <param name="paths">Paths of files. They are taken and answered in batches, in order.</param>
    /// <param name="top">How many of the best classes are told, 1 or more.</param>
    /// <param name="batchSize">Images in a batch, 1 or more.</param>
    public IEnumerable<ImagePrediction> Predict(IEnumerable<string> paths, int top = 5, int batchSize = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return paths.Chunk(batchSize).SelectMany(part => PredictBatch(part, top));
    }

    /// <summary>Tells how right the recognizer is on labelled images. Classes are matched by name.</summary>
    /// <param name="set">The images, in colours if the recognizer wants them.</param>
    /// <param name="subset">Indices of those that are tried; null: all.</param>
    /// <param name="options">Batch size and threads; the order does not matter.</param>
    /// <param name="progress">Told how many images are done, after each batch.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="MekikiException">The images have classes that the recognizer does not know.</exception>
    public EvaluationResult Evaluate(ImageSet set, int[]? subset = null, LoaderOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        long[] ours = ClassesOf(set);
        subset ??= [.. Enumerable.Range(0, set.Count)];
        var loader = new Loader(set, subset, Preprocessing.Pipeline(set.Shape), options);
        var evaluator = new Evaluator(Classes);
        var labels = new List<long>();
        int done = 0;
        loader.Start(epoch: 0);
        while (loader.Next() is { } batch)
        {
            cancellation.ThrowIfCancellationRequested();
            labels.Clear();
            foreach (long label in batch.Labels)
                labels.Add(ours[label]);
            evaluator.Add(Scores(batch.ToTensor()), CollectionsMarshal.AsSpan(labels));
            progress?.Report(done += batch.Count);
        }

        var result = evaluator.Result();
        return result with { Mistakes = [.. result.Mistakes.Select(m => m with { Index = subset[m.Index] })] };
    }

    /// <summary>Of each class of the set, its index among ours.</summary>
    /// <exception cref="MekikiException">There are classes that the recognizer does not know.</exception>
    internal long[] ClassesOf(ImageSet set)
    {
        var index = new Dictionary<string, long>();
        for (int c = 0; c < Classes.Count; c++)
            index[Classes[c]] = c;
        string[] unknown = [.. set.Classes.Where(c => !index.ContainsKey(c))];
        return unknown.Length == 0
            ? [.. set.Classes.Select(c => index[c])]
            : throw new MekikiException($"{set.Source}: expected images of the model's {Classes.Count:N0} classes ({Listed(Classes)}), got {unknown.Length:N0} {(unknown.Length == 1 ? "class" : "classes")} that it was not trained on: {Listed(unknown)}. Use data of its classes, or train a model on these.");
    }

    private static string Listed(IReadOnlyList<string> names) => string.Join(", ", names.Take(10)) + (names.Count > 10 ? ", …" : "");

    private ImagePrediction[] PredictBatch(string[] paths, int top)
    {
        var input = Preprocessing.Input;
        var images = new float[checked(paths.Length * input.Length)];
        var errors = new string?[paths.Length];
        var pipeline = Preprocessing.Pipeline(input);
        Parallel.For(0, paths.Length, i => errors[i] = ReadImage(paths[i], pipeline, images.AsSpan(i * input.Length, input.Length)));
        var scores = Scores(Tensor.From(images, [paths.Length, input.Channels, input.Height, input.Width])).Values;
        var predictions = new ImagePrediction[paths.Length];
        for (int i = 0; i < paths.Length; i++)
            predictions[i] = new(paths[i], errors[i] is null ? Best(scores.Slice(i * Classes.Count, Classes.Count), top) : null, errors[i]);
        return predictions;
    }

    // The reason why it cannot be read, or null.
    private string? ReadImage(string path, Pipeline pipeline, Span<float> values)
    {
        try
        {
            var input = Preprocessing.Input;
            var pixels = new byte[input.Length];
            byte[] scratch = [];
            ImageDecoder.Decode(ReadFile(path), input.Channels, input.Height, input.Width, scale: true, pixels, ref scratch);
            var none = new Generator(0);
            pipeline.Write(pixels, input, ref none, values);
            return null;
        }
        catch (UnreadableImageException e)
        {
            values.Clear();
            return e.Message;
        }
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            long length = new FileInfo(path).Length;
            return length <= ImageFiles.MostBytes
                ? File.ReadAllBytes(path)
                : throw new UnreadableImageException($"expected at most 128 MiB, got {length:N0} bytes");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UnreadableImageException("expected an image, got no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new UnreadableImageException($"cannot be opened: {e.Message}");
        }
    }

    private Prediction Best(ReadOnlySpan<float> scores, int top)
    {
        var probabilities = new float[scores.Length];
        ScoreRow.Softmax(scores, probabilities);
        int[] order = [.. Enumerable.Range(0, probabilities.Length)];
        // Among equals the first class comes first.
        Array.Sort(order, (a, b) => probabilities[b].CompareTo(probabilities[a]) is var c && c != 0 ? c : a - b);
        return new Prediction([.. order.Take(top).Select(c => new LabelProbability(Classes[c], probabilities[c]))]);
    }
}
