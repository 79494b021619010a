namespace Mekiki.Files;

/// <summary>From Chainer's names of weights to PyTorch's; the arrays themselves have the same shapes in both.</summary>
/// <remarks>Tokui et al., "Chainer: A Deep Learning Framework for Accelerating the Research Cycle", 2019, arXiv:1908.00213; its links Linear, Convolution2D and BatchNormalization.</remarks>
internal static class ChainerNames
{
    private static readonly Dictionary<string, string> leaves = new()
    {
        ["W"] = "weight",
        ["b"] = "bias",
        ["gamma"] = "weight",
        ["beta"] = "bias",
        ["avg_mean"] = "running_mean",
        ["avg_var"] = "running_var",
        ["N"] = "num_batches_tracked",
    };

    /// <summary>Whether the names are Chainer's: every one ends in one of its words, behind a slash or alone.</summary>
    public static bool Are(IEnumerable<string> names) => names.All(name => leaves.ContainsKey(Leaf(name)));

    /// <summary><c>conv1/W</c> becomes <c>conv1.weight</c>.</summary>
    public static string Translate(string name) => $"{name[..^Leaf(name).Length].Replace('/', '.')}{leaves[Leaf(name)]}";

    private static string Leaf(string name) => name[(name.LastIndexOf('/') + 1)..];
}
