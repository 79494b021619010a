using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Mekiki.Cli.Commands;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Mekiki.Vision.Training;
using Mekiki.Workbench.Runs;
using SkiaSharp;

namespace Mekiki.Cli.Tests;

/// <summary>What README promises: its lines parse, and its programs compile and do what they say.</summary>
public partial class ReadmeTests
{
    [Fact]
    public void Lines_Parse()
    {
        string[] lines = [.. Line().Matches(Readme()).Select(m => m.Groups[1].Value.Trim())];
        Assert.NotEmpty(lines);
        foreach (string line in lines)
        {
            var parsed = CommandTree.Parse(line.Split(' '));
            Assert.True(Problems.Of(parsed).Count == 0, $"mekiki {line}: {string.Join(' ', Problems.Of(parsed))}");
        }
    }

    [Fact]
    public void Commands_AreAllThere()
    {
        string readme = Readme();
        foreach (var command in CommandTable.All)
            Assert.True(readme.Contains($"`mekiki {command.Name}", StringComparison.Ordinal) || command.Name.StartsWith("data ", StringComparison.Ordinal), $"README does not name {command.Name}.");
    }

    [Fact]
    public void Programs_AreThoseOfTheTests()
    {
        string source = Unindented(string.Join('\n', File.ReadAllLines(ThisFile()).Where(line => !line.StartsWith("#pragma", StringComparison.Ordinal))));
        var programs = Program().Matches(Readme());
        Assert.Equal(2, programs.Count);
        Assert.All(programs, p => Assert.Contains(Unindented(p.Groups[1].Value), source));
    }

    [Fact]
    public void Library_TrainsAndPredicts()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 40; i++)
            File.WriteAllBytes(folder[$"pictures/{(i % 2 == 0 ? "dark" : "light")}/{i}.png"], MadeImages.Colour(new SKColor((byte)(i + i % 2 * 200), 0, 0), 16, 16));
        File.Copy(folder["pictures/dark/0.png"], folder["picture.png"]);
        string before = Environment.CurrentDirectory;
        var output = new StringWriter();
        var console = Console.Out;
        try
        {
            Environment.CurrentDirectory = folder.Path;
            Console.SetOut(output);
            var run = TrainingRun.Create(new DataOptions { Source = "pictures" }, new TrainOptions { Model = "cnn", Epochs = 3 });
#pragma warning disable xUnit1051 // README shows no cancellation.
            var result = run.Train();
#pragma warning restore xUnit1051
            Console.WriteLine($"{result.Best!.TestAccuracy:P1} right");

            var recognizer = Recognizer.Load(run.Folder);
            var prediction = recognizer.Predict("picture.png");
            Console.WriteLine($"{prediction.Label} {prediction.Probability:P1}");
        }
        finally
        {
            Console.SetOut(console);
            Environment.CurrentDirectory = before;
        }

        Assert.Matches("^[0-9.]+ % right\n(dark|light) [0-9.]+ %\n$", output.ToString());
    }

    [Fact]
    public void Engine_Differentiates()
    {
        var output = new StringWriter();
        var console = Console.Out;
        Console.SetOut(output);
        try
        {
            var x = Tensor.Scalar(2).WithGrad();
            var y = x * x * x;
            y.Backward();
            Console.WriteLine($"{y.Item():0.0}, derivative {x.Grad!.Item():0.0}"); // 8.0, derivative 12.0
        }
        finally
        {
            Console.SetOut(console);
        }

        Assert.Equal("8.0, derivative 12.0\n", output.ToString());
    }

    private static string Readme()
    {
        Assert.SkipWhen(Shared.Repository is null, "The repository is not around the tests.");
        return File.ReadAllText(Path.Combine(Shared.Repository!, "README.md"));
    }

    private static string Unindented(string text) => string.Join('\n', text.Trim().Split('\n').Select(line => line.Trim()));

    private static string ThisFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"^(?:mekiki|dotnet run -c Release --project src/Mekiki\.Cli --) ([a-z].*)$", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Program();
}
