using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Mekiki.Files;

/// <summary>State dicts in safetensors files, and their checksum.</summary>
public static class Weights
{
    /// <summary>Adds tensors as they are now; later changes do not count.</summary>
    /// <param name="writer">The file that shall hold them.</param>
    /// <param name="state">Tensors by name, such as <see cref="Module.StateDict"/> gives.</param>
    /// <param name="prefix">Put before every name.</param>
    /// <exception cref="MekikiException">A tensor is neither float32, int64 nor of 8 bits.</exception>
    /// <exception cref="ArgumentException">The file has a tensor of a name already.</exception>
    public static SafetensorsWriter Add(this SafetensorsWriter writer, IReadOnlyList<(string Name, Tensor Tensor)> state, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(prefix);
        foreach (var (name, tensor) in state)
        {
            ArgumentNullException.ThrowIfNull(tensor, nameof(state));
            if (tensor.DType == DType.Int64)
                writer.Add(prefix + name, tensor.Shape.ToArray(), tensor.Copy<long>(DType.Int64).AsMemory());
            else if (tensor.DType == DType.Int8)
                writer.Add(prefix + name, tensor.Shape.ToArray(), tensor.Copy<sbyte>(DType.Int8));
            else if (tensor.DType == DType.UInt8)
                writer.Add(prefix + name, tensor.Shape.ToArray(), tensor.Copy<byte>(DType.UInt8).AsMemory());
            else
                writer.Add(prefix + name, tensor.Shape.ToArray(), tensor.ToArray().AsMemory());
        }

        return writer;
    }

    /// <summary>The same tensors, floats rounded to a type of 16 or 8 bits; of each, in which type a file shall store it.</summary>
    /// <param name="state">Tensors by name, such as <see cref="Module.StateDict"/> gives.</param>
    /// <param name="floats">F16 or BF16; I8: whole numbers from -127 to 127 with a scale for each row of a tensor of two or more dimensions; F32 rounds nothing.</param>
    /// <returns>Tensors with a number above 65,504 stay F32 where F16 is asked: it would become infinite. Where I8 is asked, biases and other tensors without rows, and those with a number that is not finite, stay F32.</returns>
    /// <exception cref="MekikiException">A tensor is neither float32, int64 nor of 8 bits.</exception>
    /// <exception cref="ArgumentException">The type is another.</exception>
    public static IReadOnlyList<(string Name, Tensor Tensor, StoredType Type)> Rounded(IReadOnlyList<(string Name, Tensor Tensor)> state, StoredType floats)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (floats is not (StoredType.F32 or StoredType.F16 or StoredType.BF16 or StoredType.I8))
            throw new ArgumentException($"Weights: expected F32, F16, BF16 or I8, got {floats}. Store weights as one of these.", nameof(floats));
        var rounded = new List<(string, Tensor, StoredType)>(state.Count);
        foreach (var (name, tensor) in state)
        {
            ArgumentNullException.ThrowIfNull(tensor, nameof(state));
            if (tensor.DType is DType.Int64 or DType.Int8 or DType.UInt8)
            {
                rounded.Add((name, tensor, tensor.DType == DType.Int64 ? StoredType.I64 : StoredType.U8));
                continue;
            }

            float[] values = tensor.ToArray();
            bool fits = floats switch
            {
                StoredType.F16 => Array.TrueForAll(values, v => !(Math.Abs(v) > (float)Half.MaxValue)),
                StoredType.I8 => RowScales.Fit(tensor.Shape.ToArray(), values),
                _ => floats != StoredType.F32,
            };
            if (!fits)
                rounded.Add((name, tensor, StoredType.F32));
            else
                rounded.Add((name, Tensor.From(floats == StoredType.I8 ? InRows(values, tensor.Shape[0]) : StoredTypes.RoundTrip(values, floats), tensor.Shape), floats));
        }

        return rounded;
    }

    /// <summary>Adds tensors that <see cref="Rounded"/> gave, each stored in its type; of I8, beside the whole numbers a tensor <c>NAME.scale</c> with the scales of the rows (F32), which <see cref="ReadAll"/> multiplies.</summary>
    /// <param name="writer">The file that shall hold them.</param>
    /// <param name="rounded">Tensors by name, and their types.</param>
    /// <exception cref="MekikiException">A tensor is neither float32, int64 nor of 8 bits.</exception>
    /// <exception cref="ArgumentException">A type is another than <see cref="Rounded"/> gives, or the file has a tensor of a name already.</exception>
    public static SafetensorsWriter AddRounded(this SafetensorsWriter writer, IReadOnlyList<(string Name, Tensor Tensor, StoredType Type)> rounded)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(rounded);
        foreach (var (name, tensor, type) in rounded)
        {
            ArgumentNullException.ThrowIfNull(tensor, nameof(rounded));
            if (type is StoredType.I64 or StoredType.U8)
                writer.Add([(name, tensor)]);
            else if (type != StoredType.I8)
                writer.Add(name, tensor.Shape.ToArray(), tensor.ToArray().AsMemory(), type);
            else
            {
                float[] values = tensor.ToArray(), scales = RowScales.Of(values, tensor.Shape[0]);
                writer.Add(name, tensor.Shape.ToArray(), RowScales.Round(values, scales));
                writer.Add(name + RowScales.Suffix, [scales.Length], scales.AsMemory());
            }
        }

        return writer;
    }

    private static float[] InRows(float[] values, int rows)
    {
        float[] scales = RowScales.Of(values, rows), result = new float[values.Length];
        RowScales.Multiply<sbyte>(RowScales.Round(values, scales), scales, result);
        return result;
    }

    /// <summary>Reads all tensors whose name begins with <paramref name="prefix"/>, without it: float32 or int64. Those that <see cref="AddRounded"/> stored as I8 are multiplied with their scales.</summary>
    /// <exception cref="MekikiException">A tensor has more dimensions or elements than a <see cref="Tensor"/> can have, or the file is damaged.</exception>
    public static Dictionary<string, Tensor> ReadAll(this SafetensorsFile file, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(prefix);
        var state = new Dictionary<string, Tensor>();
        foreach (var entry in file.Entries)
            if (entry.Name.StartsWith(prefix, StringComparison.Ordinal) && !file.IsScale(entry))
                state.Add(entry.Name[prefix.Length..], file.ReadTensor(entry));
        return state;
    }

    /// <summary>sha256 over names, types, shapes and values, in hexadecimal: equal for equal states, whatever file they lie in.</summary>
    /// <exception cref="MekikiException">A tensor is neither float32, int64 nor of 8 bits.</exception>
    /// <remarks>
    /// Of each tensor, in the order given: a line <c>NAME TYPE (D0, D1, …)</c> in UTF-8, ended by a line feed, with TYPE
    /// <c>F32</c>, <c>I64</c>, <c>I8</c> or <c>U8</c>; then its elements in row-major order, little-endian.
    /// </remarks>
    public static string Sha256(IReadOnlyList<(string Name, Tensor Tensor)> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        using var hash = new Sha256Hash();
        foreach (var (name, tensor) in state)
        {
            ArgumentNullException.ThrowIfNull(tensor, nameof(state));
            string type = tensor.DType switch { DType.Int64 => "I64", DType.Int8 => "I8", DType.UInt8 => "U8", _ => "F32" };
            hash.Append(Encoding.UTF8.GetBytes($"{name} {type} {tensor.Shape}\n"));
            switch (tensor.DType)
            {
                case DType.Int64: Append<long>(hash, tensor.Copy<long>(DType.Int64)); break;
                case DType.Int8: hash.Append(MemoryMarshal.AsBytes<sbyte>(tensor.Copy<sbyte>(DType.Int8))); break;
                case DType.UInt8: hash.Append(tensor.Copy<byte>(DType.UInt8)); break;
                default: Append(hash, MemoryMarshal.Cast<float, int>(tensor.ToArray())); break;
            }
        }

        return Convert.ToHexStringLower(hash.Finish());
    }

    /// <summary>Writes a tensor's elements in row-major order, little-endian.</summary>
    internal static void WriteElements(this Tensor tensor, Stream stream)
    {
        if (tensor.DType != DType.Float32)
            SafetensorsWriter.WriteNumbers<long>(stream, tensor.To(DType.Int64).Copy<long>(DType.Int64));
        else
            SafetensorsWriter.WriteNumbers(stream, MemoryMarshal.Cast<float, int>(tensor.ToArray()));
    }

    private static Tensor ReadTensor(this SafetensorsFile file, SafetensorsEntry entry)
    {
        if (entry.Shape.Length > Shape.MaxRank || entry.Count > int.MaxValue || entry.Shape.ContainsAnyExceptInRange(0, int.MaxValue))
            throw new MekikiException($"{file.Name}: expected tensors of at most {Shape.MaxRank} dimensions and {FileText.Number(int.MaxValue)} elements, got {entry}. Use weights of a model of this catalogue.");
        if (!StoredTypes.IsFloat(entry.Type) && !StoredTypes.IsInteger(entry.Type))
            throw new MekikiException($"{file.Name}: tensor '{FileText.Short(entry.Name)}': expected F32, F16, BF16, F64 or whole numbers, got {StoredTypes.NameOf(entry.Type)}. Store it as one of these.");
        var shape = new int[entry.Shape.Length];
        for (int i = 0; i < shape.Length; i++)
            shape[i] = (int)entry.Shape[i];
        if (StoredTypes.IsFloat(entry.Type))
        {
            var floats = new float[entry.Count];
            file.Read(entry, floats.AsSpan());
            return Tensor.From(floats, shape);
        }

        var integers = new long[entry.Count];
        file.Read(entry, integers.AsSpan());
        if (!file.TryFind(entry.Name + RowScales.Suffix, out var scale) || !file.IsScale(scale))
            return Tensor.From(integers, shape);
        float[] scales = new float[scale.Count], values = new float[entry.Count];
        file.Read(scale, scales.AsSpan());
        RowScales.Multiply<long>(integers, scales, values);
        return Tensor.From(values, shape);
    }

    // Whether a tensor holds the scales of the rows of another one.
    private static bool IsScale(this SafetensorsFile file, SafetensorsEntry entry) =>
        entry.Type == StoredType.F32 && entry.Shape.Length == 1 && entry.Count > 0
        && entry.Name.EndsWith(RowScales.Suffix, StringComparison.Ordinal)
        && file.TryFind(entry.Name[..^RowScales.Suffix.Length], out var scaled)
        && scaled.Type == StoredType.I8 && scaled.Shape.Length >= 2 && scaled.Shape[0] == entry.Count;

    private static void Append<T>(Sha256Hash hash, ReadOnlySpan<T> values) where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        const int Piece = 1 << 16;
        if (BitConverter.IsLittleEndian)
        {
            for (int i = 0; i < values.Length; i += 1 << 24)
                hash.Append(MemoryMarshal.AsBytes(values.Slice(i, Math.Min(1 << 24, values.Length - i))));
            return;
        }

        byte[] bytes = ArrayPool<byte>.Shared.Rent(Piece);
        int size = T.Zero.GetByteCount(), length = 0;
        foreach (T value in values)
        {
            length += value.WriteLittleEndian(bytes.AsSpan(length));
            if (length + size > Piece)
            {
                hash.Append(bytes.AsSpan(0, length));
                length = 0;
            }
        }

        hash.Append(bytes.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(bytes);
    }
}
