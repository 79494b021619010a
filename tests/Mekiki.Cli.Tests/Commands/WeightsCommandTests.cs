using Mekiki.Files;
using Mekiki.Vision;
using Mekiki.Vision.Images;
using Mekiki.Vision.Models;

namespace Mekiki.Cli.Tests.Commands;

/// <summary>Published weights by name: the list, weights that were put there by hand, and what is wrong.</summary>
public class WeightsCommandTests
{
    [Fact]
    public void WeightsPutThereByHand_AreAModelByTheirName()
    {
        var weights = PublishedWeights.Named("squeezenet1_1");
        Directory.CreateDirectory(Path.GetDirectoryName(weights.PathIn())!);
        WeightsFile.Write(weights.PathIn(), Catalogue.Find("squeezenet1_1").Create(new ImageShape(3, 224, 224), 1000, seed: 3).StateDict());
        File.WriteAllLines(PublishedWeights.NamesPathIn(), Enumerable.Range(0, 1000).Select(i => $"thing {i}"));
        try
        {
            var got = TestHost.Run(["weights", "get", "squeezenet1_1"]);
            Assert.Equal(0, got.Code);
            Assert.Contains("squeezenet1_1 is here already; --again fetches it anew.", got.Error);
            Assert.StartsWith(weights.PathIn(), got.Out);
            Assert.Contains("\"name\":\"squeezenet1_1\",\"model\":\"squeezenet1_1\"", TestHost.Run(["weights", "list", "--json"]).Out);
            using var folder = new TemporaryFolder();
            File.WriteAllBytes(folder["a.png"], Pictures.Picture(1, 2));
            var answer = TestHost.Run(["predict", "squeezenet1_1", folder["a.png"]]);
            Assert.Equal(0, answer.Code);
            Assert.Contains("thing ", answer.Out);
        }
        finally
        {
            File.Delete(weights.PathIn());
            File.Delete(PublishedWeights.NamesPathIn());
        }
    }

    [Fact]
    public void WhatIsWrong_IsTold()
    {
        Assert.Contains("Did you mean 'resnet50'?", TestHost.Run(["weights", "get", "resnet5"]).Mistake());
        Assert.Contains("--url: expected an address that begins with http:// or https://, got 'here'. Give the whole address.", TestHost.Run(["weights", "get", "resnet18", "--url", "here"]).Mistake());
        Assert.Contains("--weights: expected no such option beside --url, since both say where the file is, got both.", TestHost.Run(["weights", "get", "resnet18", "--url", "http://here", "--weights", "a.pth"]).Mistake());
        Assert.Contains("a.pth: expected the weights resnet18, got no such file. Check the path.", TestHost.Run(["weights", "get", "resnet18", "--weights", "a.pth"]).Mistake());
        Assert.Contains("a.pth: expected the weights resnet18, got no such file. Check the path.", TestHost.Run(["train", "--preset", "photo", "--from", "resnet18", "--weights", "a.pth"]).Mistake());
        Assert.Contains("--weights: expected --from with the name of published weights beside it", TestHost.Run(["train", "--preset", "photo", "--weights", "a.pth"]).Mistake());
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.pth"], "other");
        Assert.Contains("a.pth: expected the weights resnet18, whose sha256 begins with f37072fd, got ", TestHost.Run(["weights", "get", "resnet18", "--weights", folder["a.pth"]]).Mistake());
        Assert.False(PublishedWeights.Named("resnet18").IsHere());
        Assert.Contains("Run `mekiki weights get resnet18` first", TestHost.Run(["predict", "resnet18", "a.png"]).Mistake());
    }
}
