using System.Text.Encodings.Web;
using System.Text.Json;
using Mekiki.Files;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;
using Mekiki.Vision.Options;

namespace Mekiki.Vision;

/// <summary>Recognizers as one safetensors file: weights under PyTorch's names, and a <see cref="ModelCard"/> in its metadata.</summary>
/// <remarks>Reading runs nothing from the file and believes nothing in it: all is checked against the network that the card names.</remarks>
internal static class ModelFile
{
    /// <summary>The metadata's key.</summary>
    public const string CardKey = "mekiki";

    private const string FormPrefix = "mekiki.form.";

    private const int LongestCard = 4 << 20;

    private static readonly ModelCardJson json = new(new JsonSerializerOptions(ModelCardJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static SafetensorsWriter Writer(Module network, ModelCard card, StoredType floats = StoredType.F32)
    {
        var state = network.StateDict();
        if (floats == StoredType.F32)
            return Headed(network, card, state).Add(state);
        var rounded = Weights.Rounded(state, floats);
        return Headed(network, card, [.. rounded.Select(r => (r.Name, r.Tensor))]).AddRounded(rounded);
    }

    private static SafetensorsWriter Headed(Module network, ModelCard card, IReadOnlyList<(string Name, Tensor Tensor)> state)
    {
        var writer = new SafetensorsWriter().AddText("format", "pt").AddText(CardKey, Text(card with { WeightsSha256 = Weights.Sha256(state) }));
        return network is IHasForm form ? writer.AddText(FormPrefix + form.FormName, form.Form) : writer;
    }

    /// <summary>A card as it stands in the metadata.</summary>
    public static string Text(ModelCard card) => JsonSerializer.Serialize(card, json.ModelCard);

    /// <summary>Whether a file has a card, whatever stands on it.</summary>
    public static bool IsOne(string path)
    {
        if (!WeightsFile.IsSafetensors(path))
            return false;
        using var file = SafetensorsFile.Open(path);
        return file.Metadata.ContainsKey(CardKey);
    }

    public static Recognizer Read(string path, Func<ImageShape, int, Module>? makeNetwork = null)
    {
        if (File.Exists(path) && !WeightsFile.IsSafetensors(path))
            throw Wording.Exception($"{path}: expected a model file that Mekiki wrote, got a zip. If it holds weights (torch.save, .npz), {Hint.Import} makes a model file of them.");
        return Read(SafetensorsFile.Open(path), makeNetwork);
    }

    /// <summary>The recognizer of an open file, which is closed then.</summary>
    public static Recognizer Read(SafetensorsFile opened, Func<ImageShape, int, Module>? makeNetwork = null)
    {
        using var file = opened;
        string path = file.Name;
        var card = ReadCard(file);
        Module network;
        var weights = file.ReadAll();
        try
        {
            network = makeNetwork is null && file.Metadata.FirstOrDefault(m => m.Key.StartsWith(FormPrefix, StringComparison.Ordinal)) is { Key: { } kind } form
                ? Formed(kind[FormPrefix.Length..], form.Value, weights)
                : (makeNetwork ?? Catalogue.Find(card.Model).Build)(card.Preprocessing.Input, card.Classes.Count);
        }
        catch (MekikiException e)
        {
            throw new MekikiException($"{path}: {e.Message}", e);
        }
        catch (ArgumentException e)
        {
            // The sizes are the file's, not the program's.
            throw new MekikiException($"{path}: {e.Message.Replace($" (Parameter '{e.ParamName}')", "", StringComparison.Ordinal)} The file is damaged: get or write it again.", e);
        }

        network.LoadStateDict(weights, path);
        network.Eval();
        var recognizer = new Recognizer(network, card);
        if (card.WeightsSha256 is { } told && recognizer.WeightsSha256 is var found && found != told)
            throw new MekikiException($"{path}: expected weights with sha256 {FileText.Short(told)}, got {found}. The file was damaged or changed: get or write it again.");
        return recognizer;
    }

    private static Module Formed(string name, string form, IReadOnlyDictionary<string, Tensor> weights) =>
        ModelFormats.FormOf(name) is { } make
            ? make(form, weights)
            : throw new MekikiException($"expected a program that makes networks of the form '{FileText.Short(name)}', got one without them. Add them by {nameof(ModelFormats)}.{nameof(ModelFormats.AddForm)}; Mekiki.Onnx does it in OnnxImport.Register.");

    /// <summary>What a file tells beside its weights, which are not read.</summary>
    public static ModelCard ReadCard(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return ReadCard(file);
    }

    private static ModelCard ReadCard(SafetensorsFile file)
    {
        if (!file.Metadata.TryGetValue(CardKey, out string? text))
            throw Wording.Exception($"{file.Name}: expected a model file that Mekiki wrote, got a safetensors file without '{CardKey}' in its metadata. It holds weights alone: their classes and preprocessing are not known; {Hint.Import} adds them.");
        return Card(text, file.Name);
    }

    /// <summary>A card of its text.</summary>
    public static ModelCard Card(string text, string source)
    {
        ModelCard card;
        if (text.Length > LongestCard)
            throw new MekikiException($"{source}: expected '{CardKey}' in its metadata to have at most {FileText.Number(LongestCard)} characters, got {FileText.Number(text.Length)}. The file is damaged: get or write it again.");
        try
        {
            card = JsonSerializer.Deserialize(text, json.ModelCard) ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is JsonException or MekikiException)
        {
            throw new MekikiException($"{source}: expected '{CardKey}' in its metadata to describe a model, got: {FileText.Short(e.Message)} The file is damaged: get or write it again.", e);
        }

        if (card.Classes.Count == 0 || card.Classes.Any(c => c is null) || card.Classes.Distinct().Count() != card.Classes.Count)
            throw new MekikiException($"{source}: expected one or more classes with different names, got {card.Classes.Count:N0}. The file is damaged: get or write it again.");
        if (card.LabelCalibration is { } labels && labels.Labels.Count != card.Classes.Count)
            throw new MekikiException($"{source}: expected a calibration of each of {card.Classes.Count:N0} labels, got {labels.Labels.Count:N0}. The file is damaged: get or write it again.");
        return card;
    }
}
