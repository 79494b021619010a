using Mekiki.Layers;
using Mekiki.Vision.Explanations;
using Mekiki.Vision.Models;

namespace Mekiki.Vision.Tests.Explanations;

public class FeatureMapsTests
{
    private static Recognizer Made(string model)
    {
        var entry = Catalogue.Find(model);
        return new Recognizer(entry.Create(entry.DefaultInput, 3, seed: 1), new ModelCard(model, ["a", "b", "c"], Preprocessing.For(entry.DefaultInput)));
    }

    private static Tensor Random(Recognizer recognizer, int count = 2)
    {
        var generator = new Generator(2);
        var input = recognizer.Preprocessing;
        return Tensor.Uniform([count, input.Channels, input.Height, input.Width], ref generator);
    }

    [Fact]
    public void Maps_AreWhatTheLayersReturn()
    {
        var network = new Sequential(new Conv2d(1, 4, 3, padding: 1), new Relu(), new MaxPool2d(2), new Dropout(0.5f), new Flatten(), new Linear(4 * 16, 3));
        network.Initialize(1);
        var recognizer = new Recognizer(network, new ModelCard("own", ["a", "b", "c"], new Preprocessing(1, 8, 8)));
        var x = Random(recognizer);
        var maps = FeatureMaps.Of(recognizer, x);
        Assert.Equal(["0 (2, 4, 8, 8)", "1 (2, 4, 8, 8)", "2 (2, 4, 4, 4)"], maps.Select(m => $"{m.Layer} {m.Maps.Shape}"));
        var first = network.Children[0].Module[x];
        Assert.Equal(first.ToArray(), maps[0].Maps.ToArray());
        Assert.Equal(first.Relu().ToArray(), maps[1].Maps.ToArray());
        Assert.Equal(new MaxPool2d(2)[first.Relu()].ToArray(), Assert.Single(FeatureMaps.Of(recognizer, x, "2")).Maps.ToArray());
    }

    [Fact]
    public void Neocognitrons_ShowTheirCells()
    {
        var recognizer = Made("neocognitron");
        Assert.Equal(["receptors (2, 1, 16, 16)", "s1 (2, 24, 16, 16)", "c1 (2, 24, 10, 10)", "s2 (2, 24, 8, 8)", "c2 (2, 24, 6, 6)", "s3 (2, 24, 2, 2)", "c3 (2, 24, 1, 1)"],
            FeatureMaps.Of(recognizer, Random(recognizer)).Select(m => $"{m.Layer} {m.Maps.Shape}"));
        Assert.Equal(["contrast (2, 2, 48, 48)", "s1 (2, 16, 48, 48)", "c1 (2, 16, 24, 24)"], FeatureMaps.Of(Made("neocognitron2003"), Random(Made("neocognitron2003"))).Take(3).Select(m => $"{m.Layer} {m.Maps.Shape}"));
    }

    [Fact]
    public void LayerThatIsCalledTwice_HasTwoMaps()
    {
        var recognizer = new Recognizer(new Twice(), new ModelCard("own", ["a", "b"], new Preprocessing(1, 8, 8)));
        Assert.Equal(["conv", "conv#2"], FeatureMaps.Of(recognizer, Random(recognizer)).Select(m => m.Layer));
        Assert.Equal("conv#2", Assert.Single(FeatureMaps.Of(recognizer, Random(recognizer), "conv#2")).Layer);
    }

    [Fact]
    public void Mistakes_AreNamed()
    {
        var mlp = Made("mlp");
        Assert.Equal("Feature maps: expected a network whose layers give maps (N, C, H, W), got 'mlp', whose layers do not. Choose a network with convolutions.",
            Assert.Throws<MekikiException>(() => FeatureMaps.Of(mlp, Random(mlp))).Message);
        var cnn = Made("cnn");
        Assert.StartsWith("Layer 'cov1': expected a layer that gives maps (N, C, H, W). Did you mean 'conv1'? These do: conv1, ", Assert.Throws<MekikiException>(() => FeatureMaps.Of(cnn, Random(cnn), "cov1")).Message);
    }

    private sealed class Twice : Module
    {
        private readonly Conv2d conv = new(1, 1, 3, padding: 1);
        private readonly Linear fc = new(64, 2);

        public Twice()
        {
            Child("conv", conv);
            Child("fc", fc);
        }

        public override Tensor Forward(Tensor x) => fc[conv[conv[x]].Flatten()];
    }
}
