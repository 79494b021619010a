using Mekiki.Files;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Options;

namespace Mekiki.Vision;

/// <summary>Makes a recognizer of weights that others trained.</summary>
/// <example>
/// <code>
/// var weights = WeightsFile.Read("resnet18.pt");
/// var imported = WeightsImport.Run(weights, new ImportOptions { Model = "resnet18", Size = 224 });
/// imported.Recognizer.Save("model.safetensors");
/// </code>
/// </example>
public static class WeightsImport
{
    private static readonly string[] oldLayers = [".norm.1.", ".norm.2.", ".conv.1.", ".conv.2."];

    private const int MostBelieved = 10_000;

    /// <summary>Builds the network, copies the weights into it, and describes it.</summary>
    /// <param name="weights">A state dict under PyTorch's names.</param>
    /// <param name="options">What it does not tell.</param>
    /// <returns>The recognizer, and what was assumed, a sentence each.</returns>
    /// <exception cref="MekikiException">The weights are not the network's, or the options contradict them; the message names all differences.</exception>
    public static (Recognizer Recognizer, IReadOnlyList<string> Notes) Run(WeightsFile weights, ImportOptions options)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(options);
        var notes = new List<string>();
        var entry = Catalogue.Find(options.Model);
        var input = Input(weights, entry, options, notes);
        int? found = ClassCount(weights, entry, input);
        string[] classes = Classes(weights, options, found, notes);
        if (options.Mean is null && options.Deviation is null)
            notes.Add("No mean and deviation were given: pixels stay in [0, 1]. Give those that the weights were trained with.");
        var preprocessing = new Preprocessing(input.Channels, input.Height, input.Width, Mean: options.Mean, Deviation: options.Deviation, Fit: options.Fit) { Resampling = options.Resampling, Margin = options.Margin };

        var network = entry.Build(input, classes.Length);
        try
        {
            network.LoadStateDict(WithCounters(WithTrainingParts(weights, network, notes), network), weights.Name);
        }
        catch (MekikiException e)
        {
            throw Wording.Exception($"{e.Message} If they are of another network, {Hint.OtherNetwork}.", e);
        }

        network.Eval();
        return (new Recognizer(network, new ModelCard(entry.Name, classes, preprocessing)), notes);
    }

    // PyTorch before 1.0 counted no batches of a norm, and called DenseNet's layers norm.1 for norm1: files of that time are still published.
    private static IReadOnlyDictionary<string, Tensor> WithCounters(IReadOnlyDictionary<string, Tensor> state, Module network)
    {
        const string Counter = ".num_batches_tracked";
        var all = new Dictionary<string, Tensor>();
        foreach (var (name, tensor) in state)
            all[NameNow(name)] = tensor;
        if (!all.Keys.Any(name => name.EndsWith(Counter, StringComparison.Ordinal)))
            foreach (var (name, tensor) in network.StateDict())
                if (name.EndsWith(Counter, StringComparison.Ordinal) && all.ContainsKey(name[..^Counter.Length] + ".running_mean"))
                    all.Add(name, tensor);
        return all;

        // .norm.1. -> .norm1.
        static string NameNow(string name) => name.Contains(".denselayer", StringComparison.Ordinal) && Array.Find(oldLayers, name.Contains) is { } old
            ? name.Replace(old, $"{old[..^3]}{old[^2..]}", StringComparison.Ordinal)
            : name;
    }

    // Others leave out what only trains. If all of it is missing, the network keeps its own first weights there.
    private static IReadOnlyDictionary<string, Tensor> WithTrainingParts(WeightsFile weights, Module network, List<string> notes)
    {
        IReadOnlyList<string> parts = network is IHasTrainingLoss own ? own.OnlyInTraining : [];
        if (parts.Count == 0 || weights.State.Keys.Any(AreOfThese))
            return weights.State;
        notes.Add($"The file is without {string.Join(" and ", parts)}, which help in training alone: they keep their first weights, and no score depends on them.");
        return weights.State.Concat(network.StateDict().Where(t => AreOfThese(t.Name)).Select(t => KeyValuePair.Create(t.Name, t.Tensor))).ToDictionary();

        bool AreOfThese(string name) => parts.Any(part => name.StartsWith($"{part}.", StringComparison.Ordinal));
    }

    private static ImageShape Input(WeightsFile weights, ModelEntry entry, ImportOptions options, List<string> notes)
    {
        var usual = entry.DefaultInput;
        int side = options.Size ?? usual.Height;
        if (side < entry.LeastSide)
            throw new MekikiException($"{entry.Name}: expected images of {entry.LeastSide}x{entry.LeastSide} pixels or more, got {side}x{side}. Give the size that the weights were trained on.");
        if (options.Size is null)
            notes.Add($"No size was given: images are scaled to {side}x{side}. Give the size that the weights were trained on.");
        var grey = new ImageShape(1, side, side);
        int? found = FirstLayerChannels(weights, entry, grey);
        if (options.Channels is { } wanted && found is { } has && wanted != has)
            throw new MekikiException($"{weights.Name}: expected a first layer for {Words(wanted)}, got one for {Words(has)}. Give {has} channel{(has == 1 ? "" : "s")}; images of the other kind are turned into these when they are read.");
        if (options.Channels is null && found is 3)
            notes.Add("The first layer takes colours (3 channels), so images are read in colours.");
        return grey with { Channels = options.Channels ?? found ?? 1 };
    }

    // The first tensor whose shape depends on the channels tells them.
    private static int? FirstLayerChannels(WeightsFile weights, ModelEntry entry, ImageShape grey)
    {
        var one = entry.Build(grey, 1).StateShapes();
        var three = entry.Build(grey with { Channels = 3 }, 1).StateShapes();
        for (int i = 0; i < one.Count; i++)
            if (one[i].Shape != three[i].Shape && weights.State.TryGetValue(one[i].Name, out var given))
                return given.Shape == one[i].Shape ? 1 : given.Shape == three[i].Shape ? 3 : null;
        return null;
    }

    // The first dimension of the last tensor whose shape depends on the classes is their number. Many classes are believed if all such tensors say the same.
    private static int? ClassCount(WeightsFile weights, ModelEntry entry, ImageShape input)
    {
        var one = entry.Build(input, 1).StateShapes();
        var two = entry.Build(input, 2).StateShapes();
        int[] dependent = [.. Enumerable.Range(0, Math.Min(one.Count, two.Count)).Where(i => one[i].Shape != two[i].Shape)];
        int last = Array.FindLastIndex(dependent, i => weights.State.TryGetValue(one[i].Name, out var given) && given.Shape.Rank > 0 && given.Shape[0] > 0);
        if (last < 0)
            return null;
        int count = weights.State[one[dependent[last]].Name].Shape[0];
        long each = dependent.Sum(i => (long)two[i].Shape.ElementCount - one[i].Shape.ElementCount), stored = dependent.Sum(i => weights.State.TryGetValue(one[i].Name, out var given) ? (long)given.Count : 0);
        return count <= MostBelieved || each * count <= stored ? count : throw new MekikiException($"{weights.Name}: expected {FileText.Number(each)} numbers for each of the {FileText.Number(count)} classes that '{one[dependent[last]].Name}' tells, got {FileText.Number(stored)} for all. The file is damaged, or of another network.");
    }

    private static string[] Classes(WeightsFile weights, ImportOptions options, int? found, List<string> notes)
    {
        if (options.Classes is not { } given)
        {
            int count = found ?? 1;
            notes.Add($"No class names were given: they are 0 to {count - 1}.");
            return [.. Enumerable.Range(0, count).Select(c => c.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        }

        if (given.Count != given.Distinct().Count())
            throw new MekikiException($"Classes: expected different names, got '{FileText.Short(given.GroupBy(c => c).First(g => g.Count() > 1).Key)}' twice. Name every class once.");
        return found is { } has && has != given.Count
            ? throw new MekikiException($"{weights.Name}: expected {has:N0} class names, as many as its last layer has scores, got {given.Count:N0}. Give the names that it was trained on, in that order.")
            : [.. given];
    }

    private static string Words(int channels) => channels == 1 ? "grey images (1 channel)" : $"colours ({channels} channels)";
}
