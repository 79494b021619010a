using Mekiki.Files;

namespace Mekiki.Tests.Files;

/// <summary>PyTorch files whose sizes, strides and storages lie: each has its message before memory is taken.</summary>
public sealed class HostileTorchTests : IDisposable
{
    private const string Damaged = " The file is damaged: get or write it again.";
    private readonly TemporaryFolder folder = new();

    /// <summary>Numbers that the storage should have, offset, sizes, strides of a tensor in a storage of 8 floats; and the message.</summary>
    public static TheoryData<long, long, long[], long[], string> Tensors => new()
    {
        { 2_500_000_000, 0, [2_500_000_000], [1], "storage '0': expected 10,000,000,000 bytes for 2,500,000,000 numbers of F32, got 32." },
        { long.MaxValue, 0, [1], [1], "storage '0': expected 36,893,488,147,419,103,228 bytes for 9,223,372,036,854,775,807 numbers of F32, got 32." },
        { -8, 0, [1], [1], "storage '0': expected -32 bytes for -8 numbers of F32, got 32." },
        { 8, 0, [9], [1], "a tensor of storage '0': expected its last element within the 8 of its storage, got number 8." },
        { 8, 7, [2], [1], "a tensor of storage '0': expected its last element within the 8 of its storage, got number 8." },
        { 8, 8, [1], [1], "a tensor of storage '0': expected its last element within the 8 of its storage, got number 8." },
        { 8, long.MaxValue, [2], [long.MaxValue], "a tensor of storage '0': expected its last element within the 8 of its storage, got number 18,446,744,073,709,551,614." },
        { 8, -1, [1], [1], "a tensor of storage '0': expected an offset and strides of 0 or more, got -1 and (1)." },
        { 8, 7, [2], [-1], "a tensor of storage '0': expected an offset and strides of 0 or more, got 7 and (-1)." },
        { 8, 0, [2, 4], [4], "a tensor of storage '0': expected a stride for each of 2 dimensions, got 1." },
        { 8, 0, [-2], [1], "a tensor of storage '0': expected at most 6 dimensions and 2,147,483,647 elements, got (-2)." },
        { 8, 9, [0], [1], "a tensor of storage '0': expected an offset within the 8 elements of its storage, got 9." },
        { 8, 1L << 61, [0, 3], [1, 1], "a tensor of storage '0': expected an offset within the 8 elements of its storage, got 2,305,843,009,213,693,952." },
        { 8, 0, [2_000_000_000], [0], "a tensor of storage '0': expected at most as many elements as its storage has, 8, got 2,000,000,000 by repeating them." },
        { 8, 0, [3_000_000_000], [0], "a tensor of storage '0': expected at most 6 dimensions and 2,147,483,647 elements, got (3000000000)." },
        { 8, 0, [4294967296, 4294967296], [0, 0], "a tensor of storage '0': expected at most 6 dimensions and 2,147,483,647 elements, got (4294967296, 4294967296)." },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Tensors))]
    public void TensorThatLies_IsRefused(long numbers, long offset, long[] sizes, long[] strides, string message) =>
        Assert.Equal(message + Damaged, Message(PickleBytes.OneTensor(numbers, offset, sizes, strides)));

    [Fact]
    public void TensorThatIsTrue_IsRead()
    {
        File.WriteAllBytes(folder["true.pt"], Zip(PickleBytes.OneTensor(8, 1, [2, 3], [1, 2])));
        Assert.Equal([1f, 3, 5, 2, 4, 6], WeightsFile.Read(folder["true.pt"]).State["w"].ToArray());
    }

    [Fact]
    public void StorageThatIsNotThere_OrChanges_IsRefused()
    {
        Assert.Equal("storage '../../secret': expected a file data/../../secret in the zip, got none." + Damaged, Message(PickleBytes.OneTensor(8, 0, [8], [1], key: "../../secret")));
        Assert.Equal("storage '0': expected 64 bytes for 8 numbers of F64, got 32." + Damaged, Message(PickleBytes.OneTensor(8, 0, [8], [1], "DoubleStorage")));
        Assert.StartsWith("expected tensors, numbers, texts and containers alone, got 'torch.QInt8Storage'", Message(PickleBytes.OneTensor(8, 0, [8], [1], "QInt8Storage")));
        byte[] twice = PickleBytes.New.Raw("}(").Text("a").Tensor(8, 0, [8], [1]).Text("b").Tensor(4, 0, [4], [1], "DoubleStorage").Raw("u.").ToArray();
        Assert.Equal("storage '0': expected 8 numbers of F32, as before, got 4 of F64." + Damaged, Message(twice));
        Assert.StartsWith("expected tensors of at most 6 dimensions, got one of 7. ", Message(PickleBytes.OneTensor(8, 0, [1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1])));
    }

    [Fact]
    public void ViewsWithoutEnd_AreRefused()
    {
        var many = PickleBytes.New.Raw("}(");
        for (int i = 0; i < 20; i++)
            many.Text($"w{i}").Tensor(8, 0, [8], [1]);
        Assert.Equal("expected tensors of at most 128 numbers, since 8 are stored, got 160. No model shares its weights so often.", Message(many.Raw("u.").ToArray()));
    }

    [Theory]
    [InlineData(".", "N", "expected a state dict, tensors by name, got None. Save model.state_dict().")]
    [InlineData(".", "]", "expected a state dict, tensors by name, got a list. Save model.state_dict().")]
    [InlineData(".", "}", "expected a state dict, tensors by name, or a checkpoint that has one under state_dict, model_state_dict, model_state, model, net, got a dictionary of nothing. Save model.state_dict().")]
    [InlineData(".", "}X\u0001\0\0\0aK\u0005s", "expected a state dict, tensors by name, or a checkpoint that has one under state_dict, model_state_dict, model_state, model, net, got a dictionary of a (a number). Save model.state_dict().")]
    public void WhatIsNoStateDict_IsTold(string end, string pickle, string message) => Assert.Equal(message, Message(PickleBytes.New.Raw(pickle + end).ToArray()));

    [Fact]
    public void StateDictWithMoreThanTensors_NamesIt() =>
        Assert.Equal("expected a state dict of tensors alone, got epoch (a number), name (a text). Save model.state_dict() without them.",
            Message(PickleBytes.New.Raw("}(").Text("w").Tensor(8, 0, [8], [1]).Text("epoch").Number(3).Text("name").Text("x").Raw("u.").ToArray()));

    [Theory]
    [InlineData(10_000_000_000, true, "a/data/0", "expected a zip of weights, got what looks like a zip bomb: ")]
    [InlineData(10_000_000, true, "a/data/0", "storage '0': its two lengths in the zip, ")]
    [InlineData(10_000_000_000, false, "a/data/0", "lies outside the file")]
    [InlineData(31, true, "a/data/0", "storage '0': expected 32 bytes for 8 numbers of F32, got 31.")]
    [InlineData(31, false, "a/data/0", "storage '0': expected 32 bytes for 8 numbers of F32, got 31.")]
    [InlineData(10_000_000_000, true, "a/data.pkl", "expected a zip of weights, got what looks like a zip bomb: ")]
    [InlineData(10_000_000, true, "a/data.pkl", "a/data.pkl: its two lengths in the zip, ")]
    [InlineData(60_000, true, "a/data.pkl", "a/data.pkl: it does not unpack to the length that the zip declares; the zip is damaged. Get or write the file again.")]
    public void ZipThatLiesAboutALength_IsRefused(long told, bool deflate, string which, string message)
    {
        RawZip.File[] files = [new("a/data.pkl", PickleBytes.OneTensor(8, 0, [8], [1])), new("a/data/0", Numbers())];
        for (int i = 0; i < files.Length; i++)
            if (files[i].Name == which)
                files[i] = files[i] with { Deflate = deflate, ToldLength = told };
        Assert.Contains(message, MessageOf(RawZip.Of(files)));
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MaxValue - 100)]
    [InlineData(-1)]
    public void ZipWhoseDirectoryLiesBeyondAllNumbers_IsRefused(long offset)
    {
        // The end of the directory in 64 bits: signature, its length, versions, disks, counts, size, offset; and where it lies.
        byte[] zip = RawZip.Of(new RawZip.File("a/data/0", Numbers()));
        byte[] end = zip[^22..], wide = new byte[56], locator = new byte[20];
        BitConverter.GetBytes(0x06064b50).CopyTo(wide, 0);
        BitConverter.GetBytes(44L).CopyTo(wide, 4);
        BitConverter.GetBytes(1L).CopyTo(wide, 24);
        BitConverter.GetBytes(1L).CopyTo(wide, 32);
        BitConverter.GetBytes((long)BitConverter.ToInt32(end, 12)).CopyTo(wide, 40);
        BitConverter.GetBytes(offset).CopyTo(wide, 48);
        BitConverter.GetBytes(0x07064b50).CopyTo(locator, 0);
        BitConverter.GetBytes((long)zip.Length - 22).CopyTo(locator, 8);
        Assert.Equal("expected a whole zip file, got one that is cut off or damaged: its directory does not fit into the file. Download or copy it again.", MessageOf([.. zip[..^22], .. wide, .. locator, .. end]));
    }

    [Fact]
    public void PickleThatUnpacksToTooMuch_IsRefused() =>
        Assert.Equal("a/data.pkl: expected at most 33,554,432 bytes, got 33,554,433. Get or write the file again.", MessageOf(RawZip.Of(new RawZip.File("a/data.pkl", new byte[(32 << 20) + 1]))));

    [Fact]
    public void ArraysOfZeros_WhichUnpackToManyTimesTheirSize_AreRefused()
    {
        byte[] file = RawZip.Of(new RawZip.File("a.npy", new byte[17 << 20], Deflate: true));
        Assert.Equal($"expected a zip of weights, got what looks like a zip bomb: {file.Length - 108:N0} bytes that unpack to 17,825,792. Save the weights without packing them.", MessageOf(file));
    }

    [Fact]
    public void TwentyThousandTensorsAndMore_AreRefused()
    {
        Assert.Equal("expected at most 20,000 tensors, got 20,001 or more. No network has so many.", MessageOf(RawZip.Of([.. Enumerable.Range(0, 20_001).Select(i => new RawZip.File($"{i}.npy", []))])));
        string header = $"{{{string.Join(',', Enumerable.Range(0, 1_000_000).Select(i => $"\"{i}\":{{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}"))}}}";
        byte[] file = [.. BitConverter.GetBytes((long)header.Length), .. System.Text.Encoding.ASCII.GetBytes(header)];
        Allocated.AtMost((64L << 20) + 4L * file.Length, () => Assert.Equal("expected at most 20,000 tensors, got 20,001 or more. No network has so many.", MessageOf(file)));
    }

    [Fact]
    public void OtherZips_AreRefused()
    {
        Assert.Equal("expected weights, got a zip without a state dict (torch.save) or arrays (.npz) in it. Give the file of weights itself.", MessageOf(RawZip.Of(new RawZip.File("cat.png", Numbers()))));
        Assert.Equal("expected every file in the zip once, got 'a/data/0' twice." + Damaged, MessageOf(RawZip.Of(new("a/data.pkl", PickleBytes.OneTensor(8, 0, [8], [1])), new("a/data/0", Numbers()), new("a/data/0", Numbers()))));
        Assert.Equal("expected numbers in little-endian order, got another one. Save it on another machine.", MessageOf(RawZip.Of(new("a/data.pkl", PickleBytes.OneTensor(8, 0, [8], [1])), new("a/data/0", Numbers()), new("a/byteorder", "big"u8.ToArray()))));
    }

    [Fact]
    public void CutOffAnywhere_OrAnyByteChanged_ReadsOrHasAMessage()
    {
        byte[] whole = Zip(PickleBytes.OneTensor(8, 0, [8], [1]));
        for (int length = 0; length < whole.Length; length++)
            MessageOf(whole[..length]);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] changed = [.. whole];
            changed[at] ^= 0x41;
            File.WriteAllBytes(folder["x.pt"], changed);
            try
            {
                Assert.Single(WeightsFile.Read(folder["x.pt"]).Tensors);
            }
            catch (MekikiException e)
            {
                Assert.StartsWith($"{folder["x.pt"]}: ", e.Message);
            }
        }
    }

    private static byte[] Numbers() => [.. Enumerable.Range(0, 8).SelectMany(i => BitConverter.GetBytes((float)i))];

    private static byte[] Zip(byte[] pickle) => RawZip.Of(new("a/data.pkl", pickle), new("a/data/0", Numbers()), new("a/version", "3\n"u8.ToArray()));

    private string Message(byte[] pickle) => MessageOf(Zip(pickle));

    private string MessageOf(byte[] file)
    {
        File.WriteAllBytes(folder["x.pt"], file);
        string message = Assert.Throws<MekikiException>(() => WeightsFile.Read(folder["x.pt"])).Message;
        Assert.StartsWith($"{folder["x.pt"]}: ", message);
        return message[$"{folder["x.pt"]}: ".Length..];
    }
}
