using System.Net;
using System.Net.Sockets;
using Mekiki.Vision;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Cli.Tests.Commands;

public sealed class ServeCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public ServeCommandTests()
    {
        model = folder["m.safetensors"];
        new Recognizer(Catalogue.Find("mlp").Create(new ImageShape(1, 8, 8), 2), new ModelCard("mlp", ["a", "b"], new Preprocessing(1, 8, 8))).Save(model);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void WithoutAModel_TheBuiltInOneIsServed()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        Assert.StartsWith("--urls: expected an address that is free", TestHost.Run("serve", "--urls", $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}").Mistake());
    }

    [Fact]
    public void Model_ThatIsNone_IsTold()
    {
        File.WriteAllText(folder["none.safetensors"], "no model");
        Assert.Contains("none.safetensors: expected", TestHost.Run("serve", folder["none.safetensors"], "--urls", "http://127.0.0.1:0").Mistake());
        Assert.Contains("expected", TestHost.Run("serve", folder["missing.safetensors"], "--urls", "http://127.0.0.1:0").Mistake());
        Assert.StartsWith("Model 'a/b': expected a name of 1 to 100 letters", TestHost.Run("serve", "a/b=" + model, "--urls", "http://127.0.0.1:0").Mistake());
        Assert.StartsWith("Models: expected a different name for each, got 'm' twice.", TestHost.Run("serve", model, model, "--urls", "http://127.0.0.1:0").Mistake());
    }

    [Fact]
    public void Port_ThatIsInUse_IsTold()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        string url = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}", mistake = TestHost.Run("serve", model, "--urls", url).Mistake();
        Assert.StartsWith($"--urls: expected an address that is free, got {url}: Failed to bind", mistake);
        Assert.DoesNotContain('\n', mistake);
    }

    [Fact]
    public void Keys_ThatAreMissing_AreAskedFor()
    {
        Assert.Equal("--urls: expected keys for http://0.0.0.0:0, which other machines reach, got none. Give --keys FILE, set MEKIKI_API_KEYS, or say --no-auth.", TestHost.Run("serve", model, "--urls", "http://0.0.0.0:0").Mistake());
        Assert.StartsWith("--keys: expected a file of keys, one a line, got: Could not find file", TestHost.Run("serve", model, "--keys", folder["keys"]).Mistake());
        File.WriteAllText(folder["keys"], "\n \n");
        Assert.StartsWith("--keys: expected one key or more in ", TestHost.Run("serve", model, "--keys", folder["keys"]).Mistake());
        Assert.StartsWith("--urls: expected addresses such as http://127.0.0.1:5080, got '5080'.", TestHost.Run("serve", model, "--urls", "5080").Mistake());
    }

    [Fact]
    public void Corrections_ThatCannotBeWritten_AreTold()
    {
        string mistake = TestHost.Run("serve", model, "--corrections", model).Mistake();
        Assert.StartsWith($"--corrections: {model}: expected a folder that can be written, got: ", mistake);
        Assert.EndsWith(" Give another folder.", mistake);
        Assert.DoesNotContain('\n', mistake);
    }

    [Fact]
    public void Examples_AreTheTrainingImagesOfARun()
    {
        Assert.StartsWith($"--examples: expected the folder of a run or a model of drawn characters, got {model}, a file that does not hold the images that trained it.", TestHost.Run("serve", model, "--examples", "--urls", "http://127.0.0.1:0").Mistake());
        Assert.Equal(0, TestHost.Run("train", "--data", Pictures.Folder(folder), "--model", "mlp", "--out", folder["run"]).Code);
        var host = TestHost.New(pressAt: "Serving at").Then(["serve", folder["run"], "--examples", "--urls", "http://127.0.0.1:0"]);
        Assert.True(host.Code == ExitCode.Done, host.Error);
        Assert.DoesNotContain("cannot be shown", host.Error);
        // Images that are gone are told before anything is served.
        Directory.Delete(folder["pictures"], recursive: true);
        Assert.Contains("expected the run's images at", TestHost.Run("serve", folder["run"], "--examples", "--urls", "http://127.0.0.1:0").Mistake());
    }

    [Fact]
    public void Weights_ThatAreTooMany_AreTold()
    {
        new Recognizer(Catalogue.Find("kana-net").Create(new ImageShape(1, 48, 48), 2), new ModelCard("kana-net", ["a", "b"], new Preprocessing(1, 48, 48))).Save(folder["large.safetensors"]);
        Assert.Matches("^Weights: expected at most 1 MiB of all models together, got [0-9.]+ with 'large'. Serve fewer models, or allow more.", TestHost.Run("serve", folder["large.safetensors"], "--most-weights", "1", "--urls", "http://127.0.0.1:0").Mistake());
    }

    [Fact]
    public void Serve_UntilItIsStopped_EndsWell()
    {
        var host = TestHost.New(pressAt: "Serving at").Then(["serve", "named=" + model, "--urls", "http://127.0.0.1:0", "--corrections", folder["kept"]]);
        Assert.True(host.Code == ExitCode.Done, host.Error);
        Assert.Contains("Serving at http://127.0.0.1:", host.Error);
    }
}
