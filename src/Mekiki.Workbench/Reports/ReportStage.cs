namespace Mekiki.Workbench.Reports;

/// <summary>What is done now for a report, and how far it is.</summary>
/// <param name="Name">What is done.</param>
/// <param name="Done">How much of it.</param>
/// <param name="Total">How much there is; 0: that is not known.</param>
public readonly record struct ReportStage(string Name, int Done, int Total)
{
    internal static IProgress<int>? Progress(IProgress<ReportStage>? progress, string name, int total) => progress is null ? null : new Named(progress, name, total);

    internal static IProgress<double>? Share(IProgress<ReportStage>? progress, string name) => progress is null ? null : new Part(progress, name);

    private sealed class Part(IProgress<ReportStage> progress, string name) : IProgress<double>
    {
        public void Report(double share) => progress.Report(new(name, (int)(100 * share), 100));
    }

    private sealed class Named(IProgress<ReportStage> progress, string name, int total) : IProgress<int>
    {
        public void Report(int done) => progress.Report(new(name, done, total));
    }
}
