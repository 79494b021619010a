using System.Text;

namespace Mekiki.Tests.Files;

/// <summary>Writes pickles instruction by instruction, wrong ones too.</summary>
internal sealed class PickleBytes
{
    private readonly MemoryStream bytes = new();

    public static PickleBytes New => new PickleBytes().Raw("\u0080\u0002");

    /// <summary>A state dict with one tensor <c>w</c> of a storage <c>0</c>.</summary>
    public static byte[] OneTensor(long numbers, long offset, long[] sizes, long[] strides, string storage = "FloatStorage", string key = "0", string sixth = "") =>
        New.Raw("}").Text("w").Tensor(numbers, offset, sizes, strides, storage, key, sixth).Raw("s.").ToArray();

    /// <summary>Instructions as characters, one for each byte.</summary>
    public PickleBytes Raw(string latin1)
    {
        bytes.Write(Encoding.Latin1.GetBytes(latin1));
        return this;
    }

    public PickleBytes Text(string text) => Raw("X").Number4(Encoding.UTF8.GetByteCount(text)).Utf8(text);

    public PickleBytes Number(long number)
    {
        bytes.Write([0x8a, 8, .. BitConverter.GetBytes(number)]);
        return this;
    }

    public PickleBytes Tuple(long[] numbers)
    {
        Raw("(");
        foreach (long number in numbers)
            Number(number);
        return Raw("t");
    }

    /// <summary>What PyTorch writes for a tensor.</summary>
    public PickleBytes Tensor(long numbers, long offset, long[] sizes, long[] strides, string storage = "FloatStorage", string key = "0", string sixth = "") =>
        Raw("ctorch._utils\n_rebuild_tensor_v2\n((").Text("storage").Raw($"ctorch\n{storage}\n").Text(key).Text("cpu").Number(numbers).Raw(sixth).Raw("tQ")
            .Number(offset).Tuple(sizes).Tuple(strides).Raw("\u0089ccollections\nOrderedDict\n)RtR");

    public byte[] ToArray() => bytes.ToArray();

    private PickleBytes Number4(int number)
    {
        bytes.Write(BitConverter.GetBytes(number));
        return this;
    }

    private PickleBytes Utf8(string text)
    {
        bytes.Write(Encoding.UTF8.GetBytes(text));
        return this;
    }
}
