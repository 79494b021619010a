using System.Text;
using System.Text.Json;
using Mekiki.Vision.Data;
using Mekiki.Vision.Options;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;

namespace Mekiki.Workbench.Tests.Runs;

public class OptionDocsTests
{
    [Fact]
    public void Training_ListsAllOptions()
    {
        var text = new StringBuilder();
        Append("Training: `TrainOptions`", TrainOptions.Table);
        Append("Images: `DataOptions`", DataOptions.Table);
        Append("What a run keeps: `RunOptions`", RunOptions.Table);
        Stored.SamePart("docs/training.md", "options", text.ToString());

        void Append<T>(string title, OptionTable<T> table) where T : class, new()
        {
            text.Append($"### {title}\n| option | property | what it does | values | default |\n|---|---|---|---|---|\n");
            foreach (var row in table)
                text.Append($"| `--{row.Name}` | `{row.Property}` | {row.Help} | {row.Range ?? (row.Placeholder.Length == 0 ? "on or off" : "")} | {row.Default?.TrimStart(':', ' ') ?? (row.Placeholder.Length == 0 ? "off" : "")} |\n");
            text.Append('\n');
        }
    }

    [Fact]
    public void RunOptions_HaveRows_AndRefuseWhatIsOutside()
    {
        Assert.Equal(typeof(RunOptions).GetProperties().Where(p => p.CanWrite).Select(p => p.Name), RunOptions.Table.Select(r => r.Property));
        Refused.Says("CheckpointSteps: expected 1 or more, got 0.", "--checkpoint-steps: expected 1 or more, got 0.", () => new RunOptions { CheckpointSteps = 0 });
        Assert.Equal(new RunOptions { CheckpointSteps = 5, TensorBoard = true }, RunOptions.Table.Aggregate(new RunOptions(), (o, row) => row.With(o, "5")));
    }

    [Fact]
    public void Descriptions_NameOptionsAsTheRowsDo()
    {
        Assert.Equal(Names(TrainOptions.Table), Written(new TrainOptions(), RunDescriptionJson.Default.TrainOptions));
        Assert.Equal(Names(DataOptions.Table), Written(new DataOptions(), RunDescriptionJson.Default.DataOptions));
        Assert.Equal(Names(RunOptions.Table), Written(new RunOptions(), RunDescriptionJson.Default.RunOptions));

        static IEnumerable<string> Names<T>(OptionTable<T> table) where T : class, new() => table.Select(r => JsonNamingPolicy.SnakeCaseLower.ConvertName(r.Property)).Order();

        static IEnumerable<string> Written<T>(T options, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) => JsonSerializer.SerializeToNode(options, type)!.AsObject().Select(o => o.Key).Order();
    }
}
