using Mekiki.Serving.Http;
using Mekiki.Serving.Metrics;
using Mekiki.Serving.Models;
using Mekiki.Serving.Options;
using Mekiki.Serving.Routes;
using Mekiki.Vision;
using Mekiki.Vision.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mekiki.Serving;

/// <summary>Adds recognizers to the services of a program.</summary>
public static class MekikiServices
{
    /// <summary>Adds a model; it is read before the service listens. Several have a queue each.</summary>
    /// <param name="services">The program's services.</param>
    /// <param name="name">Its name in addresses: letters, digits, <c>-</c>, <c>_</c> and <c>.</c>.</param>
    /// <param name="path">The model file, or the folder of a run.</param>
    /// <exception cref="MekikiException">The name has other characters.</exception>
    public static IServiceCollection AddMekiki(this IServiceCollection services, string name, string path) => Add(services, name, path, null);

    /// <summary>Adds a model that shows the training images which are most like an image: the page beside each answer, <c>POST /models/{name}/similar</c> to programs.</summary>
    /// <param name="services">The program's services.</param>
    /// <param name="name">Its name in addresses: letters, digits, <c>-</c>, <c>_</c> and <c>.</c>.</param>
    /// <param name="path">The model file, or the folder of a run.</param>
    /// <param name="examples">Opens a set, and says which of its images the model was trained on; called once, when the model is first read. Of more than 20,000 some are looked at.</param>
    /// <exception cref="MekikiException">The name has other characters.</exception>
    public static IServiceCollection AddMekiki(this IServiceCollection services, string name, string path, Func<Recognizer, (ImageSet Set, int[] Images)> examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        return Add(services, name, path, examples);
    }

    private static IServiceCollection Add(IServiceCollection services, string name, string path, Func<Recognizer, (ImageSet Set, int[] Images)>? examples)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(path);
        if (!IsName(name))
            throw new MekikiException($"Model '{name}': expected a name of 1 to 100 letters, digits, '-', '_' and '.', of which the first is a letter or a digit. Give it another name.");
        services.AddSingleton(new ModelRegistration(name, path, examples));
        return services.AddMekiki(_ => { });
    }

    /// <summary>Says what the service allows.</summary>
    /// <param name="services">The program's services.</param>
    /// <param name="configure">Sets options.</param>
    public static IServiceCollection AddMekiki(this IServiceCollection services, Action<ServingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.Configure(configure);
        if (services.Any(s => s.ServiceType == typeof(ServedModels)))
            return services;
        services.TryAddSingleton(s => new ServedModels(s.GetServices<ModelRegistration>(), Options(s), Log(s)));
        services.TryAddSingleton(s => new Door(Options(s), s.GetRequiredService<ServedModels>().Meter, s.GetRequiredService<IHostApplicationLifetime>(), Log(s)));
        services.TryAddSingleton(s => new PrometheusText(s.GetRequiredService<ServedModels>().Meter));
        services.TryAddSingleton(s => new Uploads(Options(s)));
        services.TryAddSingleton(s => new Recognition(Options(s), s.GetRequiredService<ServedModels>()));
        services.AddSingleton<IHostedService>(s => new ModelLoading(s.GetRequiredService<ServedModels>(), Options(s)));
        return services;
    }

    /// <summary>Whether a text may be a model's name.</summary>
    internal static bool IsName(string name) => name.Length is >= 1 and <= 100 && char.IsLetterOrDigit(name[0]) && name.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.');

    internal static ServingOptions Options(IServiceProvider services) => services.GetRequiredService<IOptions<ServingOptions>>().Value;

    private static ILogger Log(IServiceProvider services) => services.GetRequiredService<ILoggerFactory>().CreateLogger(ServingMeter.Name);
}
