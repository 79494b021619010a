using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Tests.Runs;

public sealed class TestDataTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private ImageSet Set(params string[] files)
    {
        for (int i = 0; i < files.Length; i++)
            File.WriteAllBytes(folder["set/" + files[i]], MadeImages.Grey(start: i % 6));
        return ImageSet.Open(folder["set"], new ImageSetOptions { Cache = false });
    }

    [Fact]
    public void TestData_TakesTheOwnTestPart_AlsoOfAModelFileThatWasTrainedThere()
    {
        var set = Set("train/a/1.png", "train/b/2.png", "train/b/3.png", "test/a/4.png", "test/b/5.png");
        var run = TrainingRun.Create(new() { Source = set.Source }, new() { Model = "mlp", Epochs = 1, BatchSize = 2 }, folder["run/all"]);
        run.Train(cancellation: TestContext.Current.CancellationToken);
        string model = Path.Combine(folder["run/all"], "model.safetensors");
        foreach (string name in set.Names)
            File.Copy(folder["set/" + name], folder["copied/" + name]);
        foreach (string source in new[] { set.Source, folder["copied"] })
        {
            var data = TestData.Open(model, Recognizer.Load(model), source);
            Assert.Equal(["test/a/4.png", "test/b/5.png"], data.Subset!.Select(i => data.Set.Names[i]));
            Assert.Equal(
                [
                    $"{source} says itself which images test: 2 of 5.",
                    "The model was trained on images of this set. If it was split anew then (--train, --test or --fold), some of these are among them, and the figures are too good. Give the run's folder to use its test part alone.",
                ],
                data.Notes);
        }
    }
}
