using System.Buffers.Binary;
using System.Text;
using Mekiki.Files;

namespace Mekiki.Tests.Files;

public class SafetensorsTests
{
    [Fact]
    public void SaveThenOpen_GivesBackEverything()
    {
        using var folder = new TemporaryFolder();
        string path = folder["model.safetensors"];
        float[] weights = [1.5f, -2, float.NaN, float.Epsilon, float.PositiveInfinity, 0];
        Whole(weights).Save(path);

        using var file = SafetensorsFile.Open(path);
        Assert.Equal(["count", "conv.weight", "none", "one", "pixels"], file.Entries.Select(e => e.Name));
        Assert.Equal(new Dictionary<string, string> { ["classes"] = "あ,い,\"う\"\n", ["model"] = "cnn" }, file.Metadata);
        Assert.Equal("conv.weight: F32 (2, 3)", file["conv.weight"].ToString());
        var floats = new float[6];
        file.Read(file["conv.weight"], floats);
        Assert.Equal(weights, floats);
        var numbers = new long[2];
        file.Read(file["count"], numbers);
        Assert.Equal([long.MinValue, 7], numbers);
        var bytes = new byte[3];
        file.Read(file["pixels"], bytes);
        Assert.Equal([0, 128, 255], bytes);
        Assert.True(file.TryFind("none", out var none));
        Assert.Equal((0L, 0L), (none.Count, none.ByteLength));
        Assert.Equal(0, file["one"].Shape.Length);
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    // Ties go to the even neighbour; what is too large becomes infinite; no number stays none.
    [Theory]
    [InlineData(StoredType.F16, new[] { 1f, -2.5f, 1 + 1 / 2048f, 1 + 3 / 2048f, 65504, 70000, 1e-9f, float.NaN }, new[] { 1f, -2.5f, 1, 1 + 4 / 2048f, 65504, float.PositiveInfinity, 0, float.NaN })]
    [InlineData(StoredType.BF16, new[] { 1f, -2.5f, 1 + 1 / 256f, 1 + 3 / 256f, 3e38f, 3.4e38f, float.NaN, float.NegativeInfinity }, new[] { 1f, -2.5f, 1, 1 + 4 / 256f, 3.0040553e38f, float.PositiveInfinity, float.NaN, float.NegativeInfinity })]
    public void FloatsOf16Bits_AreTheNearest(StoredType type, float[] values, float[] expected)
    {
        using var stream = new MemoryStream();
        new SafetensorsWriter().Add("w", [values.Length], values, type).Write(stream);
        using var file = SafetensorsFile.Open(stream.ToArray(), "x");
        Assert.Equal((type, 2L * values.Length), (file["w"].Type, file["w"].ByteLength));
        var read = new float[values.Length];
        file.Read(file["w"], read);
        Assert.Equal(expected, read);
        Assert.Equal("type", Assert.Throws<ArgumentException>(() => new SafetensorsWriter().Add("w", [values.Length], values, StoredType.I32)).ParamName);
    }

    [Fact]
    public void RoundedWeights_StayFloat32_WhereFloat16IsTooSmall()
    {
        var state = new (string, Tensor)[] { ("w", Tensor.From([1.0001f, 2], [2])), ("large", Tensor.From([1e5f], [1])), ("n", Tensor.From([7L], [1])) };
        Assert.Equal(["w F16", "large F32", "n I64"], Weights.Rounded(state, StoredType.F16).Select(r => $"{r.Name} {r.Type}"));
        Assert.Equal(["w BF16", "large BF16", "n I64"], Weights.Rounded(state, StoredType.BF16).Select(r => $"{r.Name} {r.Type}"));
        Assert.Equal(1, Weights.Rounded(state, StoredType.F16)[0].Tensor.ToArray()[0]);
        Assert.Equal(1.0001f, Weights.Rounded(state, StoredType.F32)[0].Tensor.ToArray()[0]);
        Assert.Throws<ArgumentException>(() => Weights.Rounded(state, StoredType.U8));
    }

    [Fact]
    public void Write_IsDeterministic_AndAligned()
    {
        using MemoryStream first = new(), second = new();
        Whole([1, 2, 3, 4, 5, 6]).Write(first);
        Whole([1, 2, 3, 4, 5, 6]).Write(second);
        byte[] bytes = first.ToArray();
        Assert.Equal(bytes, second.ToArray());
        Assert.Equal(0L, BinaryPrimitives.ReadInt64LittleEndian(bytes) % 8);
        Assert.Equal((byte)'{', bytes[8]);
        Assert.All(SafetensorsFile.Open(bytes, "x").Entries, e => Assert.Equal(0, e.Begin % StoredTypes.SizeOf(e.Type)));
    }

    [Theory]
    [InlineData("F16", "003E00C2007C0100", new[] { 1.5f, -3f, float.PositiveInfinity, 5.9604645e-8f })]
    [InlineData("BF16", "C03F40C0803FFFFF", new[] { 1.5f, -3f, 1f, float.NaN })]
    [InlineData("F64", "000000000000F83F00000000000008C0", new[] { 1.5f, -3f })]
    public void Read_ConvertsFloats(string dtype, string hex, float[] expected)
    {
        var file = SafetensorsFile.Open(Bytes($$"""{"a":{"dtype":"{{dtype}}","shape":[{{expected.Length}}],"data_offsets":[0,{{hex.Length / 2}}] } }""", Convert.FromHexString(hex)), "x");
        var got = new float[expected.Length];
        file.Read(file["a"], got);
        Assert.Equal(expected, got);
    }

    [Theory]
    [InlineData("I32", "FFFFFFFF07000000", new[] { -1L, 7L })]
    [InlineData("U32", "FFFFFFFF", new[] { 4294967295L })]
    [InlineData("I16", "FEFF0300", new[] { -2L, 3L })]
    [InlineData("U16", "FEFF", new[] { 65534L })]
    [InlineData("I8", "80", new[] { -128L })]
    [InlineData("U8", "80", new[] { 128L })]
    [InlineData("BOOL", "0100", new[] { 1L, 0L })]
    public void Read_ConvertsWholeNumbers(string dtype, string hex, long[] expected)
    {
        var file = SafetensorsFile.Open(Bytes($$"""{"a":{"dtype":"{{dtype}}","shape":[{{expected.Length}}],"data_offsets":[0,{{hex.Length / 2}}] } }""", Convert.FromHexString(hex)), "x");
        var got = new long[expected.Length];
        file.Read(file["a"], got);
        Assert.Equal(expected, got);
    }

    [Fact]
    public void Read_LongerThanOnePiece_ConvertsAllOfIt()
    {
        const int n = 5000;
        var data = new byte[2 * n];
        for (int i = 0; i < n; i++)
            BinaryPrimitives.WriteHalfLittleEndian(data.AsSpan(2 * i), (Half)(i % 1000));
        var file = SafetensorsFile.Open(Bytes($$"""{"a":{"dtype":"F16","shape":[{{n}}],"data_offsets":[0,{{2 * n}}] } }""", data), "x");
        var got = new float[n];
        file.Read(file["a"], got);
        for (int i = 0; i < n; i++)
            Assert.Equal(i % 1000, got[i]);
    }

    [Fact]
    public void Read_IntoTheWrongPlace_SaysWhat()
    {
        var file = SafetensorsFile.Open(Bytes("""{"weight":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}""", new byte[8]), "m.safetensors");
        Text("m.safetensors: tensor 'weight': expected room for the 2 elements of (1, 2), got 3.", () => file.Read(file["weight"], new float[3]));
        Text("m.safetensors: tensor 'weight': expected U8 or BOOL, got F32. Store it as one of these.", () => file.Read(file["weight"], new byte[2]));
        Text("m.safetensors: tensor 'weight': expected I64, I32, I16, I8, U32, U16, U8 or BOOL, got F32. Store it as one of these.", () => file.Read(file["weight"], new long[2]));
        Text("m.safetensors: expected a tensor 'weigth', got none among 1. Did you mean 'weight'?", () => _ = file["weigth"]);
        var raw = new byte[8];
        file.ReadRaw(file["weight"], raw);
        Text("m.safetensors: tensor 'weight': expected room for 8 bytes, got 2.", () => file.ReadRaw(file["weight"], new byte[2]));
    }

    [Fact]
    public void Open_MissingFileOrFolder_SaysSo()
    {
        using var folder = new TemporaryFolder();
        string path = folder["none.safetensors"];
        Text($"{path}: expected a safetensors file, got no such file. Check the path.", () => SafetensorsFile.Open(path));
        var error = Assert.Throws<MekikiException>(() => SafetensorsFile.Open(folder.Path));
        Assert.StartsWith($"{folder.Path}: expected a readable safetensors file, got \"", error.Message);
    }

    [Fact]
    public void Read_FileCutOffMeanwhile_SaysSo()
    {
        using var folder = new TemporaryFolder();
        string path = folder["cut.safetensors"];
        var whole = Bytes("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", new byte[8]);
        File.WriteAllBytes(path, whole);
        using var file = SafetensorsFile.Open(path);
        using (var cut = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            cut.SetLength(whole.Length - 5);
        Text($"{path}: tensor 'a': expected 8 bytes at byte {whole.Length - 8}, got 3. The file was cut off while it was open: get or write it again.", () => file.Read(file["a"], new float[2]));
    }

    [Fact]
    public void Add_WhatNoFileCanHold_IsRefused()
    {
        var writer = new SafetensorsWriter().Add("a", [1], new float[1]).AddText("k", "v");
        Wrong("Safetensors: expected every name once, got 'a' twice. Use another name.", () => writer.Add("a", [1], new float[1]));
        Wrong("Safetensors: expected every name once, got '__metadata__' for a tensor. Use another name.", () => writer.Add("__metadata__", [1], new float[1]));
        Wrong("Safetensors: tensor 'b': expected as many values as (2, 3) has, got 5. Give the values of the whole tensor.", () => writer.Add("b", [2, 3], new long[5]));
        Wrong("Safetensors: tensor 'c': expected as many values as (-1, 0) has, got 0. Give the values of the whole tensor.", () => writer.Add("c", [-1, 0], new byte[0]));
        Wrong("Safetensors: expected every key once, got 'k' twice. Use another key.", () => writer.AddText("k", "w"));
        Wrong("Safetensors: expected a name in Unicode, got half a surrogate pair. Write whole characters.", () => writer.Add("\ud800", [1], new float[1]));
    }

    [Fact]
    public void Save_DiskFull_LeavesNothing_AndKeepsWhatWasThere()
    {
        using var folder = new TemporaryFolder();
        string path = folder["model.safetensors"];
        File.WriteAllText(path, "before");
        Assert.Throws<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new IOException("No space left on device");
        }));
        Assert.Equal("before", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Save_WhereNoFileCanBe_SaysSo_AndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        string missing = Path.Combine(folder.Path, "none", "m.safetensors");
        var error = Assert.Throws<MekikiException>(() => Whole(new float[6]).Save(missing));
        Assert.StartsWith($"{missing}: expected to write it, got: Could not find a part of the path", error.Message);
        Assert.EndsWith("Its folder is not there, or a file has its name. Make it, or choose another folder.", error.Message);

        string taken = folder["taken/inside"];
        Assert.Throws<MekikiException>(() => Whole(new float[6]).Save(Path.GetDirectoryName(taken)!));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    internal static byte[] Bytes(string header, params byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + text.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, text.Length);
        text.CopyTo(bytes, 8);
        data.CopyTo(bytes, 8 + text.Length);
        return bytes;
    }

    internal static void Text(string expected, Action action) => Assert.Equal(expected, Assert.Throws<MekikiException>(action).Message);

    private static SafetensorsWriter Whole(float[] weights) => new SafetensorsWriter()
        .AddText("model", "cnn").AddText("classes", "あ,い,\"う\"\n")
        .Add("pixels", [3], new byte[] { 0, 128, 255 })
        .Add("conv.weight", [2, 3], weights)
        .Add("none", [4, 0], Array.Empty<float>())
        .Add("count", [2], new[] { long.MinValue, 7 })
        .Add("one", [], new[] { 4f });

    private static void Wrong(string expected, Action action) => Assert.StartsWith(expected, Assert.Throws<ArgumentException>(action).Message, StringComparison.Ordinal);
}
