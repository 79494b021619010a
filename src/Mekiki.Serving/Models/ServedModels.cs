using Mekiki.Serving.Metrics;
using Mekiki.Serving.Options;
using Microsoft.Extensions.Logging;

namespace Mekiki.Serving.Models;

/// <summary>All models of the service, by name.</summary>
internal sealed class ServedModels : IDisposable
{
    private readonly Dictionary<string, ServedModel> byName = new(StringComparer.Ordinal);

    /// <exception cref="MekikiException">Two models have one name.</exception>
    public ServedModels(IEnumerable<ModelRegistration> registrations, ServingOptions options, ILogger logger)
    {
        Meter = new ServingMeter(() => byName.Values.Select(m => (m.Name, (long)m.Queue.Length)));
        var (turns, room) = (new ComputeTurns(), new WeightRoom(options.MostWeights));
        foreach (var registration in registrations)
            if (!byName.TryAdd(registration.Name, new ServedModel(registration, options, room, turns, Meter, logger)))
                throw new MekikiException($"Models: expected a different name for each, got '{registration.Name}' twice. Name one otherwise.");
        All = [.. byName.Values];
    }

    public IReadOnlyList<ServedModel> All { get; }

    public ServingMeter Meter { get; }

    /// <summary>Whether all are loaded.</summary>
    public bool AreReady => All.All(m => m.Current is not null);

    /// <summary>The model of a name, or null.</summary>
    public ServedModel? Find(string name) => byName.GetValueOrDefault(name);

    public void Dispose()
    {
        foreach (var model in byName.Values)
            model.Dispose();
        Meter.Dispose();
    }
}
