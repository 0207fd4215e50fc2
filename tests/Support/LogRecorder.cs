using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OpenBanking.Tests;

/// <summary>Writes down all that is logged, with exceptions, for who looks for secrets in it.</summary>
/// <param name="lines">Where to.</param>
/// <param name="whole">Whether also what no line shows: the values of an entry, and the scopes it is logged in.</param>
public sealed class LogRecorder(ConcurrentQueue<string> lines, bool whole = false) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        if (whole)
        {
            lines.Enqueue($"Scope {state}{ValuesOf(state)}");
        }

        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) =>
        lines.Enqueue(
            $"{logLevel} {formatter(state, exception)} {exception}{(whole ? ValuesOf(state) : "")}"
        );

    public void Dispose()
    {
        // Nothing is held.
    }

    private static string ValuesOf(object? state) =>
        state is IEnumerable<KeyValuePair<string, object?>> values
            ? string.Concat(values.Select(value => $" {value.Key}={value.Value}"))
            : "";
}
