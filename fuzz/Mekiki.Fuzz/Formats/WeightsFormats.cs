using System.Text;
using Mekiki.Files;
using Mekiki.Fuzz.Mutations;
using Mekiki.Vision;
using Mekiki.Vision.Models;

namespace Mekiki.Fuzz.Formats;

/// <summary>Weights of others, and model files.</summary>
internal static class WeightsFormats
{
    // Numbers of a byte become 64 bits.
    private const long Stated = 256L << 20;

    public static IEnumerable<Format> All { get; } =
    [
        new("safetensors", () => [Written(".safetensors")], HeadMutation.Safetensors, (input, work) => WeightsFile.Read(work.Write("x.safetensors", input))),
        new("model", () => [Model()], HeadMutation.Safetensors, (input, work) => Recognizer.Load(work.Write("m.safetensors", input))),
        new("npz", Npz, new ZipMutation(_ => HeadMutation.Npy).Apply, (input, work) => WeightsFile.Read(work.Write("x.npz", input))) { StatedBytes = Stated },
        new("pt-old", OldTorch, ByteMutation.Apply, (input, work) => WeightsFile.Read(work.Write("x.pt", input))) { StatedBytes = Stated },
        new("pt", () => [Written(".pt")], new ZipMutation(name => name.EndsWith(".pkl", StringComparison.Ordinal) ? PickleMutation.Apply : ByteMutation.Apply).Apply, (input, work) => WeightsFile.Read(work.Write("x.pt", input))) { StatedBytes = Stated },
    ];

    // As PyTorch wrote before 1.6: pickles one after another, then numbers.
    private static IEnumerable<byte[]> OldTorch() => [File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "old.pt"))];

    /// <summary>A recognizer of two classes.</summary>
    public static Recognizer Small()
    {
        var preprocessing = Preprocessing.For(new(1, 4, 4));
        return new(Catalogue.Find("mlp").Create(preprocessing.Input, 2), new ModelCard("mlp", ["a", "b"], preprocessing));
    }

    private static IReadOnlyList<(string, Tensor)> State() =>
        [("fc.weight", Tensor.From([1, 2, 3, 4, 5, 6], [2, 3])), ("fc.bias", Tensor.From([1f, 2], [2])), ("bn.num_batches_tracked", Tensor.From(new long[] { 7 }, [])), ("empty", Tensor.From(Array.Empty<float>(), [0, 4]))];

    private static byte[] Model() => OfFile("m.safetensors", path => Small().Save(path));

    private static byte[] Written(string ending) => OfFile($"w{ending}", path => WeightsFile.Write(path, State()));

    private static IEnumerable<byte[]> Npz() =>
    [
        Written(".npz"),
        ZipMutation.Written(new (string, string)[] { ("<f8", "False"), ("<f2", "True"), ("|u1", "False"), ("|b1", "True") }.Select((t, i) => ($"a{i}.npy", Npy(t.Item1, t.Item2))).ToArray()),
    ];

    private static byte[] Npy(string type, string order)
    {
        string head = $"{{'descr': '{type}', 'fortran_order': {order}, 'shape': (2, 3), }}\n";
        return [.. NpyHeader.Magic, 1, 0, (byte)head.Length, 0, .. Encoding.ASCII.GetBytes(head), .. new byte[6 * (type[^1] - '0')]];
    }

    /// <summary>The bytes of a file that something writes.</summary>
    public static byte[] OfFile(string name, Action<string> write)
    {
        using var work = new Workspace();
        string path = Path.Combine(work.Folder, name);
        write(path);
        return File.ReadAllBytes(path);
    }
}
