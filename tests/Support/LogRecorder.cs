using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OpenBanking.Tests;

/// <summary>Writes down all that is logged, with exceptions, for who looks for secrets in it.</summary>
public sealed class LogRecorder(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

    public void Dispose()
    {
        // Nothing is held.
    }
}
