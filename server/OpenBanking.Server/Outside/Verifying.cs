using OpenBanking.Server.Applications;

namespace OpenBanking.Server.Outside;

/// <summary>How the card's bank is asked who somebody is.</summary>
public static class Verifying
{
    /// <summary>Whether it confirms the five elements; nothing is asked twice.</summary>
    /// <param name="mayBeKnown">Whether it may have been asked before: then its answer is looked up first.</param>
    /// <exception cref="UnknownRefusalException">The adapter refuses with a code that its port has not.</exception>
    public static async Task<OutsideAnswer> AskAsync(
        this IIdentityVerification verification,
        Reference reference,
        FiveElements elements,
        bool mayBeKnown,
        CancellationToken cancellationToken
    )
    {
        var answer = mayBeKnown ? await verification.FindAsync(reference, cancellationToken) : null;
        answer ??= await verification.VerifyAsync(reference, elements, cancellationToken);
        return answer.RefusingWith(
            ApplicationReasons.IdentityNotVerified,
            ApplicationReasons.CardNotVerified
        );
    }
}
