using System.CommandLine;
using Mekiki.Cli.Parsing;

namespace Mekiki.Cli.Tests.Parsing;

public class OptionsTests
{
    private readonly Option<int> epochs = Options.Integer("--epochs", "Times through the training part", 1, 1);
    private readonly Option<int?> train = Options.OptionalInteger("--train", "Images to train on", 1, 50_000, "all");
    private readonly Option<double> rate = Options.Number("--lr", "Learning rate", 0.001, 0, 10);
    private readonly Option<ulong> seed = Options.Seed();
    private readonly Option<string?> model = Options.OptionalText("--model", "NAME", "The model", "the usual one");
    private readonly Option<int> mode = Options.Choice("--mode", "MODE", "What is timed", "train", [("train", 1), ("infer", 2)]);
    private readonly Argument<string> data = Options.Argument("DATA", "A folder of images; `list` shows them.");
    private readonly Command command;

    public OptionsTests() => command = new Command("test") { epochs, train, rate, seed, model, mode, data };

    [Fact]
    public void Values_AreRead()
    {
        var parsed = command.Parse(["x", "--epochs", "3", "--lr=2e-3", "--seed", "18446744073709551615", "--mode", "INFER"]);
        Assert.Empty(Problems.Of(parsed));
        Assert.Equal((3, null, 0.002, ulong.MaxValue, null, 2, "x"),
            (parsed.GetValue(epochs), parsed.GetValue(train), parsed.GetValue(rate), parsed.GetValue(seed), parsed.GetValue(model), parsed.GetValue(mode), parsed.GetValue(data)));
        parsed = command.Parse(["--", "--x"]);
        Assert.Empty(Problems.Of(parsed));
        Assert.Equal((1, 0.001, 0ul, 1, "--x"), (parsed.GetValue(epochs), parsed.GetValue(rate), parsed.GetValue(seed), parsed.GetValue(mode), parsed.GetValue(data)));
    }

    [Theory]
    [InlineData("x --epochs 0", "--epochs: expected 1 or more, got 0.")]
    [InlineData("x --epochs -3", "--epochs: expected 1 or more, got -3.")]
    [InlineData("x --epochs 1.5", "--epochs: expected a whole number, 1 or more, got '1.5'.")]
    [InlineData("x --epochs 99999999999", "--epochs: expected a whole number, 1 or more, got '99999999999'.")]
    [InlineData("x --train 50001", "--train: expected 1 to 50,000, got 50001.")]
    [InlineData("x --lr nan", "--lr: expected a number, 0 to 10, got 'nan'.")]
    [InlineData("x --lr 1e99", "--lr: expected 0 to 10, got 1e99.")]
    [InlineData("x --seed -1", "--seed: expected a whole number, got '-1'.")]
    [InlineData("x --mode trian", "--mode: expected one of train, infer, got 'trian'. Did you mean 'train'?")]
    [InlineData("x --epochs", "--epochs: expected a value (N), got none.")]
    [InlineData("x --epochs --lr 1", "--epochs: expected a value (N), got the option '--lr'.")]
    [InlineData("x --model --epochs 3", "--model: expected a value (NAME), got the option '--epochs'.")]
    [InlineData("x --epochs 1 --epochs 2", "--epochs: expected one value, got 2: 1, 2. Give it once.")]
    [InlineData("x --model \"\"", "--model: expected a text, got an empty one.")]
    [InlineData("", "DATA: expected a folder of images, got nothing. `list` shows them.")]
    [InlineData("x y", "Unexpected 'y'. Put a text with spaces in quotes.")]
    [InlineData("--epoch 3 x", "Unknown option '--epoch'. Did you mean '--epochs'?")]
    [InlineData("x --flip", "Unknown option '--flip'.")]
    [InlineData("x -e 3", "Unknown option '-e'.")]
    [InlineData("x --epochs 0 --lr -1 --seed x --mod 3", "Unknown option '--mod'. Did you mean '--mode'?|--epochs: expected 1 or more, got 0.|--lr: expected 0 to 10, got -1.|--seed: expected a whole number, got 'x'.")]
    public void Problems_AreAllNamed(string line, string problems) =>
        Assert.Equal(problems, string.Join('|', Problems.Of(command.Parse([.. System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(line)]))));

    [Theory]
    [InlineData("--epochs", "Times through the training part (N ≥ 1; default 1).")]
    [InlineData("--train", "Images to train on (1 ≤ N ≤ 50,000; default: all).")]
    [InlineData("--lr", "Learning rate (0 ≤ X ≤ 10; default 0.001).")]
    [InlineData("--mode", "What is timed (train, infer; default train).")]
    [InlineData("--model", "The model (default: the usual one).")]
    public void Description_SaysRangeAndDefault(string option, string description) =>
        Assert.Equal(description, command.Options.Single(o => o.Name == option).Description);
}
