using CsCheck;
using Mekiki.Files;

namespace Mekiki.Tests.Files;

/// <summary>Pickles that want to run something, lie, or take all memory: each has its message, and nothing runs.</summary>
public class HostilePickleTests
{
    private const string Refused = "expected tensors, numbers, texts and containers alone, got ", NothingRan = ". Nothing was run; if you trust the file, load it where it was made and save its state_dict() alone.";
    private const string Damaged = " The file is damaged: get or write it again.";

    /// <summary>Instructions (a character is a byte), and what is told of them.</summary>
    public static TheoryData<string, string> Forbidden => new()
    {
        { "cos\nsystem\n(X\u0002\0\0\0lstR.", "'os.system' at byte 0 of the pickle" },
        { "cposix\nsystem\n)R.", "'posix.system' at byte 0 of the pickle" },
        { "cbuiltins\neval\n)R.", "'builtins.eval' at byte 0 of the pickle" },
        { "ctorch\nload\n)R.", "'torch.load' at byte 0 of the pickle" },
        { "ctorch._utils\n_rebuild_tensor_v3\n)R.", "'torch._utils._rebuild_tensor_v3' at byte 0 of the pickle" },
        { "c\u001b[31m\n\u0007x\n)R.", "'?[31m.?x' at byte 0 of the pickle" },
        { "\u008c\u0002os\u008c\u0006system\u0093)R.", "'os.system' at byte 12 of the pickle" },
        { "(X\u0002\0\0\0lsios\nsystem\n.", "the instruction INST, which makes an object, at byte 8 of the pickle" },
        { "(ccollections\nOrderedDict\no.", "the instruction OBJ, which makes an object, at byte 26 of the pickle" },
        { "ccollections\nOrderedDict\n)\u0081.", "the instruction NEWOBJ, which makes an object, at byte 26 of the pickle" },
        { "ccollections\nOrderedDict\n)}\u0092.", "the instruction NEWOBJ_EX, which makes an object, at byte 27 of the pickle" },
        { "\u0082\u0001.", "the instruction EXT, which makes an object, at byte 0 of the pickle" },
        { "\u0083\u0001\0.", "the instruction EXT, which makes an object, at byte 0 of the pickle" },
        { "\u0084\u0001\0\0\0.", "the instruction EXT, which makes an object, at byte 0 of the pickle" },
        { "P0\n.", "the instruction PERSID at byte 0 of the pickle" },
        { "\u008f.", "a set at byte 0 of the pickle" },
        { "I1\n.", "an instruction of the oldest protocol at byte 0 of the pickle" },
        { "\u00ff.", "the unknown instruction 255 at byte 0 of the pickle" },
        { "]}b.", "BUILD, which sets an object's attributes, at byte 2 of the pickle" },
        { "ccollections\nOrderedDict\n)R]b.", "BUILD, which sets an object's attributes, at byte 28 of the pickle" },
        { "X\u0001\0\0\0a)R.", "a call of a value at byte 7 of the pickle" },
        { "ccollections\nOrderedDict\n]R.", "a call of a value at byte 26 of the pickle" },
        { "ccollections\nOrderedDict\n]\u0085R.", "a call of 'collections.OrderedDict' with other arguments than it takes at byte 27 of the pickle" },
        { "ctorch\nFloatStorage\n)R.", "a call of 'torch.FloatStorage' with other arguments than it takes at byte 21 of the pickle" },
        { "ctorch._utils\n_rebuild_tensor_v2\n)R.", "a call of 'torch._utils._rebuild_tensor_v2' with other arguments than it takes at byte 34 of the pickle" },
        { "ctorch._utils\n_rebuild_parameter\n(}\u0088}tR.", "a call of 'torch._utils._rebuild_parameter' with other arguments than it takes at byte 38 of the pickle" },
    };

    /// <summary>Instructions that contradict themselves.</summary>
    public static TheoryData<string, string> Broken => new()
    {
        { "", "expected 1 more byte of the pickle at byte 0, got 0. The file is cut off or damaged: get or write it again." },
        { "}", "expected 1 more byte of the pickle at byte 1, got 0. The file is cut off or damaged: get or write it again." },
        { "X\u00ff\u00ff\u00ff\u00ffabc.", "expected 4,294,967,295 more bytes of the pickle at byte 5, got 4. The file is cut off or damaged: get or write it again." },
        { "\u008d\0\0\0\0\0\0\0\u0080.", "expected 9,223,372,036,854,775,808 more bytes of the pickle at byte 9, got 1. The file is cut off or damaged: get or write it again." },
        { "\u008e\0\u00e4\u000bT\u0002\0\0\0.", "expected 10,000,000,000 more bytes of the pickle at byte 9, got 1. The file is cut off or damaged: get or write it again." },
        { "\u008b\u00ff\u00ff\u00ff\u00ff.", "expected a whole number at byte 0 of the pickle, got one of less than no bytes." + Damaged },
        { ".", "expected a value on the stack at byte 0 of the pickle, got none." + Damaged },
        { "}(.", "expected a value on the stack at byte 2 of the pickle, got none." + Damaged },
        { "}R", "expected 2 values on the stack at byte 1 of the pickle, got 1." + Damaged },
        { "](\u0086", "expected 2 values on the stack at byte 2 of the pickle, got 0." + Damaged },
        { "t", "expected a mark on the stack at byte 0 of the pickle, got none." + Damaged },
        { "}Na", "expected a list to append to at byte 2 of the pickle, got something else." + Damaged },
        { "]NNs", "expected a dictionary to put values in at byte 3 of the pickle, got something else." + Damaged },
        { "}(Nu", "expected a value for each key at byte 3 of the pickle, got a key alone." + Damaged },
        { "h\u0005", "expected a value that was remembered at byte 0 of the pickle, got none under 5." + Damaged },
        { "cos", "expected a name that ends with its line at byte 0 of the pickle, got the end of the pickle." + Damaged },
        { "NN\u0093", "expected a name in two texts at byte 2 of the pickle, got something else." + Damaged },
        { "NQ.", "expected a storage of the file at byte 1 of the pickle, got a reference to something else." + Damaged },
    };

    [Theory]
    [MemberData(nameof(Forbidden))]
    public void WhatWouldRun_IsNamedAndRefused(string pickle, string what) => Assert.Equal($"x: {Refused}{what}{NothingRan}", Message(pickle));

    [Theory]
    [MemberData(nameof(Broken))]
    public void WhatContradictsItself_HasItsMessage(string pickle, string message) => Assert.Equal($"x: {message}", Message(pickle));

    [Fact]
    public void BillionLaughs_TakeNoMemory()
    {
        // Each list holds the one before ten times; written out, the last would have 10^200 parts.
        var laughs = PickleBytes.New.Raw("]q\0");
        for (int level = 1; level <= 200; level++)
            laughs.Raw("](").Raw(string.Concat(Enumerable.Repeat($"h{(char)(level - 1)}", 10))).Raw($"eq{(char)level}");
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.IsType<List<object?>>(Read(laughs.Raw(".").ToArray()));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void DeepNesting_NeedsNoStack()
    {
        const int Depth = 490_000;
        Assert.IsType<List<object?>>(Read(PickleBytes.New.Raw(new string(']', Depth)).Raw(new string('a', Depth - 1)).Raw(".").ToArray()));
        Assert.IsType<object?[]>(Read(PickleBytes.New.Raw("N").Raw(new string('\u0085', Depth)).Raw(".").ToArray()));
    }

    [Fact]
    public void EndlessPickle_IsCutShort() =>
        Assert.Equal("x: expected a pickle of at most 1,000,000 instructions, got a longer one. Save the state dict alone.", Message(new string('}', 1_000_001)));

    [Theory]
    [InlineData("}")]
    [InlineData("]")]
    [InlineData("]\u0094")]
    [InlineData("]}s")]
    public void MillionContainers_TakeLittleMemory(string instructions)
    {
        byte[] pickle = PickleBytes.New.Raw(string.Concat(Enumerable.Repeat(instructions, 990_000 / instructions.Length))).Raw(".").ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            Read(pickle);
        }
        catch (MekikiException)
        {
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 128L << 20);
    }

    [Fact]
    public void LargeNumbersAndBytes_ArePassedOver()
    {
        var values = Assert.IsType<List<object?>>(Read(PickleBytes.New.Raw("](\u008a\u0009\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\0C\u0002ab\u008a\0\u008a\u0002\0\u00ffG?\u00f0\0\0\0\0\0\0e.").ToArray()));
        Assert.Equal([PickleReader.Opaque, PickleReader.Opaque, 0L, -256L, 1.0], values);
    }

    [Fact]
    public void AnyMutation_ReadsOrHasAMessage()
    {
        byte[] valid = PickleBytes.New.Raw("ccollections\nOrderedDict\nq\0)R(").Text("w").Tensor(8, 1, [2, 3], [3, 1]).Text("b").Tensor(8, 0, [2], [1]).Raw("u}(").Text("epoch").Number(3).Raw("ub.").ToArray();
        Assert.Equal(2, Assert.IsType<PickleDictionary>(Read(valid)).Items.Count);
        var edit = Gen.Select(Gen.Int[0, valid.Length - 1], Gen.Byte, Gen.Int[0, 2]);
        edit.Array[1, 6].Sample(edits =>
        {
            var bytes = valid.ToList();
            foreach (var (at, value, kind) in edits)
                if (at < bytes.Count)
                    switch (kind)
                    {
                        case 0: bytes[at] = value; break;
                        case 1: bytes.Insert(at, value); break;
                        default: bytes.RemoveAt(at); break;
                    }
            try
            {
                Read([.. bytes]);
            }
            catch (MekikiException e)
            {
                Assert.StartsWith("x: ", e.Message);
            }
        }, iter: 20_000);
        for (int length = 0; length < valid.Length; length++)
            Assert.Throws<MekikiException>(() => Read(valid[..length]));
    }

    private static string Message(string pickle) => Assert.Throws<MekikiException>(() => Read(System.Text.Encoding.Latin1.GetBytes(pickle))).Message;

    private static object? Read(byte[] pickle) =>
        PickleReader.Read("x", pickle, new TorchMeaning("x", new EightFloats()), out _);

    private sealed class EightFloats : ITorchStorages
    {
        public string? ProblemOf(TorchStorage storage) => storage is { Key: "0", Bytes: var bytes } && bytes == 32 ? null : "expected eight floats under 0.";

        public byte[] Read(TorchStorage storage) => new byte[32];
    }
}
