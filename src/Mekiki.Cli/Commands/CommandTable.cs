namespace Mekiki.Cli.Commands;

/// <summary>All commands, in the order of the help; a new one is its file and a line here.</summary>
internal static class CommandTable
{
    public static IReadOnlyList<CliCommand> All { get; } =
    [
        new TrainCommand(),
        new TestCommand(),
        new ReportCommand(),
        new PredictCommand(),
        new ExplainCommand(),
        new InspectCommand(),
        new ServeCommand(),
        new WatchCommand(),
        new TuneCommand(),
        new RunsCommand(),
        new CalibrateCommand(),
        new CompareCommand(),
        new ChapterCommand(),
        new HistoryCommand(),
        new BookCommand(),
        new LessonCheckCommand(),
        new ModelsCommand(),
        new ModelsShowCommand(),
        new ConvertCommand(),
        new ExportCommand(),
        new ImportCommand(),
        new QuantizeCommand(),
        new WeightsListCommand(),
        new WeightsGetCommand(),
        new DataListCommand(),
        new DataGetCommand(),
        new DataCheckCommand(),
        new DataPackCommand(),
        new DataReportCommand(),
        new DataPreviewCommand(),
        new BenchCommand(),
        new DoctorCommand(),
        new CompletionCommand(),
    ];

    /// <summary>Of each first word that several commands share, one sentence.</summary>
    public static IReadOnlyDictionary<string, string> Groups { get; } = new Dictionary<string, string>
    {
        ["lesson"] = "Check answers to the exercises of the lessons.",
        ["weights"] = "List and fetch pretrained weights.",
        ["data"] = "Fetch, check and look at data sets.",
    };
}
