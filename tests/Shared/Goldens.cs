using System.Text.Json;
using Mekiki.Files;

namespace Mekiki.Testing;

/// <summary>Reference cases made by PyTorch: the small committed ones and, beside the clone, the shared ones; or the folders that MEKIKI_GOLDENS names.</summary>
internal static class Goldens
{
    private static readonly Lazy<List<GoldenCase>> all = new(() => [.. Folders!.SelectMany(Read)]);

    /// <summary>The folders that are read.</summary>
    public static IReadOnlyList<string> Folders { get; } = Find();

    /// <summary>The operations on pictures, which the tests of Mekiki.Vision run; those of Mekiki run all others.</summary>
    public static IReadOnlyList<string> Transforms { get; } = ["affine", "grayscale", "resize"];

    /// <summary>The cases of one operation, or those whose operation begins with it where <paramref name="op"/> ends in <c>*</c>.</summary>
    public static IEnumerable<GoldenCase> Cases(string op) =>
        all.Value.Where(c => op.EndsWith('*') ? c.Op.StartsWith(op[..^1], StringComparison.Ordinal) : c.Op == op);

    /// <summary>All cases.</summary>
    public static IReadOnlyList<GoldenCase> All => all.Value;

    /// <summary>‖got − expected‖ / ‖expected‖, in double precision; the norm of the difference where expected is 0.</summary>
    public static double Distance(ReadOnlySpan<float> expected, ReadOnlySpan<float> got)
    {
        Assert.Equal(expected.Length, got.Length);
        double difference = 0, norm = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            difference += Math.Pow((double)got[i] - expected[i], 2);
            norm += Math.Pow(expected[i], 2);
        }

        return norm == 0 ? Math.Sqrt(difference) : Math.Sqrt(difference / norm);
    }

    private static IReadOnlyList<string> Find()
    {
        if (Environment.GetEnvironmentVariable("MEKIKI_GOLDENS") is { Length: > 0 } set)
        {
            // The tests run in their own folder, so relative paths start from the repository's.
            string[] named = [.. set.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(f => Path.GetFullPath(f, Shared.Repository ?? Environment.CurrentDirectory))];
            return Array.TrueForAll(named, f => File.Exists(Path.Combine(f, "cases.json")))
                ? named
                : throw new MekikiException($"MEKIKI_GOLDENS: expected folders with a cases.json, got {set}. Relative paths start from the repository's folder.");
        }

        var folders = new List<string>();
        if (Shared.Repository is { } repository)
            folders.Add(Path.Combine(repository, "tests", "goldens"));
        if (Shared.Folder is { } shared)
            folders.Add(Path.Combine(shared, "goldens", "seed1"));
        folders.RemoveAll(folder => !File.Exists(Path.Combine(folder, "cases.json")));
        return folders;
    }

    private static IEnumerable<GoldenCase> Read(string folder)
    {
        // Both stay open as long as the process: the cases refer to them.
        var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "cases.json")));
        var tensors = SafetensorsFile.Open(Path.Combine(folder, "tensors.safetensors"));
        foreach (var c in json.RootElement.GetProperty("cases").EnumerateArray())
            yield return new GoldenCase(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), c, tensors);
    }
}

/// <summary>One reference case: an operation with its arguments, inputs, outputs and gradients.</summary>
internal sealed class GoldenCase(string folder, JsonElement json, SafetensorsFile tensors)
{
    /// <summary>For instance <c>conv2d_008</c>.</summary>
    public string Name { get; } = json.GetProperty("name").GetString()!;

    /// <summary>For instance <c>conv2d</c>.</summary>
    public string Op { get; } = json.GetProperty("op").GetString()!;

    /// <summary>The operation's arguments, an object.</summary>
    public JsonElement Args { get; } = json.GetProperty("args");

    /// <summary>The names of the inputs, in their order.</summary>
    public IReadOnlyList<string> Inputs { get; } = Names(json, "inputs");

    /// <summary>The names of the outputs, in their order.</summary>
    public IReadOnlyList<string> Outputs { get; } = Names(json, "outputs");

    /// <summary>The names of the inputs that have a reference gradient; none where none was taken.</summary>
    public IReadOnlyList<string> Grads { get; } = Names(json, "grads");

    /// <summary>An input's values.</summary>
    public GoldenTensor Input(string name) => Tensor("inputs", name);

    /// <summary>A reference output.</summary>
    public GoldenTensor Output(string name) => Tensor("outputs", name);

    /// <summary>The gradient with respect to an output, from which the reference gradients come.</summary>
    public GoldenTensor Upstream(string name) => Tensor("upstream", name);

    /// <summary>The reference gradient with respect to an input.</summary>
    public GoldenTensor Grad(string name) => Tensor("grads", name);

    /// <summary>A number among the arguments, or <paramref name="otherwise"/> when it is not given.</summary>
    public double Arg(string name, double otherwise) => Args.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;

    /// <summary>A switch among the arguments; off when it is not given.</summary>
    public bool Flag(string name) => Args.TryGetProperty(name, out var value) && value.GetBoolean();

    /// <summary>For instance <c>seed1/conv2d_008 {"stride": 1}</c>.</summary>
    public override string ToString() => $"{folder}/{Name} {Args.GetRawText()}";

    private static List<string> Names(JsonElement json, string part)
    {
        var names = new List<string>();
        if (json.TryGetProperty(part, out var values))
            foreach (var value in values.EnumerateObject())
                names.Add(value.Name);
        return names;
    }

    private GoldenTensor Tensor(string part, string name)
    {
        var entry = tensors[json.GetProperty(part).GetProperty(name).GetString()!];
        var shape = new int[entry.Shape.Length];
        for (int i = 0; i < shape.Length; i++)
            shape[i] = checked((int)entry.Shape[i]);
        float[] floats = [];
        long[] longs = [];
        byte[] bytes = [];
        if (entry.Type == StoredType.F32)
            tensors.Read(entry, floats = new float[entry.Count]);
        else if (entry.Type == StoredType.I64)
            tensors.Read(entry, longs = new long[entry.Count]);
        else
            tensors.Read(entry, bytes = new byte[entry.Count]);
        return new GoldenTensor(shape, floats, longs, bytes);
    }
}

/// <summary>A reference tensor: its shape (single numbers have shape (1)) and, of the three, the values of its type.</summary>
internal sealed record GoldenTensor(int[] Shape, float[] Floats, long[] Longs, byte[] Bytes);
