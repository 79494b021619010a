using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Tests.Runs;

public sealed class PretrainedStartTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DataOptions Data => new() { Source = folder["bars"], Train = 120, Test = 30, Seed = 5 };

    [Fact]
    public void Run_HoldsSomeImagesOut_KeepsItsBeginning_AndGoesOnWithoutTheNetworkItCameFrom()
    {
        var options = Options();
        string whole = TrainingRun.Create(Data, options, folder["whole"]).Train(cancellation: Token).Recognizer.WeightsSha256;
        var run = TrainingRun.Create(Data, options, folder["run"]);
        Assert.Equal((108, 12), (run.Split.Train.Length, run.Split.Validation.Length));
        Assert.Contains("12 of the training images are held out: they choose the best epoch. Set another share by --validation.", run.Notes);
        Assert.Contains($"Begins with the weights of {options.From}, but for the last layer, which have another shape there: they are drawn.", run.Notes);
        TrainingRunTests.StopAfter(run, 3);
        File.Delete(options.From!);
        Assert.Equal(whole, TrainingRun.Resume(folder["run"]).Train(cancellation: Token).Recognizer.WeightsSha256);
        Assert.Equal(whole, Recognizer.Load(folder["run"]).WeightsSha256);
    }

    [Fact]
    public void FewImages_LearnTheLastLayerAlone()
    {
        var run = TrainingRun.Create(Data with { Train = 60, Test = 30 }, Options(), folder["run"], settle: (set, split, options) =>
        {
            PretrainedStart.Learn(Recognizer.Load(options.From!), set, split, options, folder["start.safetensors"], cancellation: Token);
            return options with { From = folder["start.safetensors"] };
        });
        Assert.Contains("60 training images are too few to train a whole network with some of them held out; the last layer alone is learnt.", run.Notes);
        var result = run.Train(cancellation: Token);
        Assert.Equal((0, Recognizer.Load(folder["start.safetensors"]).WeightsSha256), (result.Best!.Epoch, result.Recognizer.WeightsSha256));
        Assert.Equal(RunState.Done, RunSummary.Read(folder["run"]).State);
        Assert.Contains($"Begins with the weights of {folder["three.safetensors"]}.", run.Notes);
    }

    [Fact]
    public void Photo_BeginsWithWhatIsHere_OrWithNothing()
    {
        var photo = Preset.Find("photo");
        var (options, note) = PretrainedStart.Begin(photo, folder["data"])!.Value;
        Assert.Equal((photo.FromNothing, "resnet18_small"), (options, options.Model));
        Assert.StartsWith("No pretrained network is given or here: resnet18_small is trained from nothing", note, StringComparison.Ordinal);
        Directory.CreateDirectory(folder["data/weights"]);
        File.WriteAllText(PublishedWeights.Named("mobilenet_v2").PathIn(folder["data"]), "");
        Assert.Equal((photo.Options with { From = "mobilenet_v2" }, "Begins with mobilenet_v2, which is here; --from names another network."), PretrainedStart.Begin(photo, folder["data"]));
        Assert.Null(PretrainedStart.Begin(new Preset("own", "from a file", photo.Options), folder["none"]));
    }

    [Theory]
    [InlineData(999, false, true)]
    [InlineData(1000, false, false)]
    [InlineData(1000, true, true)]
    public void NormsKeepTheirStatistics_WhereFewImagesTrain(int images, bool isAsked, bool areFrozen)
    {
        var set = Bars.Set(images + 30, 2);
        var options = Preset.Find("photo").Options with { FreezeNorms = isAsked };
        Assert.Equal(areFrozen, PretrainedStart.Parts(set, Split.Stratified(set, 0, images, 30), new(), options).Options.FreezeNorms);
    }

    [Fact]
    public void OtherPixelsInTraining_AreTold()
    {
        var options = Options() with { TrainScale = 0.75, Unfreeze = 1 };
        var run = TrainingRun.Create(Data with { Margin = 2, Size = 12 }, options, folder["run"]);
        Assert.Contains("Random crops see a margin of 2 pixels around the 12x12 that tests see.", run.Notes);
        Assert.Contains("Training images have 9x9 pixels, those of tests 12x12.", run.Notes);
        string sha256 = run.Train(cancellation: Token).Recognizer.WeightsSha256;
        Assert.Equal("1x16x16", TestData.Open(folder["run"], Recognizer.Load(folder["run/model.safetensors"])).Set.Shape.ToString());
        Assert.Equal(sha256, Recognizer.Load(folder["run/model.safetensors"]).WeightsSha256);
        // As before where nothing is said.
        Assert.DoesNotContain(TrainingRun.Create(Data, Options(), folder["other"]).Notes, n => n.Contains("pixels", StringComparison.Ordinal));
    }

    [Fact]
    public void Images_AreOpenedAsTheNetworkTakesThem()
    {
        Options();
        var any = Recognizer.Load(folder["three.safetensors"]);
        Assert.Equal(new DataOptions { Channels = 1, MostPixels = 144, Resampling = Resampling.Bilinear }, PretrainedStart.DataFor(new(), any));
        Assert.Equal(new DataOptions { Channels = 3, Size = 64, Resampling = Resampling.Bilinear }, PretrainedStart.DataFor(new() { Channels = 3, Size = 64 }, any));
        var set = Bars.Set();
        var one = new Trainer(set, Split.Stratified(set, 0), new TrainOptions { Model = "mlp" }).Recognizer;
        Assert.Equal(new DataOptions { Channels = 1, Size = 12, Resampling = Resampling.Bilinear }, PretrainedStart.DataFor(new(), one));
        var cubic = new Recognizer(one.Network, one.Card with { Preprocessing = one.Preprocessing with { Resampling = Resampling.Bicubic } });
        Assert.Equal(Resampling.Bicubic, PretrainedStart.DataFor(new(), cubic).Resampling);
        Assert.Equal(Resampling.Bilinear, PretrainedStart.DataFor(new() { Resampling = Resampling.Bilinear }, cubic).Resampling);
    }

    private TrainOptions Options()
    {
        var set = Bars.Set();
        if (!Directory.Exists(folder["bars"]))
            Bars.Folder(folder, 150, 2);
        if (!File.Exists(folder["three.safetensors"]))
            new Trainer(set, Split.Stratified(set, 0), new TrainOptions { Model = "resnet20", BatchSize = 16 }).Run(Token).Recognizer.Save(folder["three.safetensors"]);
        return new() { Model = "pretrained", From = folder["three.safetensors"], Epochs = 2, BatchSize = 16, LearningRate = 0.001, Augmentation = "crop" };
    }
}
