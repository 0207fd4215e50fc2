using System.Runtime.InteropServices;

namespace OpenBanking.Samples.Quickstart;

/// <summary>Ctrl+C, a closed terminal or <c>kill</c>: asks to stop, so that the programs that were started are stopped
/// too.</summary>
public sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PosixSignalRegistration[] registrations;

    /// <summary>Listens from now on.</summary>
    public StopSignals() =>
        registrations = [
            Listen(PosixSignal.SIGINT),
            Listen(PosixSignal.SIGTERM),
            Listen(PosixSignal.SIGHUP),
            Listen(PosixSignal.SIGQUIT),
        ];

    /// <summary>Completes when somebody asked to stop.</summary>
    public Task Asked => asked.Task;

    /// <summary>No longer listens.</summary>
    public void Dispose() => Array.ForEach(registrations, registration => registration.Dispose());

    private PosixSignalRegistration Listen(PosixSignal signal) =>
        PosixSignalRegistration.Create(
            signal,
            context =>
            {
                context.Cancel = true;
                asked.TrySetResult();
            }
        );
}
