using System.IO.Compression;
using Mekiki.Files;

namespace Mekiki.Tests.Files;

/// <summary>Files that PyTorch and NumPy read; that they do is tried by hand with tests/weights/make_weights.py --check FILE.</summary>
public sealed class WeightsWriterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static IReadOnlyList<(string Name, Tensor Tensor)> State =>
    [
        ("conv.weight", Tensor.From([1f, -2, float.NaN, float.Epsilon, 5, 6, 7, 8], [2, 1, 2, 2])),
        ("fc.bias", Tensor.From(0.5f, -0.25f)),
        ("none", Tensor.Zeros([0, 3])),
        ("bn.num_batches_tracked", Tensor.From([long.MinValue], [])),
    ];

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("w.pt", WeightsFormat.PyTorch)]
    [InlineData("w.PTH", WeightsFormat.PyTorch)]
    [InlineData("w.npz", WeightsFormat.Npz)]
    [InlineData("w.safetensors", WeightsFormat.Safetensors)]
    public void WrittenAndRead_IsTheSame_AndTheSameBytes(string name, WeightsFormat format)
    {
        WeightsFile.Write(folder[name], State);
        var read = WeightsFile.Read(folder[name]);
        Assert.Equal(format, read.Format);
        Assert.Empty(read.Notes);
        Assert.Equal(Weights.Sha256(State), Weights.Sha256([.. State.Select(s => (s.Name, read.State[s.Name]))]));
        Assert.Equal(State.Count, read.Tensors.Count);
        byte[] first = File.ReadAllBytes(folder[name]);
        WeightsFile.Write(folder[name], State);
        Assert.Equal(first, File.ReadAllBytes(folder[name]));
        Assert.Equal([folder[name]], Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("w.pt", "archive/data.pkl,archive/byteorder,archive/data/0,archive/data/1,archive/data/2,archive/data/3,archive/version")]
    [InlineData("w.npz", "conv.weight.npy,fc.bias.npy,none.npy,bn.num_batches_tracked.npy")]
    public void Zip_IsLaidOutAsTheirs(string name, string entries)
    {
        WeightsFile.Write(folder[name], State);
        using var zip = ZipFile.OpenRead(folder[name]);
        Assert.Equal(entries, string.Join(',', zip.Entries.Select(e => e.FullName)));
        Assert.All(zip.Entries, e => Assert.Equal(e.Length, e.CompressedLength));
        if (!name.EndsWith(".npz", StringComparison.Ordinal))
            return;
        using var header = new StreamReader(zip.Entries[0].Open(), System.Text.Encoding.Latin1);
        Assert.StartsWith("\u0093NUMPY\u0001\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 2, 2), }   ", header.ReadToEnd());
    }

    [Fact]
    public void OtherNames_AndFoldersThatAreNotThere_AreMistakes()
    {
        Assert.Equal("w.bin: expected a name that ends in .safetensors, .pt, .pth or .npz, got another. Name the file by its format.", Assert.Throws<MekikiException>(() => WeightsFile.Write("w.bin", State)).Message);
        string path = Path.Combine(folder.Path, "none", "w.pt");
        Assert.StartsWith($"{path}: expected to write it, got: ", Assert.Throws<MekikiException>(() => WeightsFile.Write(path, State)).Message);
    }
}
