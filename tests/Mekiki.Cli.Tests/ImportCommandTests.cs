using Mekiki.Layers;
using Mekiki.Onnx;
using Mekiki.Vision;

namespace Mekiki.Cli.Tests;

public sealed class ImportCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_FileOfMekiki_IsRefused_AndDamagedOnesAreSaid()
    {
        var recognizer = new Recognizer(new Sequential(new Flatten(), new Linear(4, 2)), new ModelCard("own", ["a", "b"], new Preprocessing(1, 2, 2)));
        OnnxExport.Save(recognizer, folder["own.onnx"]);
        var own = TestHost.Run("import", folder["own.onnx"], "--out", folder["copy.onnx"]);
        Assert.Equal((2, $"{folder["own.onnx"]}: expected a file of another program, got one that Mekiki wrote, which tells its classes and preprocessing. Use it as it is.\n"), (own.Code, own.Error));
        File.WriteAllText(folder["text.onnx"], "text");
        var text = TestHost.Run("import", folder["text.onnx"], "--out", folder["copy.onnx"]);
        Assert.Equal(2, text.Code);
        Assert.StartsWith($"{folder["text.onnx"]}: expected an ONNX file, got", text.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["copy.onnx"]));
    }

    [Fact]
    public void Run_NetworkOfOthers_IsAModelWithItsClasses()
    {
        string network = Shared.File("data/mobilenet_v1_0.25_128.onnx");
        var run = TestHost.Run("import", network, "--out", folder["model.onnx"], "--fit", "crop");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Matches("^source     .*, [0-9,]+ parameters\nmodel      1,001 classes, images of 3x128x128, mean \\[0.50.*\nwritten    .*model.onnx\n$", run.Out);
        Assert.Equal("tench, Tinca tinca", Recognizer.Load(folder["model.onnx"]).Classes[1]);
    }

    [Fact]
    public void Mistakes_AreSaid()
    {
        Assert.StartsWith("--out: expected a file to write, got none.", TestHost.Run(["import", "a.onnx"]).Error, StringComparison.Ordinal);
        Assert.StartsWith("--out: expected another file than the source, got 'a.onnx' for both.", TestHost.Run("import", "a.onnx", "--out", "a.onnx").Error, StringComparison.Ordinal);
    }
}
