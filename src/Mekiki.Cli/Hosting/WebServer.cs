using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mekiki.Cli.Hosting;

/// <summary>The web server of the commands that answer browsers: it speaks through the host, and Ctrl-C ends it.</summary>
internal static class WebServer
{
    /// <summary>Whether this program has one. The native image that starts on any processor has none.</summary>
    [FeatureSwitchDefinition("Mekiki.Serve")]
    public static bool IsSupported => !AppContext.TryGetSwitch("Mekiki.Serve", out bool on) || on;

    /// <summary>What to say where there is none.</summary>
    /// <param name="command">The command's name.</param>
    public static MekikiException NotSupported(string command) =>
        new($"{command}: expected a program with the web server, got the native image for any processor, which has none. It needs AVX2 (and not MEKIKI_VECTOR_BITS=128), the images for wider vectors beside it, or the .NET tool (`dotnet tool install Mekiki.Tool`).");

    /// <summary>Whether a host's name means this machine and no way out of it.</summary>
    public static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>A program to which a command adds its services.</summary>
    /// <param name="host">Gets its messages.</param>
    /// <param name="urls">Where it will listen.</param>
    public static WebApplicationBuilder Builder(Host host, string[] urls)
    {
        // Nothing but what is used: the native program holds all that a builder adds.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Mekiki", LogLevel.Information).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None).AddProvider(new HostLogs(host));
        builder.Services.AddRoutingCore();
        builder.Configuration.AddEnvironmentVariables();
        builder.WebHost.UseUrls(urls).UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Configure(builder.Configuration.GetSection("Kestrel"));
        });
        // Ctrl-C and SIGTERM come to the host of the command.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        return builder;
    }

    /// <summary>Begins to listen.</summary>
    /// <param name="app">The program.</param>
    /// <param name="option">The option that says where, for messages: <c>--urls</c>.</param>
    /// <param name="urls">Where.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="MekikiException">Another program listens there, or nobody may.</exception>
    public static async Task Start(WebApplication app, string option, string[] urls, CancellationToken cancellation)
    {
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException e) when (e.InnerException is not null || e.Message.StartsWith("Failed to bind", StringComparison.Ordinal))
        {
            throw new MekikiException($"{option}: expected an address that is free, got {string.Join(" and ", urls)}: {e.Message.TrimEnd('.')}. Give another port, or end the program that listens there.", e);
        }
        catch (SocketException e)
        {
            throw new MekikiException($"{option}: expected an address where this machine may listen, got {string.Join(" and ", urls)}: {e.Message}.", e);
        }
    }

    /// <summary>Listens until Ctrl-C or SIGTERM comes, and answers what was begun.</summary>
    /// <inheritdoc cref="Start"/>
    public static async Task<int> Run(WebApplication app, Host host, string option, string[] urls)
    {
        await using (app)
        {
            await Start(app, option, urls, host.Interrupt.Token);
            foreach (string url in app.Urls)
                host.Say($"Serving at {url}. Ctrl-C ends it.");
            try
            {
                await Task.Delay(Timeout.Infinite, host.Interrupt.Token);
            }
            catch (OperationCanceledException)
            {
            }

            await app.StopAsync();
        }

        return ExitCode.Done;
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
