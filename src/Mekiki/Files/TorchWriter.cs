using System.IO.Compression;
using System.Text;

namespace Mekiki.Files;

/// <summary>Writes a state dict as <c>torch.save</c> does, so that <c>torch.load(FILE, weights_only=True)</c> reads it.</summary>
internal static class TorchWriter
{
    /// <summary>Writes the file's bytes.</summary>
    /// <param name="stream">Where to; it can seek.</param>
    /// <param name="state">Tensors by name, float32 or int64.</param>
    public static void Write(Stream stream, IReadOnlyList<(string Name, Tensor Tensor)> state)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Entry(zip, "archive/data.pkl", to => WritePickle(to, state));
        Entry(zip, "archive/byteorder", to => to.Write("little"u8));
        for (int i = 0; i < state.Count; i++)
            Entry(zip, $"archive/data/{i}", to => state[i].Tensor.WriteElements(to));
        Entry(zip, "archive/version", to => to.Write("3\n"u8));
    }

    // Stored, not deflated, and of no particular time, so that the same weights give the same bytes.
    internal static void Entry(ZipArchive zip, string name, Action<Stream> write)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.NoCompression);
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var to = entry.Open();
        write(to);
    }

    private static void WritePickle(Stream stream, IReadOnlyList<(string Name, Tensor Tensor)> state)
    {
        using var to = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        to.Write((ReadOnlySpan<byte>)[0x80, 2]);
        Ordered(to);
        to.Write((byte)'(');
        for (int i = 0; i < state.Count; i++)
        {
            var (name, tensor) = state[i];
            Text(to, name);
            to.Write("ctorch._utils\n_rebuild_tensor_v2\n(("u8);
            Text(to, "storage");
            to.Write(tensor.DType == DType.Float32 ? "ctorch\nFloatStorage\n"u8 : "ctorch\nLongStorage\n"u8);
            Text(to, i.ToString(System.Globalization.CultureInfo.InvariantCulture));
            Text(to, "cpu");
            Number(to, tensor.Count);
            to.Write("tQ"u8);
            Number(to, 0);
            Tuple(to, tensor.Shape.ToArray());
            Tuple(to, Strides(tensor.Shape));
            to.Write((byte)0x89);   // needs no gradient
            Ordered(to);            // no hooks
            to.Write("tR"u8);
        }

        to.Write("u."u8);
    }

    private static int[] Strides(Shape shape)
    {
        var strides = new int[shape.Rank];
        int stride = 1;
        for (int d = shape.Rank - 1; d >= 0; d--)
        {
            strides[d] = stride;
            stride *= Math.Max(1, shape[d]);
        }

        return strides;
    }

    private static void Ordered(BinaryWriter to) => to.Write("ccollections\nOrderedDict\n)R"u8);

    private static void Text(BinaryWriter to, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        to.Write((byte)'X');
        to.Write(bytes.Length);
        to.Write(bytes);
    }

    private static void Number(BinaryWriter to, int number)
    {
        to.Write((byte)'J');
        to.Write(number);
    }

    private static void Tuple(BinaryWriter to, int[] numbers)
    {
        to.Write((byte)'(');
        foreach (int number in numbers)
            Number(to, number);
        to.Write((byte)'t');
    }
}
