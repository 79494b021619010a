using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Mekiki.Autograd;
using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Options;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision;

/// <summary>Images in, a score for each class out: a trained network with its classes and preprocessing.</summary>
/// <remarks>
/// Any number of threads may use one recognizer at once; the answers are the same bits as one after another. It may also be used
/// beside the training of its network: then it sees the weights as they are between two steps.
/// </remarks>
/// <example>
/// <code>
/// var recognizer = Recognizer.Load("model.safetensors");
/// var prediction = recognizer.Predict("image.png");
/// Console.WriteLine($"{prediction.Label} {prediction.Probability:P1}");
/// </code>
/// </example>
public sealed class Recognizer
{
    private readonly Lazy<string> weightsSha256;
    private Lazy<FeatureNeighbours>? stored;

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

    /// <summary>Training images with which <see cref="UnknownScore.Neighbours"/> compares; where none are given, those that lie beside the model file that was loaded; null: there are none.</summary>
    /// <remarks>A file beside the model file is read when it is first asked for: it gives a <see cref="MekikiException"/> then, if it is damaged or belongs to other weights.</remarks>
    public FeatureNeighbours? Neighbours { get => field ?? stored?.Value; init; }

    /// <summary>Reads a model file, the best model of a run's folder, a file of a kind that <see cref="ModelFormats"/> names, a recognizer that is part of Mekiki (<see cref="BuiltInRecognizer"/>), or weights that torchvision publishes (<see cref="PublishedWeights"/>).</summary>
    /// <param name="path">The file or the folder; or the name of a built-in recognizer or of published weights, if no file and no folder is called so.</param>
    /// <exception cref="MekikiException">It is not there, damaged, or not a model file; the message says which.</exception>
    public static Recognizer Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (BuiltInRecognizer.Find(path) is { } builtIn)
            return builtIn.Load();
        if (PublishedWeights.Find(path) is { } published)
            return published.Load();
        string file = FileOf(path);
        if (!File.Exists(file) && Suggestion.Sentence(path, NamedModels()) is { Length: > 0 } near)
            throw new MekikiException($"{path}: expected a model file, the folder of a run, or the name of a recognizer that is part of Mekiki or of published weights, got no such file.{near}");
        var recognizer = ModelFormats.Find(file) is { } load ? load(file) : ModelFile.Read(file);
        if (NeighbourFile.Of(file) is var beside && File.Exists(beside))
            recognizer.stored = new(() => NeighbourFile.Read(beside, recognizer));
        return recognizer;
    }

    /// <summary>Reads a model file, or the best model of a run's folder, whose network is the program's own and has no name in <see cref="Catalogue"/>.</summary>
    /// <param name="path">The file or the folder.</param>
    /// <param name="makeNetwork">Makes the network for the shape (C, H, W) of its input and a number of classes K; its weights are then the file's.</param>
    /// <exception cref="MekikiException">It is not there, damaged, not a model file, or its weights are not the network's; the message says which.</exception>
    public static Recognizer Load(string path, Func<ImageShape, int, Module> makeNetwork)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(makeNetwork);
        return ModelFile.Read(FileOf(path), makeNetwork);
    }

    /// <summary>Whether a path is a model file that Mekiki wrote, a folder, or a name that Load takes, rather than weights alone.</summary>
    /// <exception cref="MekikiException">It is not there, or no file of weights at all.</exception>
    public static bool IsModelFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Directory.Exists(path) || IsNamed(path) || (ModelFormats.Find(path) is not null ? File.Exists(path) : ModelFile.IsOne(path));
    }

    /// <summary>Whether a text is a name that <see cref="Load(string)"/> takes: a built-in recognizer or published weights, and no file and no folder is called so.</summary>
    public static bool IsNamed(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return BuiltInRecognizer.Find(path) is not null || PublishedWeights.Find(path) is not null;
    }

    private static IEnumerable<string> NamedModels() => [.. BuiltInRecognizer.All.Select(r => r.Name), .. PublishedWeights.All.Select(w => w.Name)];

    /// <summary>Writes a model file; it appears only when whole.</summary>
    /// <exception cref="MekikiException">It cannot be written.</exception>
    public void Save(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        ToFile().Save(path);
    }

    /// <summary>Writes a model file with rounded weights, half or a quarter as large; it appears only when whole.</summary>
    /// <remarks>Its recognizer computes in float32, with the rounded weights; <see cref="WeightsSha256"/> there is that of the rounded ones.</remarks>
    /// <param name="path">The file.</param>
    /// <param name="weights">F16 (11 bits of precision, magnitudes up to 65,504; tensors with larger ones stay F32), BF16 (8 bits, the range of F32), I8 (whole numbers from -127 to 127 with a scale for each output of a layer; biases stay F32), or F32, which rounds nothing.</param>
    /// <exception cref="MekikiException">It cannot be written, or a weight is neither float32 nor int64.</exception>
    /// <exception cref="ArgumentException">The type is another.</exception>
    public void Save(string path, StoredType weights)
    {
        ArgumentNullException.ThrowIfNull(path);
        ModelFile.Writer(Network, Card, weights).Save(path);
    }

    /// <summary>The model file with the weights as they are now, to be written whenever it suits, on any thread.</summary>
    /// <exception cref="MekikiException">A weight is neither float32 nor int64.</exception>
    public SafetensorsWriter ToFile() => ModelFile.Writer(Network, Card);

    /// <summary>Brings images to the network's input: scaled, in its colours, normalized.</summary>
    /// <param name="images">One or more.</param>
    /// <returns>(N, C, H, W), float32.</returns>
    /// <exception cref="MekikiException">An image cannot be read; the first that cannot is named.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no image.</exception>
    public Tensor Prepare(params IReadOnlyList<ImageInput> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfZero(images.Count, nameof(images));
        var (values, errors) = Read(images);
        int wrong = Array.FindIndex(errors, e => e is not null);
        return wrong < 0 ? values : throw Unreadable(images[wrong].Name, errors[wrong]!);
    }

    /// <summary>Brings one image to the network's input: scaled, in its colours, normalized.</summary>
    /// <param name="image">The image.</param>
    /// <param name="destination">Receives the C·H·W numbers of <see cref="Preprocessing"/>'s input, channel by channel; of an image that cannot be read, they may be anything.</param>
    /// <param name="error">Why it cannot be read; null if it can.</param>
    /// <returns>Whether it can be read.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The destination has another length.</exception>
    public bool TryPrepare(ImageInput image, Span<float> destination, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, Preprocessing.Input.Length, nameof(destination));
        error = Read(image, Preprocessing.Pipeline(Preprocessing.Input), destination);
        return error is null;
    }

    /// <summary>The scores of prepared images, of which larger is better.</summary>
    /// <param name="images">(N, C, H, W), float32, of <see cref="Preprocessing"/>'s input; see <see cref="Prepare"/>.</param>
    /// <returns>(N, K), float32; a network's logits.</returns>
    /// <exception cref="MekikiException">The images are not of the input's shape, or the network has not K outputs.</exception>
    public Tensor Scores(Tensor images) => ScoresAndLogits(images).Scores;

    /// <summary>The probabilities of all classes for prepared images: the softmax of <see cref="Scores"/> / T, with the temperature T of the card's <see cref="ModelCard.Calibration"/> or 1.</summary>
    /// <param name="images">(N, C, H, W), float32, of <see cref="Preprocessing"/>'s input; see <see cref="Prepare"/>.</param>
    /// <returns>(N, K), float32; each row sums up to 1. Of a model of several labels (<see cref="ModelCard.IsMultiLabel"/>) the sigmoid of each score.</returns>
    /// <exception cref="MekikiException">The images are not of the input's shape, or the network has not K outputs.</exception>
    public Tensor Probabilities(Tensor images) => ProbabilitiesOf(Scores(images));

    /// <summary>The probabilities that belong to <see cref="Scores"/>.</summary>
    internal Tensor ProbabilitiesOf(Tensor uncalibrated)
    {
        var scores = Calibrated(uncalibrated).Values;
        var probabilities = new float[scores.Length];
        for (int n = 0; n < scores.Length; n += Classes.Count)
            ScoreRow.Probabilities(Card.IsMultiLabel, scores.Slice(n, Classes.Count), probabilities.AsSpan(n, Classes.Count));
        return Tensor.From(probabilities, [scores.Length / Classes.Count, Classes.Count]);
    }

    /// <summary>The <see cref="Scores"/> of which the softmax is the probability of each class: divided by the card's temperature.</summary>
    internal Tensor CalibratedScores(Tensor images) => Calibrated(Scores(images));

    private Tensor Calibrated(Tensor scores) => Card is { Calibration: null, LabelCalibration: null } ? scores : Tensor.From(Calibrated(scores.Values), scores.Shape);

    private ReadOnlySpan<float> Calibrated(ReadOnlySpan<float> scores) =>
        Card.LabelCalibration is { } labels ? labels.Scaled(scores) : Card.Calibration is { } calibration ? Calibration.Scaled(scores, calibration.Temperature) : scores;

    /// <summary>The scores, and the network's own for the images as they are, without shifted views; the same tensor where there are none.</summary>
    internal (Tensor Scores, Tensor Logits) ScoresAndLogits(Tensor images)
    {
        Tensor? logits = null;
        var scores = Compute(images, "Scores", x =>
        {
            logits = Network[x];
            return logits.Shape == [x.Shape[0], Classes.Count]
                ? Card.Shift is { } pixels and > 0 ? ShiftedViews.Scores(Network, x, pixels, logits) : logits
                : throw new MekikiException($"Scores: expected a score for each of the card's {Classes.Count:N0} classes, ({x.Shape[0]}, {Classes.Count}), got {logits.Shape} from the network. Give a card with the network's classes.");
        });
        return (scores, logits!);
    }

    /// <summary>What the network's last layer decides by: a vector for each image, in which similar images lie near each other.</summary>
    /// <param name="images">(N, C, H, W), float32, of <see cref="Preprocessing"/>'s input; see <see cref="Prepare"/>.</param>
    /// <returns>(N, D), float32.</returns>
    /// <exception cref="NotSupportedException">The network has none: it is not <see cref="IHasFeatures"/>.</exception>
    /// <exception cref="MekikiException">The images are not of the input's shape.</exception>
    public Tensor Features(Tensor images) => Network is IHasFeatures network
        ? Compute(images, "Features", x => Network.Call(x, network.Features))
        : throw new NotSupportedException($"Features: expected a network that is {nameof(IHasFeatures)}, got {Network.GetType().Name}. Implement {nameof(IHasFeatures)} in it.");

    /// <summary>Recognizes an image file of any size and colour mode.</summary>
    /// <param name="path">A PNG, JPEG, TIFF, BMP, GIF or WebP file.</param>
    /// <param name="options">How many classes are named, and from which probability on the answer is accepted; null: five, any.</param>
    /// <exception cref="ArgumentNullException">The path is null.</exception>
    /// <exception cref="MekikiException">The file is not there, or no image.</exception>
    public Prediction Predict(string path, PredictOptions? options = null) => Predict(ImageInput.FromFile(path), options);

    /// <summary>Recognizes an encoded image in memory, of any size and colour mode.</summary>
    /// <param name="encoded">The bytes of a PNG, JPEG, TIFF, BMP, GIF or WebP file.</param>
    /// <param name="options">How many classes are named, and from which probability on the answer is accepted; null: five, any.</param>
    /// <exception cref="MekikiException">It is no image.</exception>
    public Prediction Predict(ReadOnlyMemory<byte> encoded, PredictOptions? options = null) => Predict(ImageInput.FromBytes(encoded), options);

    /// <summary>Recognizes an encoded image that a stream brings, of any size and colour mode. The stream stays open.</summary>
    /// <param name="stream">A PNG, JPEG, TIFF, BMP, GIF or WebP file, read from where the stream stands to its end.</param>
    /// <param name="options">How many classes are named, and from which probability on the answer is accepted; null: five, any.</param>
    /// <exception cref="MekikiException">It is no image.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public Prediction Predict(Stream stream, PredictOptions? options = null) => Predict(ImageInput.FromStream(stream), options);

    /// <summary>Recognizes one image: a file, encoded bytes, or pixels in memory (<see cref="ImageInput.FromPixels"/>).</summary>
    /// <param name="image">The image.</param>
    /// <param name="options">How many classes are named, and from which probability on the answer is accepted; null: five, any.</param>
    /// <exception cref="MekikiException">It cannot be read.</exception>
    public Prediction Predict(ImageInput image, PredictOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        var one = PredictBatch([image], options ?? PredictOptions.Default)[0];
        return one.Prediction ?? throw Unreadable(image.Name, one.Error!);
    }

    /// <summary>Recognizes prepared images. Each answer is the same bits as for the image alone.</summary>
    /// <param name="images">(N, C, H, W), float32, of <see cref="Preprocessing"/>'s input; see <see cref="Prepare"/>.</param>
    /// <param name="options">For each image how it is answered.</param>
    /// <exception cref="MekikiException">The images are not of the input's shape, there is another number of options, the options ask for what the model's calibration does not hold (<see cref="Check"/>), or the network has not K outputs.</exception>
    public IReadOnlyList<Prediction> Predict(Tensor images, IReadOnlyList<PredictOptions> options)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(options);
        // Within a call of the network, so that all it computes is freed at once: a service would leave the collector much to find.
        return Compute(images, "Scores", x => Network.Call(x, Predictions));

        Prediction[] Predictions(Tensor x)
        {
            var (scores, logits) = ScoresAndLogits(x);
            if (options.Count != scores.Shape[0])
                throw new MekikiException($"Predict: expected options for each of {scores.Shape[0]:N0} images, got {options.Count:N0}.");
            var calibrated = Calibrated(scores.Values);
            AnswerRule[] rules = [.. options.Select(o => new AnswerRule(this, o))];
            double[] nearness = Nearness(x, options);
            var predictions = new Prediction[options.Count];
            for (int i = 0; i < predictions.Length; i++)
                predictions[i] = rules[i].Prediction(calibrated.Slice(i * Classes.Count, Classes.Count), logits.Values.Slice(i * Classes.Count, Classes.Count), nearness[i]);
            GC.KeepAlive(scores);
            GC.KeepAlive(logits);
            return predictions;
        }
    }

    /// <summary>Makes sure that the recognizer can answer as options ask.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="MekikiException">They ask for what the model's calibration, or the training images beside it, do not hold.</exception>
    public void Check(PredictOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _ = new AnswerRule(this, options);
    }

    /// <summary>Recognizes image files, many at once; one that cannot be read has an error, and the others go on.</summary>
    /// <param name="paths">Paths of files. They are taken and answered in batches, in order.</param>
    /// <param name="options">How many classes are named, from which probability on an answer is accepted, and how many images are recognized together; null: five, any, 64.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="MekikiException">The network has not K outputs.</exception>
    public IEnumerable<ImagePrediction> Predict(IEnumerable<string> paths, PredictOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return Predict(paths.Select(ImageInput.FromFile), options, cancellation);
    }

    /// <summary>Recognizes images, many at once; one that cannot be read has an error, and the others go on.</summary>
    /// <param name="images">The images. They are taken and answered in batches, in order.</param>
    /// <param name="options">How many classes are named, from which probability on an answer is accepted, and how many images are recognized together; null: five, any, 64.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="MekikiException">The network has not K outputs.</exception>
    public IEnumerable<ImagePrediction> Predict(IEnumerable<ImageInput> images, PredictOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        options ??= PredictOptions.Default;
        return images.Chunk(options.BatchSize).SelectMany(part =>
        {
            cancellation.ThrowIfCancellationRequested();
            return PredictBatch(part, options);
        });
    }

    /// <summary>Recognizes one image on a thread of the pool, so that the caller's is free meanwhile.</summary>
    /// <param name="image">The image.</param>
    /// <param name="options">How many classes are named, and from which probability on the answer is accepted; null: five, any.</param>
    /// <param name="cancellation">Stops it before it begins.</param>
    /// <exception cref="MekikiException">It cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Task<Prediction> PredictAsync(ImageInput image, PredictOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Task.Run(() => Predict(image, options), cancellation);
    }

    /// <summary>Reads an encoded image from a stream, and recognizes it on a thread of the pool. The stream stays open.</summary>
    /// <param name="stream">A PNG, JPEG, TIFF, BMP, GIF or WebP file, read from where the stream stands to its end.</param>
    /// <param name="options">How many classes are named, and from which probability on the answer is accepted; null: five, any.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="MekikiException">It is no image.</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<Prediction> PredictAsync(Stream stream, PredictOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var image = await ImageInput.FromStreamAsync(stream, cancellation: cancellation).ConfigureAwait(false);
        return await PredictAsync(image, options, cancellation).ConfigureAwait(false);
    }

    /// <summary>Recognizes images as they come: those that wait are recognized together, and an answer never waits for images that have not come yet.</summary>
    /// <param name="images">The images, such as frames of a camera or files of an upload. They are answered in order.</param>
    /// <param name="options">How many classes are named, from which probability on an answer is accepted, and how many images are recognized together at most; null: five, any, 64.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="MekikiException">The network has not K outputs.</exception>
    public async IAsyncEnumerable<ImagePrediction> PredictAsync(IAsyncEnumerable<ImageInput> images, PredictOptions? options = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        options ??= PredictOptions.Default;
        var waiting = Channel.CreateBounded<ImageInput>(new BoundedChannelOptions(options.BatchSize) { SingleReader = true, SingleWriter = true });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var filling = Fill(waiting.Writer, images, end.Token);
        try
        {
            var batch = new List<ImageInput>(options.BatchSize);
            while (await waiting.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
            {
                batch.Clear();
                while (batch.Count < options.BatchSize && waiting.Reader.TryRead(out var image))
                    batch.Add(image);
                foreach (var prediction in await Task.Run(() => PredictBatch(batch, options), cancellation).ConfigureAwait(false))
                    yield return prediction;
            }
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await filling.ConfigureAwait(false);
        }
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
        ArgumentNullException.ThrowIfNull(set);
        return Card.IsMultiLabel || set.IsMultiLabel
            ? LabelAnswers(set, subset, null, options, progress, cancellation).Result()
            : Answers(set, subset, null, options, progress, cancellation).Result();
    }

    /// <summary>What the recognizer answers for images of any number of labels, with all that figures need: <see cref="LabelEstimates.Of"/>. Labels are matched by name.</summary>
    /// <param name="set">The images, in colours if the recognizer wants them.</param>
    /// <param name="subset">Indices of those that are tried; null: all.</param>
    /// <param name="groups">Which images belong together; null: each stands alone.</param>
    /// <param name="options">Batch size and threads; the order does not matter.</param>
    /// <param name="progress">Told how many images are done, after each batch.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="MekikiException">The recognizer or the images are of one class each, or the images have labels that the recognizer does not know.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public LabelAnswers LabelAnswers(ImageSet set, int[]? subset = null, ImageGroups? groups = null, LoaderOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        return LabelAnswers(new LabelAnswers(Classes, Card.Thresholds) { HasGroups = groups is not null }, Calibrated, set, subset, groups, options, progress, cancellation);
    }

    private delegate ReadOnlySpan<float> Scaling(ReadOnlySpan<float> scores);

    private LabelAnswers LabelAnswers(LabelAnswers answers, Scaling scaled, ImageSet set, int[]? subset, ImageGroups? groups, LoaderOptions? options, IProgress<int>? progress, CancellationToken cancellation)
    {
        if (set.Table is not { } table || !Card.IsMultiLabel)
            throw new MekikiException($"{set.Source}: expected images with {(Card.IsMultiLabel ? "any number of labels" : "one class")} each, as the model was trained on, got images with {(Card.IsMultiLabel ? "one class" : "any number of labels")} each. Give other images.");
        long[] ours = IndicesOf(set, table.Names);
        subset ??= [.. Enumerable.Range(0, set.Count)];
        var truth = new bool[Classes.Count];
        Ask(set, subset, options, progress, cancellation, (n, scores, _) =>
        {
            Array.Clear(truth);
            var own = table.Of(set.Labels[subset[n]]);
            for (int k = 0; k < own.Length; k++)
                truth[ours[k]] = own[k];
            answers.Add(subset[n], groups?[subset[n]] ?? subset[n], scaled(scores), truth);
        });
        return answers;
    }

    /// <summary>What the recognizer answers for labelled images, with all that figures need: <see cref="Figures.Of"/>. Classes are matched by name.</summary>
    /// <param name="set">The images, in colours if the recognizer wants them.</param>
    /// <param name="subset">Indices of those that are tried; null: all.</param>
    /// <param name="groups">Which images belong together; null: each stands alone.</param>
    /// <param name="options">Batch size and threads; the order does not matter.</param>
    /// <param name="progress">Told how many images are done, after each batch.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="MekikiException">The images have classes that the recognizer does not know.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Answers Answers(ImageSet set, int[]? subset = null, ImageGroups? groups = null, LoaderOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        RequireOneClass(set);
        long[] ours = ClassesOf(set);
        subset ??= [.. Enumerable.Range(0, set.Count)];
        int classes = Classes.Count;
        var answers = new Answers(Classes) { HasGroups = groups is not null };
        Ask(set, subset, options, progress, cancellation, (n, scores, logits) =>
            answers.Add(subset[n], (int)ours[set.Labels[subset[n]]], groups?[subset[n]] ?? subset[n], Calibrated(scores), logits));
        return answers;
    }

    /// <summary>The same recognizer with honest probabilities, fitted to images that it was not trained on: a temperature and thresholds, which change no answer; of several labels each one's probability and the threshold with its best F1, which change which labels are told (<see cref="LabelCalibration"/>).</summary>
    /// <param name="set">The images, in colours if the recognizer wants them.</param>
    /// <param name="subset">Indices of those that are used; null: all.</param>
    /// <param name="groups">Which images belong together; null: each stands alone.</param>
    /// <param name="options">Batch size and threads; the order does not matter.</param>
    /// <param name="progress">Told how many images are done, after each batch.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="MekikiException">The images have classes that the recognizer does not know, or there are none.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Recognizer Calibrate(ImageSet set, int[]? subset = null, ImageGroups? groups = null, LoaderOptions? options = null, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        subset ??= [.. Enumerable.Range(0, set.Count)];
        if (subset.Length == 0)
            throw new MekikiException($"{set.Source}: expected images to calibrate by, got none. Give some that the model was not trained on.");
        if (Card.IsMultiLabel || set.IsMultiLabel)
        {
            // By the network's own scores, whatever was fitted before.
            var held = LabelAnswers(new LabelAnswers(Classes), scores => scores, set, subset, groups, options, progress, cancellation);
            return new(Network, Card with { LabelCalibration = LabelCalibration.Fit(held) }) { Threads = Threads };
        }

        long[] ours = ClassesOf(set);
        int classes = Classes.Count;
        float[] allScores = new float[checked(subset.Length * classes)], allLogits = new float[allScores.Length];
        Ask(set, subset, options, progress, cancellation, (n, scores, logits) =>
        {
            scores.CopyTo(allScores.AsSpan(n * classes));
            logits.CopyTo(allLogits.AsSpan(n * classes));
        });
        int[] labels = [.. subset.Select(i => (int)ours[set.Labels[i]])];
        return new(Network, Card with { Calibration = Calibration.Fit(allScores, allLogits, labels, groups is null ? null : [.. subset.Select(i => groups[i])], classes, Card.Calibration?.Temperature ?? 1) }) { Threads = Threads };
    }

    private delegate void Taker(int n, ReadOnlySpan<float> scores, ReadOnlySpan<float> logits);

    // The scores and logits of images, in the order of the subset.
    private void Ask(ImageSet set, int[] subset, LoaderOptions? options, IProgress<int>? progress, CancellationToken cancellation, Taker take)
    {
        int classes = Classes.Count, done = 0;
        var loader = new Loader(set, subset, Preprocessing.Pipeline(set.Shape), (options ?? new()) with { Shuffle = false });
        loader.Start(epoch: 0);
        while (loader.Next() is { } batch)
        {
            cancellation.ThrowIfCancellationRequested();
            var (scores, logits) = ScoresAndLogits(batch.ToTensor());
            for (int n = 0; n < batch.Count; n++)
                take(done + n, scores.Values.Slice(n * classes, classes), logits.Values.Slice(n * classes, classes));
            GC.KeepAlive(scores);
            GC.KeepAlive(logits);
            done += batch.Count;
            progress?.Report(done);
        }
    }

    /// <summary>Of each class of a set, its index in <see cref="Classes"/>; classes are matched by name.</summary>
    /// <param name="set">Labelled images.</param>
    /// <exception cref="MekikiException">There are classes that the recognizer does not know.</exception>
    public long[] ClassesOf(ImageSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return IndicesOf(set, set.Classes);
    }

    private void RequireOneClass(ImageSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        if (Card.IsMultiLabel || set.IsMultiLabel)
            throw Wording.Exception($"{set.Source}: expected a model and images of one class each, got {(Card.IsMultiLabel ? "a model" : "images")} of any number of labels. {Hint.Evaluate} tells mAP and F1 of them.");
    }

    private long[] IndicesOf(ImageSet set, IReadOnlyList<string> names)
    {
        var index = new Dictionary<string, long>();
        for (int c = 0; c < Classes.Count; c++)
            index[Classes[c]] = c;
        string[] unknown = [.. names.Where(c => !index.ContainsKey(c))];
        return unknown.Length == 0
            ? [.. names.Select(c => index[c])]
            : throw new MekikiException($"{set.Source}: expected images of the model's {Classes.Count:N0} classes ({NameList.Of(Classes)}), got {unknown.Length:N0} {(unknown.Length == 1 ? "class" : "classes")} that it was not trained on: {NameList.Of(unknown)}. Use data of its classes, or train a model on these.");
    }

    private static string FileOf(string path) => Directory.Exists(path) ? Path.Combine(path, "model.safetensors") : path;


    private TOutput Compute<TOutput>(Tensor images, string what, Func<Tensor, TOutput> compute)
    {
        ArgumentNullException.ThrowIfNull(images);
        var input = Preprocessing.Input;
        if (images.Shape.Rank != 4 || images.Shape[1] != input.Channels || images.Shape[2] != input.Height || images.Shape[3] != input.Width || images.DType != DType.Float32)
            throw new MekikiException($"{what}: expected float32 images (N, {input.Channels}, {input.Height}, {input.Width}), got {images.DType} {images.Shape}. Prepare them by Preprocessing.");
        using var pause = Gradients.Off();
        using var evaluation = EvaluationMode.On();
        using var threads = Mekiki.Threads.Use(Threads);
        return compute(images);
    }

    // What the stream throws reaches the reader after the images that came before it.
    private static async Task Fill(ChannelWriter<ImageInput> waiting, IAsyncEnumerable<ImageInput> images, CancellationToken cancellation)
    {
        Exception? problem = null;
        try
        {
            await foreach (var image in images.WithCancellation(cancellation).ConfigureAwait(false))
                await waiting.WriteAsync(image, cancellation).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            problem = e;
        }

        waiting.Complete(problem);
    }

    private ImagePrediction[] PredictBatch(IReadOnlyList<ImageInput> images, PredictOptions options)
    {
        var rule = new AnswerRule(this, options);
        var (values, errors) = Read(images);
        var (scores, logits) = ScoresAndLogits(values);
        var calibrated = Calibrated(scores);
        double[] nearness = Nearness(values, [options]);
        var predictions = new ImagePrediction[images.Count];
        for (int i = 0; i < predictions.Length; i++)
            predictions[i] = new(images[i].Name, errors[i] is null ? rule.Prediction(Row(calibrated, i), Row(logits, i), nearness[i]) : null, errors[i]);
        return predictions;

        ReadOnlySpan<float> Row(Tensor values, int n) => values.Values.Slice(n * Classes.Count, Classes.Count);
    }

    // How near images are to training images; zeros where no option asks for it.
    private double[] Nearness(Tensor images, IReadOnlyList<PredictOptions> options) =>
        options.Any(o => o.UnknownBy == UnknownScore.Neighbours) ? Neighbours!.Scores(this, images) : new double[images.Shape[0]];

    // Of each image the reason why it cannot be read, or null. The values of those that cannot are 0.
    private (Tensor Values, string?[] Errors) Read(IReadOnlyList<ImageInput> images)
    {
        var input = Preprocessing.Input;
        var values = new float[checked(images.Count * input.Length)];
        var errors = new string?[images.Count];
        var pipeline = Preprocessing.Pipeline(input);
        Parallel.For(0, images.Count, i => errors[i] = Read(images[i], pipeline, values.AsSpan(i * input.Length, input.Length)));
        return (Tensor.From(values, [images.Count, input.Channels, input.Height, input.Width]), errors);
    }

    private string? Read(ImageInput image, Pipeline pipeline, Span<float> values)
    {
        var input = Preprocessing.Input;
        byte[] pixels = ArrayPool<byte>.Shared.Rent(input.Length);
        try
        {
            byte[] scratch = [];
            image.Read(input, Preprocessing.Framing, pixels.AsSpan(0, input.Length), ref scratch);
            var none = new Generator(0);
            pipeline.Write(pixels.AsSpan(0, input.Length), input, ref none, values);
            return null;
        }
        catch (UnreadableImageException e)
        {
            return e.Message;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }

    private static MekikiException Unreadable(string name, string reason) => new($"{name}: {reason}. Check the file.");
}
