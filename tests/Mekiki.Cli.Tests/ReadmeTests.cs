using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Mekiki.Cli.Commands;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Images;
using Mekiki.Vision.Training;

namespace Mekiki.Cli.Tests;

/// <summary>What README promises: its lines parse, and its programs compile and do what they say.</summary>
public partial class ReadmeTests
{
    [Fact]
    public void Lines_Parse()
    {
        string[] lines = [.. Line().Matches(Readme() + Page("docs/command-line.md") + Page("docs/figures.md")).Select(m => m.Groups[1].Value.Trim())];
        Assert.True(lines.Length > 5);
        foreach (string line in lines)
        {
            var parsed = CommandTree.Parse(line.Split(' '));
            Assert.True(Problems.Of(parsed).Count == 0, $"mekiki {line}: {string.Join(' ', Problems.Of(parsed))}");
        }
    }

    [Fact]
    public void Commands_AreAllThere()
    {
        string page = Page("docs/command-line.md");
        foreach (var command in CommandTable.All)
            Assert.True(page.Contains($"`mekiki {command.Name}", StringComparison.Ordinal) || command.Name.StartsWith("data ", StringComparison.Ordinal), $"docs/command-line.md does not name {command.Name}.");
    }

    [Fact]
    public void Programs_AreThoseOfTheTests()
    {
        string source = Unindented(string.Join('\n', File.ReadAllLines(ThisFile()).Where(line => !line.StartsWith("#pragma", StringComparison.Ordinal))));
        var program = Assert.Single(Program().Matches(Readme()));
        string[] parts = program.Groups[1].Value.Split("\n\n", 2);
        Assert.All(parts[0].Trim().Split('\n'), line => Assert.StartsWith("using Mekiki.Vision", line));
        Assert.Contains(Unindented(parts[1]), source);
    }

    [Fact]
    public void ReadmeIsShort()
    {
        string text = Readme();
        Assert.InRange(text[..text.IndexOf("## Links", StringComparison.Ordinal)].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 100, 700);
    }

    [Fact]
    public void Library_TrainsAndPredicts()
    {
        using var folder = new TemporaryFolder();
        string before = Environment.CurrentDirectory;
        var output = new StringWriter();
        var console = Console.Out;
        try
        {
            Environment.CurrentDirectory = folder.Path;
            Console.SetOut(output);
#pragma warning disable xUnit1051 // README shows no cancellation.
            var set = KanaSet.Draw(trainCount: 7300, testCount: 730);   // or ImageSet.Open("pictures"), with a sub-folder for each class
            var split = Split.OwnOf(set) ?? Split.Stratified(set, seed: 0);
            var result = new Trainer(set, split, new TrainOptions { Model = "kana-net", Epochs = 3 }).Run();
            result.Recognizer.Save("model.safetensors");

            var recognizer = Recognizer.Load("model.safetensors");
            var image = ImageInput.FromPixels(set.Image(split.Test[0]).ToArray(), 48, 48, PixelFormat.Gray8);   // or ImageInput.FromFile("picture.png")
            var prediction = recognizer.Predict(image);
            Console.WriteLine($"{result.Best!.TestAccuracy:P0} right; the first is {prediction.Label}, {prediction.Probability:P0}");
#pragma warning restore xUnit1051
        }
        finally
        {
            Console.SetOut(console);
            Environment.CurrentDirectory = before;
        }

        var printed = Regex.Match(output.ToString(), "^([0-9]+) % right; the first is あ, ([0-9]+) %\n$");
        Assert.True(printed.Success, output.ToString());
        // The last bits depend on the vectors' width.
        var told = Regex.Match(Readme(), "\n([0-9]+) % right; the first is あ, ([0-9]+) %\n");
        Assert.InRange(int.Parse(told.Groups[1].Value) - int.Parse(printed.Groups[1].Value), -2, 2);
        Assert.InRange(int.Parse(told.Groups[2].Value) - int.Parse(printed.Groups[2].Value), -20, 20);
    }

    private static string Readme() => Page("README.md");

    private static string Page(string path)
    {
        Assert.SkipWhen(Shared.Repository is null, "The repository is not around the tests.");
        return File.ReadAllText(Path.Combine(Shared.Repository!, path));
    }

    private static string Unindented(string text) => string.Join('\n', text.Trim().Split('\n').Select(line => line.Trim()));

    private static string ThisFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"^(?:mekiki|dotnet run -c Release --project src/Mekiki\.Cli --) ([a-z].*)$", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Program();
}
