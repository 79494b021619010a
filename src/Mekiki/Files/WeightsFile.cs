namespace Mekiki.Files;

/// <summary>Weights that someone wrote: a state dict from safetensors, from PyTorch's <c>torch.save</c>, or from NumPy's or Chainer's .npz.</summary>
/// <remarks>The format is told by the file's contents, not by its name. Reading runs nothing from the file and trusts no size in it.</remarks>
/// <example>
/// <code>
/// var weights = WeightsFile.Read("resnet18.pt");
/// net.LoadStateDict(weights.State, weights.Name);
/// </code>
/// </example>
public sealed class WeightsFile
{
    // What wrappers put before every name: DataParallel, torch.compile, Chainer's Classifier.
    private static readonly string[] wrappers = ["module.", "_orig_mod.", "predictor."];

    private WeightsFile(string name, WeightsFormat format, IReadOnlyList<(string Name, Tensor Tensor)> tensors, IReadOnlyList<string> notes) =>
        (Name, Format, Tensors, State, Notes) = (name, format, tensors, tensors.ToDictionary(), notes);

    /// <summary>The path, for messages.</summary>
    public string Name { get; }

    /// <summary>How the file was written.</summary>
    public WeightsFormat Format { get; }

    /// <summary>All tensors with PyTorch's names, in the file's order: float32, or int64 where the file has whole numbers.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> Tensors { get; }

    /// <summary>The same by name, as <see cref="Module.LoadStateDict"/> takes them.</summary>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>What was left out or changed while reading, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="MekikiException">It cannot be read, is damaged, or holds something else; the message says what, and what to do.</exception>
    public static WeightsFile Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var notes = new List<string>();
        var format = WeightsFormat.Safetensors;
        IReadOnlyList<(string, Tensor)> tensors;
        switch (WeightsKind.Of(path))
        {
            case WeightsContainer.Zip:
                tensors = ReadZip(path, notes, out format);
                break;
            case WeightsContainer.OldTorch:
                (format, tensors) = (WeightsFormat.PyTorch, OldTorchFile.Read(path, notes));
                break;
            default:
                tensors = ReadSafetensors(path);
                break;
        }

        return new WeightsFile(path, format, Unwrapped(path, tensors, notes), notes);
    }

    /// <summary>Whether a file is safetensors, by its first bytes. If not, it is of <c>torch.save</c> or NumPy; <see cref="Read"/> looks into it.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="MekikiException">It cannot be read, or is neither; the message says what it is, if that is known.</exception>
    public static bool IsSafetensors(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return WeightsKind.Of(path) == WeightsContainer.Safetensors;
    }

    /// <summary>The format in which <see cref="Write"/> writes a file of this name: by <c>.safetensors</c>, <c>.pt</c>, <c>.pth</c> or <c>.npz</c> at its end; null for any other.</summary>
    public static WeightsFormat? FormatFor(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".safetensors" => WeightsFormat.Safetensors,
            ".pt" or ".pth" => WeightsFormat.PyTorch,
            ".npz" => WeightsFormat.Npz,
            _ => null,
        };
    }

    /// <summary>Writes a state dict in the format that the file's name tells; the file appears only when whole.</summary>
    /// <param name="path">A name that <see cref="FormatFor"/> knows.</param>
    /// <param name="state">Tensors by name, such as <see cref="Module.StateDict"/> gives.</param>
    /// <exception cref="MekikiException">The name tells no format, or the file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<(string Name, Tensor Tensor)> state)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(state);
        foreach (var (_, tensor) in state)
            ArgumentNullException.ThrowIfNull(tensor, nameof(state));
        var format = FormatFor(path) ?? throw new MekikiException($"{path}: expected a name that ends in .safetensors, .pt, .pth or .npz, got another. Name the file by its format.");
        if (format == WeightsFormat.Safetensors)
        {
            new SafetensorsWriter().AddText("format", "pt").Add(state).Save(path);
            return;
        }

        OutputFile.Write(path, stream =>
        {
            if (format == WeightsFormat.PyTorch)
                TorchWriter.Write(stream, state);
            else
                NpzWriter.Write(stream, state);
        });
    }

    private static IReadOnlyList<(string, Tensor)> ReadSafetensors(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return [.. file.ReadAll().Select(t => (t.Key, t.Value))];
    }

    private static IReadOnlyList<(string, Tensor)> ReadZip(string path, List<string> notes, out WeightsFormat format)
    {
        using var zip = ZipReader.Open(path, "weights");
        WeightsLimits.Check(path, zip.Entries);
        if (TorchFile.FindPickle(zip) is { } pickle)
        {
            format = WeightsFormat.PyTorch;
            return TorchFile.Read(path, zip, pickle, notes);
        }

        if (!NpzFile.IsNpz(zip))
            throw new MekikiException($"{path}: expected weights, got a zip without a state dict (torch.save) or arrays (.npz) in it. Give the file of weights itself.");
        format = WeightsFormat.Npz;
        var arrays = NpzFile.Read(path, zip, notes);
        if (!ChainerNames.Are(arrays.Select(a => a.Name)))
            return arrays;
        notes.Add($"{path} has Chainer's names, which became PyTorch's: {arrays[0].Name} is {ChainerNames.Translate(arrays[0].Name)}.");
        return [.. arrays.Select(a => (ChainerNames.Translate(a.Name), a.Tensor))];
    }

    private static IReadOnlyList<(string Name, Tensor Tensor)> Unwrapped(string path, IReadOnlyList<(string Name, Tensor Tensor)> tensors, List<string> notes)
    {
        while (Array.Find(wrappers, wrapper => tensors.Count > 0 && tensors.All(t => t.Name.Length > wrapper.Length && t.Name.StartsWith(wrapper, StringComparison.Ordinal))) is { } prefix)
        {
            tensors = [.. tensors.Select(t => (t.Name[prefix.Length..], t.Tensor))];
            notes.Add($"{path} has '{prefix}' before every name, which is left out.");
        }

        var twice = tensors.GroupBy(t => t.Name).FirstOrDefault(g => g.Count() > 1);
        return twice is null ? tensors : throw new MekikiException($"{path}: expected every name once, got '{FileText.Short(twice.Key)}' twice. Give the weights of one network alone.");
    }
}
