using Mekiki.Files;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Tests;

/// <summary>Model files that are cut off, lie, or are of another kind: each ends in a message, without memory taken for what they claim.</summary>
public sealed class HostileModelTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Path => folder["m.safetensors"];

    private string Refused()
    {
        string message = Assert.Throws<MekikiException>(() => Recognizer.Load(Path)).Message;
        Assert.StartsWith(Path + ": ", message);
        return message[(Path.Length + 2)..];
    }

    private static ModelCard Card(int classes = 2) => new("mlp", [.. Enumerable.Range(0, classes).Select(c => $"class {c}")], Preprocessing.For(new(1, 8, 8)));

    private static Module Network(int classes = 2) => Catalogue.Find("mlp").Create(new(1, 8, 8), classes);

    private void Write(string card) =>
        new SafetensorsWriter().AddText("mekiki", card).Add(Network().StateDict()).Save(Path);

    [Fact]
    public void NoSuchFile() => Assert.Equal("expected a safetensors file, got no such file. Check the path.", Refused());

    [Fact]
    public void CutOffAnywhere_IsRefused()
    {
        new Recognizer(Network(), Card()).Save(Path);
        byte[] whole = File.ReadAllBytes(Path);
        foreach (int length in new[] { 0, 7, 8, 100, whole.Length / 2, whole.Length - 1 })
        {
            File.WriteAllBytes(Path, whole[..length]);
            Refused();
        }
    }

    [Fact]
    public void EveryChangedByteOfTheWeights_IsNoticed()
    {
        new Recognizer(Network(), Card()).Save(Path);
        byte[] bytes = File.ReadAllBytes(Path);
        bytes[^5] ^= 1;
        File.WriteAllBytes(Path, bytes);
        Assert.StartsWith("expected weights with sha256 ", Refused());
    }

    [Fact]
    public void WeightsAlone_AreNoModelFile()
    {
        new SafetensorsWriter().Add(Network().StateDict()).Save(Path);
        Assert.Equal("expected a model file that Mekiki wrote, got a safetensors file without 'mekiki' in its metadata. It holds weights alone: their classes and preprocessing are not known; WeightsImport.Run adds them.", Refused());
    }

    [Fact]
    public void OtherClassesThanWeights_NamesBothShapes()
    {
        ModelFile.Writer(Network(3), Card(2)).Save(Path);
        Assert.Equal("fc3.weight has shape (2, 32) in the model, (3, 32) in the file; fc3.bias has shape (2) in the model, (3) in the file. Use weights of the same network with the same sizes.", Refused());
    }

    [Theory]
    [InlineData("", "to describe a model")]
    [InlineData("null", "to describe a model")]
    [InlineData("[1,2]", "to describe a model")]
    [InlineData("""{"model":"mlp"}""", "to describe a model")]
    [InlineData("""{"model":null,"classes":["a"],"preprocessing":{"channels":1,"height":8,"width":8}}""", "to describe a model")]
    [InlineData("""{"model":"mlp","classes":[null,"a"],"preprocessing":{"channels":1,"height":8,"width":8}}""", "classes with different names")]
    [InlineData("""{"model":"mlp","classes":[],"preprocessing":{"channels":1,"height":8,"width":8}}""", "classes with different names, got 0")]
    [InlineData("""{"model":"mlp","classes":["a","a"],"preprocessing":{"channels":1,"height":8,"width":8}}""", "classes with different names, got 2")]
    [InlineData("""{"model":"mlq","classes":["a","b"],"preprocessing":{"channels":1,"height":8,"width":8}}""", "Unknown model 'mlq'. Did you mean 'mlp'?")]
    [InlineData("""{"model":"mlp","classes":["a","b"],"preprocessing":{"channels":2,"height":8,"width":8}}""", "Preprocessing: expected 1 channel (grey) or 3 (RGB), got 2.")]
    [InlineData("""{"model":"mlp","classes":["a","b"],"preprocessing":{"channels":1,"height":100000,"width":8}}""", "Preprocessing: expected a height of 1 to 6,144 pixels, got 1")]
    [InlineData("""{"model":"mlp","classes":["a","b"],"preprocessing":{"channels":1,"height":8,"width":8,"deviation":0}}""", "Preprocessing: expected a deviation above 0, got 0.")]
    [InlineData("""{"model":"mlp","classes":["a","b"],"preprocessing":{"channels":1,"height":8,"width":8,"mean":[0.1,0.2,0.3]}}""", "Preprocessing: expected 1 mean for grey images, got 3.")]
    [InlineData("""{"model":"mlp","classes":["a","b"],"preprocessing":{"channels":3,"height":8,"width":8,"mean":[0.1,0.2]}}""", "Preprocessing: expected 1 mean or 3 (RGB), got 2.")]
    [InlineData("""{"model":"mlp","classes":["a","b"],"preprocessing":{"channels":3,"height":8,"width":8,"deviation":[1,1,1,1]}}""", "Preprocessing: expected 1 deviation or 3 (RGB), got 4.")]
    [InlineData("""{"model":"mlp","classes":["a","b"],"preprocessing":{"channels":3,"height":8,"width":8,"deviation":[0.2,-0.2,0.2]}}""", "Preprocessing: expected a deviation above 0, got -0.2.")]
    [InlineData("""{"model":"mlp","classes":["a","b"],"preprocessing":{"channels":3,"height":8,"width":8,"deviation":[0.2,0.2,1e99]}}""", "Preprocessing: expected a deviation above 0, got Infinity.")]
    [InlineData("""{"model":"mlp","classes":["a","b"],"preprocessing":{"channels":3,"height":8,"width":8,"mean":[0.2,-1e99,0.2]}}""", "Preprocessing: expected a finite mean, got -Infinity.")]
    [InlineData("""{"model":"mlp","classes":["a","b"],"preprocessing":{"channels":3,"height":8,"width":8,"mean":[]}}""", "Expected a number or a list of numbers, got an empty list.")]
    [InlineData("""{"model":"mlp","classes":["a","b"],"preprocessing":{"channels":3,"height":8,"width":8,"mean":null}}""", "Expected a number or a list of numbers, got Null.")]
    [InlineData("""{"model":"mlp","classes":["a","b"],"preprocessing":{"channels":3,"height":8,"width":8,"mean":"0.5"}}""", "Expected a number or a list of numbers, got String.")]
    [InlineData("""{"model":"mlp","classes":["a","b"],"preprocessing":{"channels":3,"height":8,"width":8,"mean":[0.1,[0.2],0.3]}}""", "Expected a number or a list of numbers, got StartArray.")]
    [InlineData("""{"model":"mlp","classes":["a","b"],"preprocessing":{"channels":3,"height":8,"width":8,"mean":[0.1,"NaN",0.3]}}""", "Expected a number or a list of numbers, got String.")]
    [InlineData("""{"model":"mlp","classes":["a","b"],"preprocessing":{"channels":3,"height":8,"width":8,"mean":{"r":0.1}}}""", "Expected a number or a list of numbers, got StartObject.")]
    [InlineData("""{"model":"mlp","classes":["a","b"],"preprocessing":{"channels":1,"height":6144,"width":6144}}""", "expected at most 2,147,483,647 elements")]
    [InlineData("""{"model":"cnn","classes":["a","b"],"preprocessing":{"channels":1,"height":2,"width":2}}""", "Linear: expected 1 feature or more")]
    [InlineData("""{"model":"cnn","classes":["a","b"],"preprocessing":{"channels":1,"height":8,"width":8}}""", "conv1.weight (64, 1, 3, 3) is missing")]
    public void CardThatLies_IsRefused(string card, string message)
    {
        Write(card);
        Assert.Contains(message, Refused());
    }

    [Fact]
    public void UnknownFields_ArePassedOver()
    {
        Write("""{"later":{"x":[1]},"model":"mlp","classes":["a","b"],"preprocessing":{"channels":1,"height":8,"width":8,"more":1}}""");
        Assert.Equal(["a", "b"], Recognizer.Load(Path).Classes);
    }

    [Fact]
    public void CardOfMegabytes_IsRefused()
    {
        Write($"{{{new string(' ', 5 << 20)}");
        Assert.Equal("expected 'mekiki' in its metadata to have at most 4,194,304 characters, got 5,242,881. The file is damaged: get or write it again.", Refused());
    }
}
