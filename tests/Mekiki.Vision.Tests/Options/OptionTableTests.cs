using System.Text.Json.Serialization;
using Mekiki.Vision.Data;
using Mekiki.Vision.Options;
using Mekiki.Vision.Training;
using Mekiki.Vision.Transforms;

namespace Mekiki.Vision.Tests.Options;

/// <summary>What holds for every row of the library's two tables.</summary>
public class OptionTableTests
{
    public static TheoryData<string> TrainRows => [.. TrainOptions.Table.Select(r => r.Property)];

    public static TheoryData<string> DataRows => [.. DataOptions.Table.Select(r => r.Property)];

    [Fact]
    public void EveryProperty_HasARow()
    {
        Holds(TrainOptions.Table);
        Holds(DataOptions.Table);

        static void Holds<T>(OptionTable<T> table) where T : class, new()
        {
            // What is not kept with a run, such as who is told of progress, is no option.
            Assert.Equal(typeof(T).GetProperties().Where(p => p.CanWrite && !p.IsDefined(typeof(JsonIgnoreAttribute), false)).Select(p => p.Name).Order(), table.Select(r => r.Property).Order());
            Assert.Equal(table.Count, table.Select(r => r.Name).Distinct().Count());
        }
    }

    [Theory]
    [MemberData(nameof(TrainRows))]
    public void TrainRow_Holds(string property) => Holds(TrainOptions.Table[property]);

    [Theory]
    [MemberData(nameof(DataRows))]
    public void DataRow_Holds(string property) => Holds(DataOptions.Table[property]);

    [Theory]
    [InlineData("Epochs", "{0}: expected 0 or more, got -1.")]
    [InlineData("BatchSize", "{0}: expected 1 or more, got 0.")]
    [InlineData("Accumulate", "{0}: expected 1 or more, got 0.")]
    [InlineData("LearningRate", "{0}: expected more than 0, got NaN.")]
    [InlineData("Momentum", "{0}: expected 0 or more and less than 1, got 1.")]
    [InlineData("LabelSmoothing", "{0}: expected 0 or more and less than 1, got 1.")]
    [InlineData("WeightDecay", "{0}: expected 0 or more, got -1.")]
    [InlineData("Ema", "{0}: expected 0 or more and less than 1, got NaN.")]
    [InlineData("Mixup", "{0}: expected 0 or more, got -1.")]
    [InlineData("CutMix", "{0}: expected 0 or more, got -1.")]
    [InlineData("Clip", "{0}: expected 0 or more, got Infinity.")]
    [InlineData("Patience", "{0}: expected 1 or more, got 0.")]
    [InlineData("Steps", "{0}: expected 1 or more, got 0.")]
    [InlineData("Shift", "{0}: expected 0 to 16, got 17.")]
    [InlineData("MostSeconds", "{0}: expected more than 0, got 0.")]
    [InlineData("Threads", "{0}: expected 0 to 1,024, got -1.")]
    [InlineData("Balance", "{0}: expected one of none, weights, sampling, roots, got 9.")]
    [InlineData("From", "{0}: expected a model file or a run's folder, got an empty text.")]
    [InlineData("Optimizer", "Unknown optimizer 'sdg'. Did you mean 'sgd'? There are: adam, adamw, sgd, rmsprop, lars.")]
    [InlineData("Augmentation", "Unknown augmentation 'trian'. Did you mean 'train'? There are: AUGMENTATIONS.")]
    [InlineData("Schedule", "Unknown schedule 'cosin'. Did you mean 'cosine'? There are: decay, constant, cosine, one-cycle, warmup.")]
    [InlineData("Model", "Unknown model 'cn'. Did you mean 'cnn'? Catalogue.All lists all.", "Unknown model 'cn'. Did you mean 'cnn'? `mekiki models` lists all.")]
    public void IllegalTrainOptions_CannotBeMade(string property, string message, string? commandLineMessage = null)
    {
        message = message.Replace("AUGMENTATIONS", string.Join(", ", Augmentation.All.Select(a => a.Name)));
        Refused.Says(string.Format(message, property), commandLineMessage ?? string.Format(message, "--" + TrainOptions.Table[property].Name), () => property switch
        {
            "Epochs" => new TrainOptions { Epochs = -1 },
            "BatchSize" => new TrainOptions { BatchSize = 0 },
            "Accumulate" => new TrainOptions { Accumulate = 0 },
            "LearningRate" => new TrainOptions { LearningRate = double.NaN },
            "Momentum" => new TrainOptions { Momentum = 1 },
            "LabelSmoothing" => new TrainOptions { LabelSmoothing = 1 },
            "WeightDecay" => new TrainOptions { WeightDecay = -1 },
            "Ema" => new TrainOptions { Ema = double.NaN },
            "Mixup" => new TrainOptions { Mixup = -1 },
            "CutMix" => new TrainOptions { CutMix = -1 },
            "Clip" => new TrainOptions { Clip = double.PositiveInfinity },
            "Patience" => new TrainOptions { Patience = 0 },
            "Steps" => new TrainOptions { Steps = 0 },
            "Shift" => new TrainOptions { Shift = 17 },
            "MostSeconds" => new TrainOptions { MostSeconds = 0 },
            "Threads" => new TrainOptions { Threads = -1 },
            "Balance" => new TrainOptions { Balance = (Balance)9 },
            "From" => new TrainOptions { From = "" },
            "Optimizer" => new TrainOptions { Optimizer = "sdg" },
            "Augmentation" => new TrainOptions { Augmentation = "trian" },
            "Schedule" => new TrainOptions { Schedule = "cosin" },
            _ => new TrainOptions { Model = "cn" },
        });
    }

    [Theory]
    [InlineData("Source", "{0}: expected a name or a path, got an empty text.")]
    [InlineData("Train", "{0}: expected 1 or more, got 0.")]
    [InlineData("Test", "{0}: expected 1 or more, got -1.")]
    [InlineData("Fold", "{0}: expected a number and how many there are, such as 1/5, got '6/5'.")]
    [InlineData("Validation", "{0}: expected a share below 1 or a number of images, got 1.5.")]
    [InlineData("Size", "{0}: expected 1 to 6,144, got 6145.")]
    [InlineData("Channels", "{0}: expected 1 (grey) or 3 (colours), got 2.")]
    public void IllegalDataOptions_CannotBeMade(string property, string message) =>
        Refused.Says(string.Format(message, property), string.Format(message, "--" + DataOptions.Table[property].Name), () => property switch
        {
            "Source" => new DataOptions { Source = "" },
            "Train" => new DataOptions { Train = 0 },
            "Test" => new DataOptions { Test = -1 },
            "Fold" => new DataOptions { Fold = "6/5" },
            "Validation" => new DataOptions { Validation = 1.5 },
            "Size" => new DataOptions { Size = 6145 },
            _ => new DataOptions { Channels = 2 },
        });

    [Fact]
    public void UnknownSets_AreRefused() =>
        Refused.Says("Unknown data set 'kanna'. Did you mean 'kana'? KnownSet.All lists all.", "Unknown data set 'kanna'. Did you mean 'kana'? `mekiki data list` lists all.", () => KnownSet.Named("kanna"));

    [Fact]
    public void SetsThatAreNotHere_AreAskedFor()
    {
        using var folder = new TemporaryFolder();
        string path = folder["hiragana73.zip"];
        Refused.Says(
            $"hiragana73: expected the downloaded set at {path}, got no file. Run KnownSet.Named(\"hiragana73\").Download().RunAsync() first, or give the path of a folder or zip.",
            $"hiragana73: expected the downloaded set at {path}, got no file. Run `mekiki data get hiragana73` first, or give the path of a folder or zip.",
            () => ImageSet.Open("hiragana73", new() { DataFolder = folder.Path }));
    }

    private static void Holds<T>(OptionRow<T> row) where T : class, new()
    {
        Assert.Matches("^[a-z][a-z-]*[a-z]$", row.Name);
        Assert.Matches("^[A-Z].*[^.]$", row.Help);
        Assert.True(row.IsUsual(new T()));
        // A value that is not usual, and what it changes.
        string[] texts = [.. row.Names().Select(n => n.Name).Reverse(), "2", "0.5", "1/2", "text", "train=a,test=b"];
        var other = texts.Select(text => Try(row, text)).First(o => o is not null && !row.IsUsual(o))!;
        var changed = typeof(T).GetProperties().Where(p => p.CanWrite && !Equals(p.GetValue(other), p.GetValue(new T()))).Select(p => p.Name);
        Assert.Contains(row.Property, changed);
        Assert.StartsWith("--" + row.Name, row.WordsOf(other));
        // The words are read again.
        if (row.Placeholder.Length > 0)
            Assert.Equal(other, row.With(new T(), row.WordsOf(other).Split(' ')[1]));
        // A number outside its range is refused by the row and by the property alike.
        if (row.Placeholder is "N" or "X" && row.Range is not null)
        {
            var error = Assert.Throws<MekikiException>(() => row.With(new T(), "-1"));
            Assert.StartsWith($"{row.Property}: expected ", error.Message);
            Assert.StartsWith($"--{row.Name}: expected ", error.CommandLineMessage);
        }
    }

    private static T? Try<T>(OptionRow<T> row, string text) where T : class, new()
    {
        try
        {
            return row.With(new T(), text);
        }
        catch (MekikiException)
        {
            return null;
        }
    }
}
