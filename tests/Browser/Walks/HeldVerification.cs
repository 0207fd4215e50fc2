using OpenBanking.Server.Applications;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Sandbox;

namespace OpenBanking.Tests.Browser.Walks;

/// <summary>The sandbox's verification, whose answer can be held back.</summary>
public sealed class HeldVerification(SandboxOutside sandbox) : IIdentityVerification
{
    private volatile TaskCompletionSource over = NewOver();

    public void Hold() => over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void GoOn() => over.TrySetResult();

    public async Task<OutsideAnswer> VerifyAsync(
        Reference reference,
        FiveElements elements,
        CancellationToken cancellationToken
    )
    {
        await over.Task.WaitAsync(cancellationToken);
        return await sandbox.VerifyAsync(reference, elements, cancellationToken);
    }

    public Task<OutsideAnswer?> FindAsync(Reference reference, CancellationToken cancellationToken) =>
        sandbox.FindAsync(reference, cancellationToken);

    public Task<string> BankOfAsync(
        Reference reference,
        string cardNumber,
        CancellationToken cancellationToken
    ) => sandbox.BankOfAsync(reference, cardNumber, cancellationToken);

    private static TaskCompletionSource NewOver()
    {
        var none = new TaskCompletionSource();
        none.SetResult();
        return none;
    }
}
