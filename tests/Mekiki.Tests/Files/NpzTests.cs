using System.Text;
using Mekiki.Files;

namespace Mekiki.Tests.Files;

/// <summary>Arrays of NumPy's: their headers are parsed strictly, and never evaluated.</summary>
public sealed class NpzTests : IDisposable
{
    private const string Damaged = " The file is damaged: get or write it again.";
    private readonly TemporaryFolder folder = new();

    /// <summary>A header, and the message of an array of four bytes under it.</summary>
    public static TheoryData<string, string> Headers => new()
    {
        { "", "expected '{' at character 0 of its header, got ''." + Damaged },
        { "{}", "expected descr, fortran_order and shape, each once at character 2 of its header, got ''." + Damaged },
        { "{'descr': '<f4', 'fortran_order': False}", "expected descr, fortran_order and shape, each once at character 40 of its header, got ''." + Damaged },
        { "{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}", "expected descr, fortran_order and shape, each once at character 25 of its header, got ' '<f4', 'shape': (1,)}'." + Damaged },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}", "expected descr, fortran_order and shape, each once at character 60 of its header, got ' 1}'." + Damaged },
        { "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", "expected True or False for fortran_order at character 34 of its header, got '0, 'shape': (1,)}'." + Damaged },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}", "expected a comma behind the only size at character 52 of its header, got ')}'." + Damaged },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': [1]}", "expected '(' at character 50 of its header, got '[1]}'." + Damaged },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "expected a shape of whole numbers at character 51 of its header, got '-1,)}'." + Damaged },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "expected a shape of whole numbers at character 71 of its header, got ',)}'." + Damaged },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}; import os", "expected nothing but spaces behind the dictionary at character 55 of its header, got '; import os'." + Damaged },
        { "{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,)}", "expected an array of numbers, got one of records. Save each of their fields by itself." },
        { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "expected an array of numbers, got one of records. Save each of their fields by itself." },
        { "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "expected an array of numbers, got one of Python objects, which are pickled. Nothing was run; save numbers (a parameter without a value is such an object)." },
        { "{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}", "expected little-endian numbers, got '>f4'. Save it with astype('<f4')." },
        { "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", "expected numbers of type <f4, <f8, <f2, <i8 or <i4, got '<c8'. Save it with astype('<f4')." },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "expected 8 bytes for F32 (2), got 4." + Damaged },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2500000000,)}", "expected 10,000,000,000 bytes for F32 (2500000000), got 4." + Damaged },
        { "{'descr': '<f4', 'fortran_order': True, 'shape': (4294967296, 4294967296)}", "expected as many bytes as the shape has numbers for F32 (4294967296, 4294967296), got 4." + Damaged },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1)}", "expected at most 6 dimensions and 2,147,483,647 elements, got (1, 1, 1, 1, 1, 1, 1). Use weights of a model of this catalogue." },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Headers))]
    public void HeaderThatLies_HasItsMessage(string header, string message) => Assert.Equal($"'w': {message}", Message(Array(header, new byte[4])));

    [Theory]
    [InlineData("", "expected an array of NumPy's (.npy), got something else." + Damaged)]
    [InlineData("934E554D5059", "expected an array of NumPy's (.npy), got something else." + Damaged)]
    [InlineData("934E554D505904000000", "expected version 1 to 3 of the .npy format, got 4. Save it again with numpy.save.")]
    [InlineData("934E554D50590100FFFF7B7D", "expected a header of at most 2 bytes, got one of 65,535." + Damaged)]
    [InlineData("934E554D50590200FFFFFFFF7B7D", "expected a header of at most 2 bytes, got one of 4,294,967,295." + Damaged)]
    public void BytesThatAreNoArray_HaveTheirMessage(string hex, string message) => Assert.Equal($"'w': {message}", Message(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", new[] { 0f, 1, 2, 3, 4, 5 })]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", new[] { 0f, 2, 4, 1, 3, 5 })]
    [InlineData("{'shape':(6,),\"fortran_order\":True,'descr':\"<f4\"}\n", new[] { 0f, 1, 2, 3, 4, 5 })]
    public void Orders_AreRowMajorAfterwards(string header, float[] expected)
    {
        byte[] six = [.. Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((float)i))];
        File.WriteAllBytes(folder["x.npz"], RawZip.Of(new RawZip.File("w.npy", Array(header, six))));
        Assert.Equal(expected, WeightsFile.Read(folder["x.npz"]).State["w"].ToArray());
    }

    [Fact]
    public void OtherFilesBeside_OrLyingLengths_AreRefused()
    {
        byte[] array = Array("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", new byte[4]);
        Assert.Equal("expected arrays (.npy) alone, got 'x.txt' beside them. Save the weights alone.", MessageOf(new("w.npy", array), new("x.txt", array)));
        Assert.Equal("'w': expected it once, got it twice." + Damaged, MessageOf(new("w.npy", array), new("w.npy", array)));
        Assert.StartsWith("'w': its two lengths in the zip, ", MessageOf(new RawZip.File("w.npy", array, Deflate: true, ToldLength: 10_000_000)));
        Assert.Equal("'w': it does not unpack to the length that the zip declares; the zip is damaged. Get or write the file again.", MessageOf(new RawZip.File("w.npy", array, Deflate: true, ToldLength: array.Length + 1)));
    }

    [Fact]
    public void ChainersNames_BecomePyTorchs()
    {
        string[] names = ["conv1/W", "conv1/b", "bn1/gamma", "bn1/beta", "bn1/avg_mean", "bn1/avg_var", "bn1/N", "blocks/0/fc/W"];
        Assert.True(ChainerNames.Are(names));
        Assert.Equal(
            ["conv1.weight", "conv1.bias", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var", "bn1.num_batches_tracked", "blocks.0.fc.weight"],
            names.Select(ChainerNames.Translate));
        Assert.False(ChainerNames.Are([.. names, "conv1.weight"]));
    }

    private static byte[] Array(string header, byte[] data) =>
        [.. NpyHeader.Magic, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. Encoding.Latin1.GetBytes(header), .. data];

    private string Message(byte[] array) => MessageOf(new RawZip.File("w.npy", array));

    private string MessageOf(params RawZip.File[] files)
    {
        File.WriteAllBytes(folder["x.npz"], RawZip.Of(files));
        string message = Assert.Throws<MekikiException>(() => WeightsFile.Read(folder["x.npz"])).Message;
        Assert.StartsWith($"{folder["x.npz"]}: ", message);
        return message[$"{folder["x.npz"]}: ".Length..];
    }
}
