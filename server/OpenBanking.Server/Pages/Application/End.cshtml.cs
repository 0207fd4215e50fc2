using OpenBanking.Server.Applications;

namespace OpenBanking.Server.Pages;

/// <summary>Says what came of it, and leads back to the app.</summary>
public sealed class ApplicationEndModel(Continuations continuations)
    : ApplicationPage(continuations, ContinuationStep.Done)
{
    public bool IsDone => Open.Step == ContinuationStep.Done;

    /// <summary>The name of the text that says so.</summary>
    public string Lead =>
        IsDone ? "OpeningDoneLead"
        : Open.Reason == ApplicationReasons.CardNotVerified ? "OpeningCardOver"
        : $"Refused_{Open.Reason}";

    protected override bool Serves(ContinuationStep current) =>
        current is ContinuationStep.Done or ContinuationStep.Over;
}
