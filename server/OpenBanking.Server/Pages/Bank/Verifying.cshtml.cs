using OpenBanking.Server.Authorization;

namespace OpenBanking.Server.Pages;

/// <summary>Waits for identity verification; the page loads itself again until its step is over.</summary>
public sealed class VerifyingModel(Interactions interactions)
    : InteractionPage(interactions, InteractionStep.Verifying);
