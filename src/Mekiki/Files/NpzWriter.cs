using System.IO.Compression;
using System.Text;

namespace Mekiki.Files;

/// <summary>Writes a state dict as <c>numpy.savez</c> does, an array under each of PyTorch's names.</summary>
internal static class NpzWriter
{
    // With the ten bytes before it, the header ends at a multiple of this, so that the numbers are aligned.
    private const int Alignment = 64;

    /// <summary>Writes the file's bytes.</summary>
    /// <param name="stream">Where to; it can seek.</param>
    /// <param name="state">Tensors by name, float32 or int64.</param>
    public static void Write(Stream stream, IReadOnlyList<(string Name, Tensor Tensor)> state)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var (name, tensor) in state)
            TorchWriter.Entry(zip, $"{name}.npy", to =>
            {
                to.Write(Header(tensor));
                tensor.WriteElements(to);
            });
    }

    private static byte[] Header(Tensor tensor)
    {
        string sizes = string.Join(", ", tensor.Shape.ToArray());
        string text = $"{{'descr': '{(tensor.DType == DType.Float32 ? "<f4" : "<i8")}', 'fortran_order': False, 'shape': ({sizes}{(tensor.Shape.Rank == 1 ? "," : "")}), }}";
        int length = (10 + text.Length + 1 + Alignment - 1) / Alignment * Alignment - 10;
        return [.. NpyHeader.Magic, 1, 0, (byte)length, (byte)(length >> 8), .. Encoding.ASCII.GetBytes(text.PadRight(length - 1)), (byte)'\n'];
    }
}
