using Mekiki.Serving.Options;
using Microsoft.Extensions.Hosting;

namespace Mekiki.Serving.Models;

/// <summary>Reads all models before the service listens, and looks at their files while it runs.</summary>
internal sealed class ModelLoading(ServedModels models, ServingOptions options) : BackgroundService
{
    /// <exception cref="MekikiException">A model file is bad.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var model in models.All)
            model.Load();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.WatchInterval == 0)
            return;
        bool changed = false;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(options.WatchInterval));
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                // The old weights go once nothing is computed by them any more: a service makes so little garbage that they would stay for long.
                if (changed)
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                    TensorMemory.Trim();
                }

                changed = models.All.Count(m => m.Refresh()) > 0;
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
