using Mekiki.Autograd;
using Mekiki.Layers;
using Mekiki.Losses;
using Mekiki.Optimizers;
using Mekiki.Vision.Data;
using Mekiki.Vision.Evaluation;
using Mekiki.Vision.Images;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Tests;

/// <summary>What a student of the chapter does wrong at first, and what he is told.</summary>
public class StudentMistakesTests
{
    [Fact]
    public void OwnDataSetAndNetwork_LearnByTheChaptersLoop()
    {
        var set = ImageSet.From(new TwoTones());
        var net = new Network(inFeatures: 16);
        net.Initialize(seed: 0);
        var optim = new Adam(net, learningRate: 0.05);
        var loader = new Loader(set, [.. Enumerable.Range(0, set.Count)], new Pipeline(new Grayscale(), new ToTensor()), new LoaderOptions { BatchSize = 8, Shuffle = true });
        int correct = 0;
        for (int epoch = 0; epoch < 5; epoch++)
        {
            correct = 0;
            loader.Start(epoch);
            while (loader.Next() is { } batch)
            {
                var y = net[batch.ToTensor().Flatten()];
                var loss = Loss.Nll(y, batch.Labels);
                correct += Evaluator.CountCorrect(y, batch.Labels);
                optim.ZeroGrad();
                loss.Backward();
                optim.Step();
            }
        }

        Assert.Equal(set.Count, correct);
    }

    [Fact]
    public void ForgottenChild_IsNamed_WithTheLineToWrite()
    {
        var message = Assert.Throws<InvalidOperationException>(() => new Forgetful()[Tensor.Zeros([1, 4])]).Message;
        Assert.Equal("Linear: expected a part that its network has registered, got one that it has not, so that it would be neither trained nor saved. In the network's constructor write: layer = Child(\"layer\", new Linear(…)).", message);
        Assert.StartsWith("Adam: expected parameters to train, got none.", Assert.Throws<ArgumentException>(() => new Adam(new Forgetful(), learningRate: 0.1)).Message);
    }

    [Fact]
    public void ForgottenStart_IsNamed()
    {
        var set = ImageSet.From(new TwoTones());
        var loader = new Loader(set, [0, 1, 2], new Pipeline(new Grayscale(), new ToTensor()));
        Assert.Equal("Loader: expected Start before Next, got no epoch that has begun. Call loader.Start(epoch) first.", Assert.Throws<InvalidOperationException>(loader.Next).Message);
    }

    [Fact]
    public void WrongSize_OfFlatImages_IsNotAnsweredByFlatten()
    {
        var flat = Assert.Throws<MekikiException>(() => new Network(inFeatures: 15)[Tensor.Zeros([8, 16])]).Message;
        Assert.Equal("Linear: expected x (N, I), weight (O, I) and bias (O), got (8, 16), (4, 15) and (4). Make I the same in both.", flat);
        Assert.EndsWith("Flatten images first.", Assert.Throws<MekikiException>(() => new Network(inFeatures: 16)[Tensor.Zeros([8, 1, 4, 4])]).Message);
    }

    [Fact]
    public void ReadingAnInnerResult_WithoutGradients_DoesNotSpeakOfBackwardAlone()
    {
        var net = new Keeping();
        using var off = Gradients.Off();
        _ = net[Tensor.Zeros([1, 4])];
        Assert.Contains("Backward frees such tensors, and without gradients the end of the outermost call. Read it before, or keep Detach() of it.", Assert.Throws<InvalidOperationException>(() => net.Kept!.ToArray()).Message);
    }

    [Fact]
    public void SplitsOfTooMany_NamePropertiesNotOptions()
    {
        string message = Assert.Throws<MekikiException>(() => Split.Random(ImageSet.From(new TwoTones()), seed: 0, trainCount: 1000)).Message;
        Assert.StartsWith("Train: expected 1 to 31, got 1,000.", message);
        Assert.DoesNotContain("--", message);
    }

    /// <summary>Dark and light images of 4x4 pixels.</summary>
    private sealed class TwoTones : IImageSource
    {
        public string Name => "tones";

        public IReadOnlyList<string> Classes => ["dark", "light"];

        public int Count => 32;

        public int LabelOf(int index) => index % 2;

        public ImageInput Read(int index) => ImageInput.FromPixels(Enumerable.Repeat((byte)(index + 180 * (index % 2)), 16).ToArray(), 4, 4, PixelFormat.Gray8);
    }

    private sealed class Network : Module
    {
        private readonly Linear fc1, fc2;

        public Network(int inFeatures)
        {
            fc1 = Child("fc1", new Linear(inFeatures, 4));
            fc2 = Child("fc2", new Linear(4, 2));
        }

        public override Tensor Forward(Tensor x) => fc2[fc1[x].Relu()].LogSoftmax(1);
    }

    private sealed class Forgetful : Module
    {
        private readonly Linear fc1 = new(4, 2);

        public override Tensor Forward(Tensor x) => fc1[x];
    }

    private sealed class Keeping : Module
    {
        private readonly Linear fc1;

        public Keeping() => fc1 = Child("fc1", new Linear(4, 2));

        public Tensor? Kept { get; private set; }

        public override Tensor Forward(Tensor x) => (Kept = fc1[x]).Relu();
    }
}
