using OpenBanking.Server.Applications;

namespace OpenBanking.Server.Outside;

/// <summary>How the card's bank is asked who somebody is.</summary>
public static class Verifying
{
    /// <summary>Whether it confirms the five elements; nothing is asked twice.</summary>
    /// <param name="mayBeKnown">Whether it may have been asked before: then its answer is looked up first.</param>
    /// <param name="images">Pictures of the ID card, where the customer gave some.</param>
    /// <param name="mayBeUnconfirmed">Whether <see cref="IIdentityVerification.CardUnconfirmed"/> is an answer: the card can be
    /// proven in another way.</param>
    /// <exception cref="UnknownRefusalException">The adapter refuses with a code that its port has not.</exception>
    public static async Task<OutsideAnswer> AskAsync(
        this IIdentityVerification verification,
        Reference reference,
        FiveElements elements,
        bool mayBeKnown,
        CancellationToken cancellationToken,
        IdentityImages? images = null,
        bool mayBeUnconfirmed = false
    )
    {
        var answer = mayBeKnown ? await verification.FindAsync(reference, cancellationToken) : null;
        answer ??= images is null
            ? await verification.VerifyAsync(reference, elements, cancellationToken)
            : await verification.VerifyAsync(reference, elements, images, cancellationToken);
        return answer.RefusingWith([
            ApplicationReasons.IdentityNotVerified,
            ApplicationReasons.CardNotVerified,
            .. images is null ? (string[])[] : [ApplicationReasons.ImagesNotVerified],
            .. mayBeUnconfirmed ? (string[])[IIdentityVerification.CardUnconfirmed] : [],
        ]);
    }
}
