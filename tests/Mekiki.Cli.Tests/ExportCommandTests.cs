using System.Text.Json;
using Mekiki.Vision;
using Mekiki.Vision.Images;

namespace Mekiki.Cli.Tests;

public sealed class ExportCommandTests : IClassFixture<EvaluateCommandTests.Trained>, IDisposable
{
    private readonly EvaluateCommandTests.Trained trained;
    private readonly TemporaryFolder folder = new();

    public ExportCommandTests(EvaluateCommandTests.Trained trained) => this.trained = trained;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_WritesTheFile_AndTellsWhatIsInIt()
    {
        string file = folder["model.onnx"];
        var run = TestHost.Run("export", trained.Run, "--out", file, "--logits");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Matches("^source     .*, mlp, sha256 [0-9a-f]{64}\ninput      images, uint8 \\(N, 1, 12, 12\\)\noutput     probabilities and logits, float32 \\(N, 3\\)\nwritten    .*model.onnx, [0-9,]+ bytes, opset 18\n$", run.Out);
        var json = JsonDocument.Parse(TestHost.Run("export", trained.Run, "--out", file, "--opset", "13", "--json").Out).RootElement;
        Assert.Equal(["command", "source", "model", "classes", "input", "opset", "weights_sha256", "bytes", "largest_difference", "out"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal((13, new FileInfo(file).Length, Recognizer.Load(trained.Run).WeightsSha256), (json.GetProperty("opset").GetInt32(), json.GetProperty("bytes").GetInt64(), json.GetProperty("weights_sha256").GetString()));
    }

    [Theory]
    [InlineData]
    [InlineData("--resize-in-graph")]
    public void Verify_TellsTheLargestDifference(params string[] options)
    {
        var made = Recognizer.Load(trained.Run);
        string model = folder["stretched.safetensors"];
        new Recognizer(made.Network, made.Card with { Preprocessing = made.Preprocessing with { Fit = ImageFit.Stretch } }).Save(model);
        var run = TestHost.Run(["export", model, "--out", folder["model.onnx"], "--verify", .. options]);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Matches("\nverified   16 images, probabilities differ by at most [0-9.]+E-[0-9]+\n$", run.Out);
    }

    [Fact]
    public void ExportedModel_IsTestedAndPredictedWith_AsTheModelItself()
    {
        string file = folder["model.onnx"];
        Assert.Equal(0, TestHost.Run("export", trained.Run, "--out", file).Code);
        Assert.Equal(Accuracy(Path.Combine(trained.Run, "model.safetensors")), Accuracy(file));
        string picture = Directory.EnumerateFiles(trained.Folder["pictures"], "*.png", SearchOption.AllDirectories).First();
        var (ours, again) = (TestHost.Run("predict", trained.Run, picture, "--csv"), TestHost.Run("predict", file, picture, "--csv"));
        Assert.Equal((0, ours.Out.Split(',')[6]), (again.Code, again.Out.Split(',')[6]));

        double Accuracy(string model) =>
            JsonDocument.Parse(TestHost.Run("test", model, "--data", trained.Folder["pictures"], "--json").Out).RootElement.GetProperty("accuracy").GetDouble();
    }

    [Theory]
    [InlineData(new string[0], "--out: expected a file to write, got none. Give one whose name ends in .onnx.\n")]
    [InlineData(new[] { "--out", "model.pt" }, "--out: expected a name that ends in .onnx, got 'model.pt'.\n")]
    [InlineData(new[] { "--out", "model.onnx", "--opset", "17" }, "--opset: expected one of 18, 13, got '17'.")]
    [InlineData(new[] { "--out", "model.onnx", "--opset", "13", "--resize-in-graph" }, "--resize-in-graph: expected --opset 18, got 13. Leave one of them out.\n")]
    public void Mistakes_AreSaid(string[] options, string message)
    {
        var run = TestHost.Run(["export", trained.Run, .. options]);
        Assert.Equal(2, run.Code);
        Assert.StartsWith(message, run.Error);
    }
}
