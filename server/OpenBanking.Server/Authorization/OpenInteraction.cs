using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>Where a customer is on the way through the pages.</summary>
public enum InteractionStep
{
    SignIn,
    Code,
    Identity,

    /// <summary>The application waits for pictures of the ID card.</summary>
    Images,
    Verifying,

    /// <summary>The customer has to say how much came to the card.</summary>
    Deposit,
    Pin,
    Consent,

    /// <summary>The customer has no account, and the app does not ask for one to be opened; or has one that cannot be
    /// used now.</summary>
    NoAccount,
}

/// <summary>An interaction with all that its pages need.</summary>
/// <param name="Request">What the app asked for: always the stored request, never what a browser sends.</param>
/// <param name="Application">The newest application, if one was made.</param>
public sealed record OpenInteraction(
    World World,
    InteractionRow Row,
    AppRow App,
    AuthorizationRequest Request,
    IReadOnlyList<AuthorizationDetail> Details,
    AccountApplicationRow? Application,
    CustomerRow? Customer,
    AccountRow? Account
)
{
    /// <summary>The customer's accounts that the app may be given, of which <see cref="Account"/> is the one that is meant
    /// unless the customer chooses another.</summary>
    public IReadOnlyList<AccountRow> Accounts { get; init; } = [];

    /// <summary>The form that was sent, as <see cref="Command{TReply}.Form"/>.</summary>
    public SentForm? Form { get; init; }

    /// <summary>What is granted when the customer allows these of the optional details: those that are not optional,
    /// and these.</summary>
    public IReadOnlyList<AuthorizationDetail> GrantedWith(IReadOnlyCollection<string> allowed) =>
        [
            .. Details.Where(detail =>
                detail.Optional is not true || allowed.Contains(AuthorizationDetails.TypeOf(detail))
            ),
        ];

    /// <summary>The one step that is next; every page but its own leads there.</summary>
    public InteractionStep Step =>
        !Row.SignedIn ? (Row.CodeId is null ? InteractionStep.SignIn : InteractionStep.Code)
        : Account is not null
            ? (
                Customer!.PinHash is null ? (IsVerified ? InteractionStep.Pin : Unverified)
                : Account.State == AccountState.Active ? InteractionStep.Consent
                : InteractionStep.NoAccount
            )
        : Unverified;

    /// <summary>Whether it was verified here who the customer is. A number alone says it of nobody: it may have been given to
    /// somebody new.</summary>
    private bool IsVerified => Application?.CustomerId == Customer!.Id;

    /// <summary>The class of account that the app asks to open.</summary>
    public string AccountType =>
        (
            Details.OfType<AccountOpening>().FirstOrDefault()?.AccountType ?? OpenBanking.AccountType.TypeTwo
        ).Value;

    private InteractionStep Unverified =>
        !Details.OfType<AccountOpening>().Any()
            ? InteractionStep.NoAccount
            : Application?.State switch
            {
                ApplicationState.IdentityVerifying when ApplicationDepositRules.IsAsked(Application) =>
                    InteractionStep.Deposit,
                ApplicationState.IdentityVerifying => InteractionStep.Verifying,
                ApplicationState.Created => InteractionStep.Images,
                _ => InteractionStep.Identity,
            };
}
