using Mekiki.Files;
using Mekiki.Layers;
using Mekiki.Operations;
using Mekiki.Optimizers;

namespace Mekiki.Tests.Files;

/// <summary>State dicts in safetensors files.</summary>
public class WeightsTests
{
    [Fact]
    public void StateDict_SavedAndRead_IsTheSame()
    {
        using var folder = new TemporaryFolder();
        var net = Net(1);
        new SafetensorsWriter().Add(net.StateDict()).Save(folder["net.safetensors"]);
        using var file = SafetensorsFile.Open(folder["net.safetensors"]);
        Assert.Equal(net.StateDict().Select(s => s.Name).Order(), file.Entries.Select(e => e.Name).Order());
        Assert.Equal(StoredType.I64, file["1.num_batches_tracked"].Type);
        Assert.Equal(0, file["1.num_batches_tracked"].Shape.Length);
        Assert.Equal([4L, 3, 3, 3], file["0.weight"].Shape.ToArray());
        var other = Net(2);
        other.LoadStateDict(file.ReadAll());
        Assert.Equal(Weights.Sha256(net.StateDict()), Weights.Sha256(other.StateDict()));
        Assert.NotEqual(Weights.Sha256(net.StateDict()), Weights.Sha256(Net(2).StateDict()));
    }

    [Fact]
    public void Checkpoint_ResumesTraining_BitForBit()
    {
        using var folder = new TemporaryFolder();
        var net = Net(1);
        var adam = new Adam(net, 1e-2);
        Train(net, adam, 0, 2);
        new SafetensorsWriter().Add(net.StateDict(), "model.").Add(adam.StateDict(), "optimizer.").Save(folder["checkpoint.safetensors"]);
        Train(net, adam, 2, 4);

        var resumed = Net(2);
        var second = new Adam(resumed, 1e-2);
        using var file = SafetensorsFile.Open(folder["checkpoint.safetensors"]);
        resumed.LoadStateDict(file.ReadAll("model."), file.Name);
        second.LoadStateDict(file.ReadAll("optimizer."), file.Name);
        Train(resumed, second, 2, 4);
        Assert.Equal(Weights.Sha256(net.StateDict()), Weights.Sha256(resumed.StateDict()));
        Assert.Equal(Weights.Sha256(adam.StateDict()), Weights.Sha256(second.StateDict()));
    }

    [Fact]
    public void ImagesThatLieChannelsLast_AreStoredRowMajor()
    {
        float[] values = [.. Enumerable.Range(0, 24).Select(i => (float)i)];
        var x = LayoutOperation.Images(Tensor.From(values, [1, 2, 3, 4]));
        Assert.Equal(Mekiki.Backends.Layout.ChannelsLast, x.Layout);
        using var bytes = new MemoryStream();
        new SafetensorsWriter().Add([("x", x)]).Write(bytes);
        Assert.Equal(values, SafetensorsFile.Open(bytes.ToArray(), "x").ReadAll()["x"].ToArray());
    }

    [Theory]
    [InlineData("F32", "0000C03F000040C0")]
    [InlineData("F16", "003E00C2")]
    [InlineData("BF16", "C03F40C0")]
    [InlineData("F64", "000000000000F83F00000000000008C0")]
    public void FloatsOfAnyWidth_LoadIntoParameters(string type, string hex)
    {
        var file = SafetensorsFile.Open(
            SafetensorsTests.Bytes($$"""{"weight":{"dtype":"{{type}}","shape":[1,2],"data_offsets":[0,{{hex.Length / 2}}] } }""", Convert.FromHexString(hex)), "x");
        var layer = new Linear(2, 1, bias: false);
        layer.LoadStateDict(file.ReadAll());
        Assert.Equal([1.5f, -3f], layer.Parameters()[0].ToArray());
    }

    [Fact]
    public void StateThatDoesNotFit_NamesAllProblems_AndChangesNothing()
    {
        var net = Net(1);
        string before = Weights.Sha256(net.StateDict());
        var state = net.StateDict().ToDictionary();
        state.Remove("0.bias");
        state["4.weight"] = Tensor.Zeros([46, 16]);
        state["1.num_batches_tracked"] = Tensor.Scalar(1);
        state["fc.weight"] = Tensor.Zeros([2]);
        var error = Assert.Throws<MekikiException>(() => net.LoadStateDict(state, "model.safetensors"));
        Assert.Equal(
            "model.safetensors: 0.bias (4) is missing; 1.num_batches_tracked is Int64 in the model, Float32 in the file; 4.weight has shape (3, 16) in the model, (46, 16) in the file; fc.weight (2) is not in the model. Use weights of the same network with the same sizes.",
            error.Message);
        Assert.Equal(before, Weights.Sha256(net.StateDict()));

        error = Assert.Throws<MekikiException>(() => net.LoadStateDict(Enumerable.Range(0, 80).ToDictionary(i => $"layer{i}", _ => Tensor.Scalar(0))));
        Assert.StartsWith("state dict: 0.weight (4, 3, 3, 3) is missing; ", error.Message);
        Assert.EndsWith("; layer49 () is not in the model; and 30 more of the file's. Use weights of the same network with the same sizes.", error.Message);
    }

    [Fact]
    public void NamesThatDifferByAPrefix_AreAllTold_WithAHint()
    {
        var net = new Linear(2, 1);
        var error = Assert.Throws<MekikiException>(() => net.LoadStateDict(net.StateDict().ToDictionary(t => $"net.fc.{t.Name}", t => t.Tensor), "x.pt"));
        Assert.Equal("x.pt: weight (1, 2) is missing; bias (1) is missing; net.fc.weight (1, 2) is not in the model; net.fc.bias (1) is not in the model. All names of the model stand in the file with 'net.fc.' before them: take it off, and leave out what else there is.", error.Message);
        error = Assert.Throws<MekikiException>(() => new Sequential(net).LoadStateDict(net.StateDict().ToDictionary(), "x.pt"));
        Assert.Equal("x.pt: 0.weight (1, 2) is missing; 0.bias (1) is missing; weight (1, 2) is not in the model; bias (1) is not in the model. All names of the file stand in the model with '0.' before them: put it there.", error.Message);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", "x: expected tensors of at most 6 dimensions and 2,147,483,647 elements, got a: F32 (1, 1, 1, 1, 1, 1, 1). Use weights of a model of this catalogue.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,9000000000],"data_offsets":[0,0]}}""", "x: expected tensors of at most 6 dimensions and 2,147,483,647 elements, got a: F32 (0, 9000000000). Use weights of a model of this catalogue.")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}""", "x: tensor 'a': expected F32, F16, BF16, F64 or whole numbers, got F8_E4M3. Store it as one of these.")]
    [InlineData("""{"a":{"dtype":"U64","shape":[1],"data_offsets":[0,8]}}""", "x: tensor 'a': expected F32, F16, BF16, F64 or whole numbers, got U64. Store it as one of these.")]
    public void TensorThatNoModelHas_SaysWhat(string header, string expected)
    {
        int length = header.Contains(":[0,8]", StringComparison.Ordinal) ? 8 : header.Contains(":[0,4]", StringComparison.Ordinal) ? 4 : 0;
        var file = SafetensorsFile.Open(SafetensorsTests.Bytes(header, new byte[length]), "x");
        Assert.Equal(expected, Assert.Throws<MekikiException>(() => file.ReadAll()).Message);
    }

    private static Sequential Net(ulong seed)
    {
        var net = new Sequential(new Conv2d(3, 4, 3), new BatchNorm2d(4), new MaxPool2d(2), new Flatten(), new Linear(16, 3));
        net.Initialize(seed);
        return net;
    }

    private static void Train(Module net, Optimizer optimizer, int from, int to)
    {
        for (int step = from; step < to; step++)
        {
            var generator = new Generator(8, (ulong)step);
            var y = net[Tensor.Normal([4, 3, 6, 6], ref generator)];
            optimizer.ZeroGrad();
            (y * y).Mean().Backward();
            optimizer.Step();
        }
    }
}
