using System.Diagnostics;

namespace OpenBanking.Samples.Quickstart;

/// <summary>What a step came to.</summary>
/// <param name="Outcome">One line for the reader.</param>
/// <param name="RequestId">The bank's name for the step's request.</param>
public sealed record StepResult(string Outcome, string? RequestId);

/// <summary>Something came out other than it should.</summary>
public sealed class StepFailedException(string message) : Exception(message);

/// <summary>Runs steps one after the other and prints what each came to.</summary>
public sealed class Steps(TextWriter output)
{
    /// <summary>The step that is running, or was the last to run.</summary>
    public string Current { get; private set; } = "start";

    public async Task RunAsync(string name, Func<Task<StepResult>> step)
    {
        Current = name;
        var started = Stopwatch.GetTimestamp();
        var result = await step();
        var milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        await output.WriteLineAsync($"  {name}");
        await output.WriteLineAsync($"     {result.Outcome}");
        await output.WriteLineAsync($"     {result.RequestId ?? "-"}  {milliseconds:0} ms");
    }

    /// <summary>What must be so for the step to have worked.</summary>
    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new StepFailedException(otherwise);
        }
    }
}
