using Mekiki.Layers;
using Mekiki.Vision.Data;
using Mekiki.Vision.Models;
using Mekiki.Vision.Tests.Training;
using Mekiki.Vision.Training;

namespace Mekiki.Vision.Tests.Models;

/// <summary>Other tests go over all names of the catalogue, so nothing runs beside these.</summary>
[CollectionDefinition(nameof(OwnModelTests), DisableParallelization = true)]
public sealed class OwnModels;

[Collection(nameof(OwnModelTests))]
public sealed class OwnModelTests : IDisposable
{
    private static readonly ModelEntry tiny = new("own-tiny", 2026, "none", "one linear layer", (input, classes) => new Tiny(input.Length, classes)) { Optimizer = new("sgd", 0.02) };
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Catalogue.Remove(tiny.Name);
        folder.Dispose();
    }

    [Fact]
    public void AddedNetwork_HasANameForTrainingFilesAndDefaults()
    {
        Catalogue.Add(tiny);
        var set = Bars.Set();
        var options = new TrainOptions { Model = "Own-Tiny", Epochs = 2, BatchSize = 16 };
        Assert.Equal(("own-tiny", "sgd", 0.02), (options.Model, options.Optimizer, options.LearningRate));
        var result = new Trainer(set, Split.Stratified(set, 0, 72, 24), options).Run(Token);
        result.Recognizer.Save(folder["m.safetensors"]);
        var loaded = Recognizer.Load(folder["m.safetensors"]);
        Assert.Equal((result.Recognizer.WeightsSha256, "own-tiny"), (loaded.WeightsSha256, loaded.Card.Model));
    }

    [Fact]
    public void Name_IsTakenOnce_AndGivenBack()
    {
        int before = Catalogue.All.Count;
        Catalogue.Add(tiny);
        Assert.Equal("Catalogue: expected a name that no other network has, got 'OWN-TINY'. Choose another. (Parameter 'entry')", Assert.Throws<ArgumentException>(() => Catalogue.Add(tiny with { Name = "OWN-TINY" })).Message);
        Assert.Throws<ArgumentException>(() => Catalogue.Add(tiny with { Name = "cnn" }));
        Assert.Throws<ArgumentException>(() => Catalogue.Add(tiny with { Name = " " }));
        Assert.Throws<ArgumentNullException>(() => Catalogue.Add(null!));
        Assert.Equal(before + 1, Catalogue.All.Count);
        Assert.True(Catalogue.Remove("OWN-TINY"));
        Assert.False(Catalogue.Remove("own-tiny"));
        Assert.False(Catalogue.Remove("cnn"));
        Assert.Equal(before, Catalogue.All.Count);
    }

    private sealed class Tiny : Module
    {
        private readonly Linear fc;

        public Tiny(int inFeatures, int classes) => fc = Child("fc", new Linear(inFeatures, classes));

        public override Tensor Forward(Tensor x) => fc[x.Flatten()];
    }
}
