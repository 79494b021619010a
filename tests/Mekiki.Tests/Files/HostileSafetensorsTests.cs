using CsCheck;
using Mekiki.Files;

namespace Mekiki.Tests.Files;

/// <summary>Files that lie: each has its message, and no bytes whatever bring anything but a message.</summary>
public class HostileSafetensorsTests
{
    private const string Damaged = " The file is damaged, or no safetensors file: get or write it again.";

    /// <summary>A header, how many bytes follow it, and the message behind <c>x: expected </c>.</summary>
    public static TheoryData<string, int, string> Headers => new()
    {
        { "", 0, "a header that begins with '{', got an empty one." + Damaged },
        { " {}", 0, "a header that begins with '{', got byte 32." + Damaged },
        { "[]", 0, "a header that begins with '{', got byte 91." + Damaged },
        { "{", 0, "a header in JSON, got an error near byte 9." + Damaged },
        { "{} {}", 0, "a header in JSON, got an error near byte 11." + Damaged },
        { "{}\0", 0, "a header in JSON, got an error near byte 10." + Damaged },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},}""", 4, "a header in JSON, got an error near byte 62." + Damaged },
        { """{"a":{"x":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}}""", 0, "a header in JSON, got an error near byte 32." + Damaged },
        { """{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "texts in Unicode, got half a surrogate pair at byte 9." + Damaged },
        { """{"a":5}""", 0, "an object with dtype, shape and data_offsets, got a number." + Damaged },
        { """{"a":{"dtype":"F32","shape":[1]}}""", 4, "dtype, shape and data_offsets, got no data_offsets." + Damaged },
        { """{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, "dtype, shape and data_offsets, got no dtype." + Damaged },
        { """{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "dtype once, got it twice." + Damaged },
        { """{"a":{"dtype":4,"shape":[1],"data_offsets":[0,4]}}""", 4, "a dtype in text, got a number." + Damaged },
        { """{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}""", 4, "a known dtype, got 'f32'. Store it as F32, F16, BF16, F64, I64, I32 or U8, for instance." },
        { """{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", 4, "a shape in brackets, got a number." + Damaged },
        { """{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4, "a shape of whole numbers, got a text." + Damaged },
        { """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "a shape of whole numbers from 0 to 9223372036854775807, got -1." + Damaged },
        { """{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "a shape of whole numbers from 0 to 9223372036854775807, got 1.5." + Damaged },
        { """{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}""", 4, "a shape of whole numbers from 0 to 9223372036854775807, got 9223372036854775808." + Damaged },
        { """{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "a shape of at most 9223372036854775807 elements, got (4294967296, 4294967296)." + Damaged },
        { """{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}""", 0, "18446744073709551616 bytes for F64 (2305843009213693952), got 0." + Damaged },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "8 bytes for F32 (2), got 4." + Damaged },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4]}}""", 4, "two data_offsets, got 1." + Damaged },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "data_offsets in rising order, got 4 before 0." + Damaged },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "data_offsets of whole numbers from 0 to 9223372036854775807, got -4." + Damaged },
        { """{"a":{"dtype":"F32","shape":[250000000000],"data_offsets":[0,1000000000000]}}""", 4, "its last byte within the 4 bytes of data, got 1,000,000,000,000. The file is cut off or damaged: get or write it again." },
        { """{"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", 4, "its bytes from 0 on, got a hole: they begin at 2." + Damaged },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void Header_ThatLies_HasItsMessage(string header, int dataLength, string message)
    {
        string about = message.StartsWith("a header", StringComparison.Ordinal) || message.StartsWith("texts", StringComparison.Ordinal) ? "x" : "x: tensor 'a'";
        SafetensorsTests.Text($"{about}: expected {message}", () => SafetensorsFile.Open(SafetensorsTests.Bytes(header, new byte[dataLength]), "x"));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "tensor 'b': expected its bytes behind those of 'a', from 3 on, got an overlap: they begin at 2.")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "tensor 'b': expected its bytes behind those of 'a', from 4 on, got an overlap: they begin at 0.")]
    [InlineData("""{"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]},"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", "tensor 'b': expected its bytes from 2 on, got a hole: they begin at 3.")]
    [InlineData("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""", "expected 3 bytes of data, as the tensors have, got 4.")]
    [InlineData("{}", "expected 0 bytes of data, as the tensors have, got 4.")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[0],"data_offsets":[4,4]}}""", "expected every name once, got 'a' twice.")]
    [InlineData("""{"__metadata__":null,"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "expected __metadata__ with a text for each key, got null.")]
    [InlineData("""{"__metadata__":{"epoch":3}}""", "expected a text for 'epoch' in __metadata__, got a number.")]
    [InlineData("""{"__metadata__":{"k":"1","k":"2"}}""", "expected every key of __metadata__ once, got 'k' twice.")]
    [InlineData("""{"\u001b[31m\nthis name is long enough to be cut off before it fills the screen":7}""", "tensor '?[31m?this name is long enough to be cut off before it fills…': expected an object with dtype, shape and data_offsets, got a number.")]
    public void File_ThatContradictsItself_HasItsMessage(string header, string message) =>
        SafetensorsTests.Text($"x: {message}{Damaged}", () => SafetensorsFile.Open(SafetensorsTests.Bytes(header, new byte[4]), "x"));

    [Theory]
    [InlineData("", "expected a safetensors file, got 0 bytes. The file is empty or cut off: get or write it again.")]
    [InlineData("08", "expected a safetensors file, got 1 byte. The file is empty or cut off: get or write it again.")]
    [InlineData("08000000000000007B7D", "expected a header of 8 bytes, got 2 bytes after its length. The file is cut off: get or write it again.")]
    [InlineData("00E1F505000000007B7D", "expected a header of 100,000,000 bytes, got 2 bytes after its length. The file is cut off: get or write it again.")]
    [InlineData("01E1F505000000007B7D", "expected a header of at most 100,000,000 bytes, got one of 100,000,001." + Damaged)]
    [InlineData("FFFFFFFFFFFFFFFF7B7D", "expected a header of at most 100,000,000 bytes, got one of 18,446,744,073,709,551,615." + Damaged)]
    [InlineData("89504E470D0A1A0A0000", "expected a header of at most 100,000,000 bytes, got one of 727,905,341,920,923,785." + Damaged)]
    [InlineData("04000000000000007BFF227D", "expected a header in UTF-8, got other bytes." + Damaged)]
    public void File_OfOtherBytes_HasItsMessage(string hex, string message)
    {
        byte[] bytes = Convert.FromHexString(hex);
        SafetensorsTests.Text($"x: {message}", () => SafetensorsFile.Open(bytes, "x"));

        using var folder = new TemporaryFolder();
        string path = folder["x.safetensors"];
        File.WriteAllBytes(path, bytes);
        SafetensorsTests.Text($"{path}: {message}", () => SafetensorsFile.Open(path));
    }

    [Fact]
    public void Header_WithMoreThanAsked_Opens()
    {
        var file = SafetensorsFile.Open(SafetensorsTests.Bytes("""{"a":{"dtype":"U8","shape":[0,9223372036854775807,9223372036854775807],"data_offsets":[0,0],"note":{"by":["x"]}}}    """), "x");
        Assert.Equal("a: U8 (0, 9223372036854775807, 9223372036854775807)", Assert.Single(file.Entries).ToString());
    }

    [Fact]
    public void AnyMutation_OpensOrHasAMessage()
    {
        using var stream = new MemoryStream();
        new SafetensorsWriter().AddText("model", "cnn").Add("w", [2, 3], new float[6]).Add("n", [], new long[1]).Add("b", [5], new byte[5]).Write(stream);
        byte[] valid = stream.ToArray();
        int header = valid.Length - 8 - 24 - 5;
        var edit = Gen.Select(Gen.Frequency((4, Gen.Int[0, header - 1]), (1, Gen.Int[0, valid.Length - 1])), Gen.Byte, Gen.Int[0, 3]);
        edit.Array[1, 6].Sample(edits =>
        {
            var bytes = valid.ToList();
            foreach (var (at, value, kind) in edits)
                if (at < bytes.Count)
                    switch (kind)
                    {
                        case 0: bytes[at] = value; break;
                        case 1: bytes.Insert(at, (byte)"0123456789{}[],:\"-"[value % 18]); break;
                        case 2: bytes.RemoveAt(at); break;
                        default: bytes[at] = (byte)"0123456789{}[],:\"-"[value % 18]; break;
                    }
            OpenAndReadAll([.. bytes]);
        }, iter: 20_000);

        for (int length = 0; length < valid.Length; length++)
            Assert.Throws<MekikiException>(() => SafetensorsFile.Open(valid.AsMemory(0, length), "x"));
    }

    private static void OpenAndReadAll(byte[] bytes)
    {
        try
        {
            var file = SafetensorsFile.Open(bytes, "x");
            foreach (var entry in file.Entries)
            {
                var raw = new byte[entry.ByteLength];
                file.ReadRaw(entry, raw);
                if (entry.Type is StoredType.F32 or StoredType.F16 or StoredType.BF16 or StoredType.F64)
                    file.Read(entry, new float[entry.Count]);
            }
        }
        catch (MekikiException e)
        {
            Assert.StartsWith("x: ", e.Message);
        }
    }
}
