using OpenBanking.Server.Partners;

namespace OpenBanking.Server.Authorization;

/// <summary>What a part of granted details is: a token, or a consent, may be narrowed to it and never widened
/// (RFC 9396 §6.2).</summary>
public static class GrantedDetails
{
    /// <summary>Reads the part that is asked for, in the form of the request.</summary>
    /// <param name="text">The authorization_details parameter; null asks for all.</param>
    /// <param name="which">What the types of <paramref name="granted"/> are, as a refusal says it.</param>
    /// <param name="anyClass">Whether an opening may name another class than was granted: the one that the app asked for before its
    /// customer chose.</param>
    public static (AuthorizationDetail[]? Part, OAuthFailure? Failure) Narrow(
        string? text,
        IReadOnlyList<AuthorizationDetail> granted,
        string which = "the consent still has",
        bool anyClass = false
    )
    {
        if (text is null)
        {
            return (null, null);
        }

        var (asked, failure) = AuthorizationDetails.Parse(
            text,
            [.. granted.Select(AuthorizationDetails.TypeOf)],
            which,
            complete: false
        );
        if (asked is null)
        {
            return (null, failure);
        }

        AuthorizationDetail[] part = [.. asked.Select(wanted => Complete(wanted, granted, anyClass))];
        return Covers(granted, part)
            ? (part, null)
            : (
                null,
                AuthorizationDetails.Refuse(
                    part.Select(wanted => WhyNot(wanted, granted)).First(why => why is not null)!
                )
            );
    }

    /// <summary>Of some details those that the app is still registered for: their type, and the scope without which they open
    /// nothing.</summary>
    public static AuthorizationDetail[] Registered(
        IReadOnlyList<AuthorizationDetail> granted,
        RegisteredApp app
    ) =>
        [
            .. granted.Where(detail =>
                AuthorizationDetails.TypeOf(detail) is var type
                && app.DetailsTypes.Contains(type)
                && (DetailScopes.Of(type) is not { } scope || app.Scopes.Contains(scope))
            ),
        ];

    /// <summary>Whether each detail of the part was granted, and no more than was.</summary>
    public static bool Covers(
        IReadOnlyList<AuthorizationDetail> granted,
        IReadOnlyList<AuthorizationDetail> part
    ) => part.All(wanted => granted.Any(held => Covers(held, wanted)));

    /// <summary>What is asked for with what was left out: of an opening the class that was granted, of others what it stands for.
    /// What is kept is not optional.</summary>
    private static AuthorizationDetail Complete(
        AuthorizationDetail wanted,
        IReadOnlyList<AuthorizationDetail> granted,
        bool anyClass
    ) =>
        wanted is AccountOpening opening && (anyClass || opening.AccountType is null)
            ? granted.OfType<AccountOpening>().First()
            : AuthorizationDetails.Complete(wanted with { Optional = null });

    private static string? WhyNot(AuthorizationDetail wanted, IReadOnlyList<AuthorizationDetail> granted) =>
        Covers(granted, [wanted]) ? null
        : wanted is PaymentAgreementTerms
            ? "An agreement is kept as its customer agreed to it, whole, or left out."
        : wanted is AccountOpening && granted.OfType<AccountOpening>().First().AccountType is { } type
            ? $"account_opening: /account_type: {type.Value} was granted; leave it out, or say that."
        : "Ask for what was granted, or for less.";

    private static bool Covers(AuthorizationDetail held, AuthorizationDetail wanted) =>
        (held, wanted) switch
        {
            (AccountOpening opened, AccountOpening opening) => opened.AccountType == opening.AccountType,
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
