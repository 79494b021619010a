using Microsoft.Extensions.Logging;

namespace Mekiki.Cli.Hosting;

/// <summary>Writes what a service logs to the host's standard error, a line each.</summary>
internal sealed class HostLogs(Host host) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        string line = $"{host.Clock.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'} {formatter(state, exception)}{(exception is null ? "" : $"\n{exception}")}";
        if (logLevel >= LogLevel.Error)
            host.SayMistake(line);
        else if (logLevel == LogLevel.Warning)
            host.SayWarning(line);
        else
            host.Say(line);
    }

    public void Dispose()
    {
    }
}
