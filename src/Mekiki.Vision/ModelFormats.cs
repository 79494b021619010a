namespace Mekiki.Vision;

/// <summary>Kinds of model files that other packages read, by the end of their names.</summary>
/// <example>
/// <code>
/// ModelFormats.Add(".other", path => new Recognizer(net, ModelCard.Read(path + ".card")));
/// </code>
/// </example>
public static class ModelFormats
{
    private static readonly Lock changing = new();
    private static (string Extension, Func<string, Recognizer> Load)[] all = [];
    private static (string Name, Func<string, IReadOnlyDictionary<string, Tensor>, Module> Make)[] forms = [(NeighbourNetwork.Name, NeighbourNetwork.Of)];

    /// <summary>Lets <see cref="Recognizer.Load(string)"/> read files of another kind, until the program ends. One of the same name takes the place of the one before.</summary>
    /// <param name="extension">How the files' names end, such as <c>.onnx</c>, in small or capital letters.</param>
    /// <param name="load">Reads a file.</param>
    /// <exception cref="ArgumentException">The end is not a point with letters, or that of Mekiki's own files.</exception>
    /// <remarks>Threads: any thread may add.</remarks>
    public static void Add(string extension, Func<string, Recognizer> load)
    {
        ArgumentNullException.ThrowIfNull(extension);
        ArgumentNullException.ThrowIfNull(load);
        if (extension is not ['.', _, ..] || extension.Equals(".safetensors", StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"ModelFormats: expected an end such as '.onnx', got '{extension}'.", nameof(extension));
        lock (changing)
            all = [.. all.Where(f => !f.Extension.Equals(extension, StringComparison.OrdinalIgnoreCase)), (extension, load)];
    }

    /// <summary>Lets model files hold networks of another package, each with its own form (<see cref="Models.IHasForm"/>), until the program ends. One of the same name takes the place of the one before.</summary>
    /// <param name="name">What kind of form it is (<see cref="Models.IHasForm.FormName"/>).</param>
    /// <param name="make">Makes a network of its form and the weights of the file, by name. Neither may be believed.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <remarks>Threads: any thread may add.</remarks>
    /// <example>
    /// <code>
    /// ModelFormats.AddForm("stacked", (form, weights) => new Sequential([.. form.Split(' ').Select(size => new Linear(int.Parse(size), 10))]));
    /// </code>
    /// </example>
    public static void AddForm(string name, Func<string, IReadOnlyDictionary<string, Tensor>, Module> make)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(make);
        lock (changing)
            forms = [.. forms.Where(f => f.Name != name), (name, make)];
    }

    /// <summary>Who makes networks of a kind of form, or null.</summary>
    internal static Func<string, IReadOnlyDictionary<string, Tensor>, Module>? FormOf(string name) => Array.Find(forms, f => f.Name == name).Make;

    /// <summary>Who reads a file, or null: it is Mekiki's own.</summary>
    internal static Func<string, Recognizer>? Find(string path) => Array.Find(all, f => path.EndsWith(f.Extension, StringComparison.OrdinalIgnoreCase)).Load;
}
