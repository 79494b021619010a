namespace Mekiki.Cli.Commands;

/// <summary>All commands by what the user types, in the order of the help; a new one is its file and a line here.</summary>
internal static class CommandTable
{
    public static IReadOnlyList<CommandEntry> All { get; } =
    [
        new("train", static () => new TrainCommand()),
        new("test", static () => new TestCommand()),
        new("report", static () => new ReportCommand()),
        new("predict", static () => new PredictCommand()),
        new("explain", static () => new ExplainCommand()),
        new("inspect", static () => new InspectCommand()),
        new("serve", static () => new ServeCommand()),
        new("watch", static () => new WatchCommand()),
        new("tune", static () => new TuneCommand()),
        new("runs", static () => new RunsCommand()),
        new("calibrate", static () => new CalibrateCommand()),
        new("compare", static () => new CompareCommand()),
        new("chapter", static () => new ChapterCommand()),
        new("history", static () => new HistoryCommand()),
        new("book", static () => new BookCommand()),
        new("lesson check", static () => new LessonCheckCommand()),
        new("models", static () => new ModelsCommand()),
        new("models show", static () => new ModelsShowCommand()),
        new("convert", static () => new ConvertCommand()),
        new("export", static () => new ExportCommand()),
        new("import", static () => new ImportCommand()),
        new("quantize", static () => new QuantizeCommand()),
        new("weights list", static () => new WeightsListCommand()),
        new("weights get", static () => new WeightsGetCommand()),
        new("data list", static () => new DataListCommand()),
        new("data get", static () => new DataGetCommand()),
        new("data check", static () => new DataCheckCommand()),
        new("data pack", static () => new DataPackCommand()),
        new("data report", static () => new DataReportCommand()),
        new("data preview", static () => new DataPreviewCommand()),
        new("bench", static () => new BenchCommand()),
        new("doctor", static () => new DoctorCommand()),
        new("completion", static () => new CompletionCommand()),
    ];

    /// <summary>Of each first word that several commands share, one sentence.</summary>
    public static IReadOnlyDictionary<string, string> Groups { get; } = new Dictionary<string, string>
    {
        ["lesson"] = "Check answers to the exercises of the lessons.",
        ["weights"] = "List and fetch pretrained weights.",
        ["data"] = "Fetch, check and look at data sets.",
    };
}
