using OpenBanking.Server.Partners;

namespace OpenBanking.Server.Authorization;

/// <summary>What a part of granted details is: a token, or a consent, may be narrowed to it and never widened
/// (RFC 9396 §6.2).</summary>
public static class GrantedDetails
{
    /// <summary>Reads the part that is asked for, in the form of the request.</summary>
    /// <param name="text">The authorization_details parameter; null asks for all.</param>
    /// <param name="which">What the types of <paramref name="granted"/> are, as a refusal says it.</param>
    public static (AuthorizationDetail[]? Part, OAuthFailure? Failure) Narrow(
        string? text,
        IReadOnlyList<AuthorizationDetail> granted,
        string which = "the consent still has"
    )
    {
        if (text is null)
        {
            return (null, null);
        }

        var (part, failure) = AuthorizationDetails.Parse(
            text,
            [.. granted.Select(AuthorizationDetails.TypeOf)],
            which
        );
        return part is null ? (null, failure)
            : Covers(granted, part) ? ([.. part.Select(wanted => AsGranted(wanted, granted))], null)
            : (
                null,
                AuthorizationDetails.Refuse(
                    Covers(granted, [.. part.Where(wanted => wanted is not PaymentAgreementTerms)])
                        ? "An agreement is kept as its customer agreed to it, whole, or left out."
                        : "Ask for what was granted, or for less."
                )
            );
    }

    /// <summary>Of some details those whose type the app is still registered for.</summary>
    public static AuthorizationDetail[] Registered(
        IReadOnlyList<AuthorizationDetail> granted,
        RegisteredApp app
    ) => [.. granted.Where(detail => app.DetailsTypes.Contains(AuthorizationDetails.TypeOf(detail)))];

    /// <summary>Whether each detail of the part was granted, and no more than was.</summary>
    public static bool Covers(
        IReadOnlyList<AuthorizationDetail> granted,
        IReadOnlyList<AuthorizationDetail> part
    ) => part.All(wanted => granted.Any(held => Covers(held, wanted)));

    /// <summary>The opening as it is granted; the others as they are asked for.</summary>
    private static AuthorizationDetail AsGranted(
        AuthorizationDetail wanted,
        IReadOnlyList<AuthorizationDetail> granted
    ) => wanted is AccountOpening ? granted.OfType<AccountOpening>().First() : wanted;

    private static bool Covers(AuthorizationDetail held, AuthorizationDetail wanted) =>
        (held, wanted) switch
        {
            // The account is there: the class that was asked for counts no more.
            (AccountOpening, AccountOpening) => true,
            (AccountInformation all, AccountInformation some) => !some.Actions!.Except(all.Actions!).Any(),
            // An agreement is as its customer agreed to it, or it is not.
            (PaymentAgreementTerms agreed, PaymentAgreementTerms terms) => AreSame(
                agreed.Scenes,
                terms.Scenes
            )
                && agreed with
                {
                    Optional = null,
                    Scenes = null,
                } == terms with { Optional = null, Scenes = null },
            _ => held with { Optional = null } == wanted with { Optional = null },
        };

    private static bool AreSame(IReadOnlyList<string>? some, IReadOnlyList<string>? others) =>
        some is null || others is null ? some == others : some.ToHashSet().SetEquals(others);
}
