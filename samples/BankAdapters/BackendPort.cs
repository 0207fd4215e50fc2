using OpenBanking.Server.Outside;

namespace OpenBanking.Samples.BankAdapters;

/// <summary>What every port has in common: its outcomes lie under an address of their own.</summary>
/// <param name="path">Where the bank keeps what this port asked. Identity verification and risk decision are asked under one
/// reference, so what became of one must not be found as the other's.</param>
public abstract class BackendPort(Backend backend, string path) : IPort
{
    protected Backend Backend { get; } = backend;

    // <find_outcome>
    public async Task<OutsideAnswer?> FindAsync(Reference reference, CancellationToken cancellationToken) =>
        await Backend.FindAsync(path, reference, cancellationToken) is { } answer ? Translate(answer) : null;

    protected async Task<OutsideAnswer> AskAsync<T>(
        string action,
        Reference reference,
        T body,
        CancellationToken cancellationToken
    ) => Translate(await Backend.AskAsync($"{path}/{action}", reference, body, cancellationToken));

    /// <summary>The code of the product for the bank's own.</summary>
    protected abstract string RefusalOf(string? code);

    private OutsideAnswer Translate(BackendAnswer answer) =>
        answer.Outcome switch
        {
            "done" => OutsideAnswer.Done,
            "refused" => new(RefusalOf(answer.Code)),
            _ => throw new OutcomeNotKnownException(answer.Outcome),
        };
    // </find_outcome>
}
