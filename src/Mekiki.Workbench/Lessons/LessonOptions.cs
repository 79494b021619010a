using System.Globalization;

namespace Mekiki.Workbench.Lessons;

/// <summary>What a lesson is started with.</summary>
/// <param name="IsQuick">Whether it takes some seconds instead of minutes.</param>
/// <param name="Data">The images instead of drawn ones: a name, folder or archive.</param>
/// <param name="Threads">0: one for each processor.</param>
/// <param name="Folder">Where the page goes.</param>
internal sealed record LessonOptions(bool IsQuick, string? Data, int Threads, string Folder)
{
    /// <summary>Reads arguments.</summary>
    /// <param name="args">As the program got them.</param>
    /// <param name="folder">Where the page goes without <c>--out</c>.</param>
    /// <exception cref="MekikiException">One is unknown, or has no value.</exception>
    public static LessonOptions Parse(IReadOnlyList<string> args, string folder)
    {
        var options = new LessonOptions(false, null, 0, folder);
        for (int i = 0; i < args.Count; i++)
            options = args[i] switch
            {
                "--quick" => options with { IsQuick = true },
                "--data" => options with { Data = Value(args, ref i) },
                "--out" => options with { Folder = Value(args, ref i) },
                "--threads" => options with { Threads = Number(Value(args, ref i)) },
                _ => throw new MekikiException($"'{args[i]}': expected an option of lessons: --quick, --data NAME, --threads N, --out FOLDER. `dotnet run` wants '--' before them."),
            };
        return options;
    }

    private static string Value(IReadOnlyList<string> args, ref int i) =>
        ++i < args.Count ? args[i] : throw new MekikiException($"{args[i - 1]}: expected a value, got none. Write it behind a space.");

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= 1024 ? number : throw new MekikiException($"--threads: expected 1 to 1024, got '{text}'.");
}
