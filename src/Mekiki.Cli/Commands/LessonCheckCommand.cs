using System.CommandLine;
using System.Globalization;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Workbench.Lessons;

namespace Mekiki.Cli.Commands;

/// <summary>Says whether the answer to a lesson's exercise is right.</summary>
internal sealed class LessonCheckCommand : CliCommand
{
    private readonly Argument<string> lesson = Options.Argument("N", "The lesson's number.");
    private readonly Argument<string> answer = Options.Argument("ANSWER", "The answer to one of its exercises.");
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Check the answer to an exercise of a lesson.";

    public override string Remarks => "The program knows a hash of each answer alone. A wrong answer ends with exit code 2.";

    public override IReadOnlyList<Example> Examples { get; } = [new("mekiki lesson check 5 12345", "Say whether 12345 is the answer to an exercise of lesson 5.")];

    public override IReadOnlyList<Symbol> Symbols => [lesson, answer, json];

    public override int Run(ParseResult arguments, Host host)
    {
        string typed = arguments.GetRequiredValue(lesson);
        if (!int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            throw new MekikiException($"N: expected the number of a lesson, got '{typed}'.");
        int? exercise = Exercises.Find(number, arguments.GetRequiredValue(answer));
        if (arguments.GetValue(json))
            new JsonLine().Add("command", "lesson check").Add("lesson", number).Add("right", exercise is not null).Add("exercise", exercise).WriteTo(host.Out);
        else if (exercise is not null)
            host.Tell($"Right: exercise {exercise} of lesson {number}.");
        if (exercise is null)
            host.Say($"Not the answer to an exercise of lesson {number}. Look again at what the exercise asks for.");
        return exercise is null ? ExitCode.Mistake : ExitCode.Done;
    }
}
