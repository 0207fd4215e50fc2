using OpenBanking.Server.Applications;

namespace OpenBanking.Server.Pages;

/// <summary>Waits for identity verification; the page loads itself again until its step is over.</summary>
public sealed class ApplicationVerifyingModel(Continuations continuations)
    : ApplicationPage(continuations, ContinuationStep.Verifying);
