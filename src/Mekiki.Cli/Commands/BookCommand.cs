using System.CommandLine;
using Mekiki.Cli.Output;
using Mekiki.Cli.Parsing;
using Mekiki.Workbench.Lessons;

namespace Mekiki.Cli.Commands;

/// <summary>Joins the lessons' pages to a book.</summary>
internal sealed class BookCommand : CliCommand
{
    private readonly Argument<string?> folder = Options.OptionalArgument("DIR", "The folder with the lessons' pages, which becomes the book (default book).");
    private readonly Option<string> lessons = Options.Text("--lessons", "DIR", "The folder with the lessons' files", "lessons");
    private readonly Option<bool> json = Options.Json();

    public override string Description => "Join the pages of the lessons to a book.";

    public override string Remarks => "Each lesson writes its page when it is run: dotnet run lessons/06-convolution.cs. `lessons/run-all` runs all of them, and then this.";

    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("mekiki book", "Write book/index.html, with contents and a search."),
        new("mekiki book pages --lessons lessons", "The same in another folder."),
    ];

    public override IReadOnlyList<Symbol> Symbols => [folder, lessons, json];

    public override int Run(ParseResult arguments, Host host)
    {
        var book = Book.Write(arguments.GetValue(folder) ?? "book", arguments.GetValue(lessons)!, host.AskedLanguage?.Code);
        if (arguments.GetValue(json))
        {
            new JsonLine().Add("command", "book").Add("index", book.Index).Add("pages", book.Pages).Add("missing", book.Missing).WriteTo(host.Out);
            return ExitCode.Done;
        }

        foreach (string name in book.Missing)
            host.Say($"{name}: it has no page yet. `dotnet run lessons/{name}.cs` writes it.");
        host.Out.WriteLine(book.Index);
        return ExitCode.Done;
    }
}
