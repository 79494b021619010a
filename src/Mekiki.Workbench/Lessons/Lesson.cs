using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Mekiki.Files;
using Mekiki.Vision.Data;
using Mekiki.Workbench.Pictures;

namespace Mekiki.Workbench.Lessons;

/// <summary>A lesson that runs: what its file prints and shows comes to the terminal and onto a page, below the code that made it.</summary>
/// <remarks>
/// The page is made of the lesson's own file: its comments are the text, see docs/lessons.md. It lies in the folder <c>book</c>
/// of the repository, or in that of <c>--out</c>. The same file and options give the same page.
/// </remarks>
/// <example>
/// <code>
/// var lesson = Lesson.Begin(args);
/// var set = lesson.Open(train: 7300, test: 730);
/// lesson.Print($"{set.Count} images");
/// lesson.WritePage();
/// </code>
/// </example>
public sealed class Lesson
{
    private readonly LessonSource source;
    private readonly LessonOptions options;
    private readonly TextWriter output;
    private readonly List<LessonResult> results = [];
    private readonly List<(string Name, double Value)> figures = [];

    internal Lesson(LessonSource source, LessonOptions options, TextWriter output) => (this.source, this.options, this.output) = (source, options, output);

    /// <summary>Whether the lesson was started with <c>--quick</c>: some seconds instead of minutes, with figures that show less.</summary>
    public bool IsQuick => options.IsQuick;

    /// <summary>Begins the lesson that calls it. A wrong option ends the program with a message and code 2.</summary>
    /// <param name="args">The program's arguments: <c>--quick</c>, <c>--data NAME</c>, <c>--threads N</c>, <c>--out FOLDER</c>.</param>
    /// <param name="file">The lesson's file; the compiler knows it.</param>
    public static Lesson Begin(string[] args, [CallerFilePath] string file = "")
    {
        ArgumentNullException.ThrowIfNull(args);
        // A message instead of a trace, for what a reader can put right.
        AppDomain.CurrentDomain.UnhandledException += static (_, e) =>
        {
            if (e.ExceptionObject is MekikiException wrong)
                End(wrong.Message);
        };
        try
        {
            var source = LessonSource.Read(file);
            var options = LessonOptions.Parse(args, Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(file)))!, "book"));
            if (options.Threads > 0)
                Threads.Count = options.Threads;
            Console.OutputEncoding = Encoding.UTF8;
            return new Lesson(source, options, Console.Out);
        }
        catch (MekikiException e)
        {
            End(e.Message);
            throw;
        }
    }

    /// <summary>One of two values: that of the quick form, or the usual one.</summary>
    /// <param name="usual">Without <c>--quick</c>.</param>
    /// <param name="quick">With it.</param>
    public T Pick<T>(T usual, T quick) => IsQuick ? quick : usual;

    /// <summary>Opens the images: <see cref="KanaSet.Draw"/> with these counts, or those that <c>--data</c> names.</summary>
    /// <param name="train">How many drawn images train.</param>
    /// <param name="test">How many drawn images test.</param>
    /// <exception cref="MekikiException">The images cannot be opened.</exception>
    public ImageSet Open(int train, int test) => options.Data is { } data ? ImageSet.Open(data) : KanaSet.Draw(train, test);

    /// <summary>Prints a line, which the page shows below the code that calls this.</summary>
    /// <param name="text">The line, or several.</param>
    /// <param name="line">Where it is called; the compiler knows it.</param>
    public void Print(string text, [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(text);
        output.WriteLine(text);
        results.Add(new LessonResult(line, text, null, default));
    }

    /// <summary>Prints a figure, and keeps it in the lesson's table of figures beside its page.</summary>
    /// <param name="name">What it is, such as <c>test accuracy</c>; once in a lesson.</param>
    /// <param name="value">Its value.</param>
    /// <param name="line">Where it is called; the compiler knows it.</param>
    public void Figure(string name, double value, [CallerLineNumber] int line = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        figures.Add((name, value));
        Print(string.Create(CultureInfo.InvariantCulture, $"{name}: {(Math.Abs(value) is > 0 and < 0.001 ? value.ToString("0.0E+0", CultureInfo.InvariantCulture) : value.ToString("0.####", CultureInfo.InvariantCulture))}"), line);
    }

    /// <summary>Shows a picture below the code that calls this.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="caption">What is to be seen, in English and Japanese.</param>
    /// <param name="line">Where it is called; the compiler knows it.</param>
    public void Show(IPicture picture, Words caption, [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(picture);
        results.Add(new LessonResult(line, null, picture, caption));
    }

    /// <summary>Writes the page and the table of figures, and says where the page lies.</summary>
    /// <exception cref="MekikiException">They cannot be written.</exception>
    public void WritePage()
    {
        OutputFile.MakeFolder(options.Folder);
        string page = Path.Combine(options.Folder, source.Name + ".html");
        OutputFile.Write(page, new LessonPage(source, results, IsQuick).ToHtml());
        if (figures.Count > 0)
            OutputFile.Write(Path.Combine(options.Folder, source.Name + ".csv"), "lesson,quick,figure,value\n" + string.Concat(figures.Select(f => string.Create(CultureInfo.InvariantCulture, $"{source.Number},{(IsQuick ? 1 : 0)},{Sheets.Csv.Quote(f.Name)},{f.Value:0.########}\n"))));
        output.WriteLine($"→ {page}");
    }

    private static void End(string message)
    {
        Console.Error.WriteLine(message);
        Environment.Exit(2);
    }
}
