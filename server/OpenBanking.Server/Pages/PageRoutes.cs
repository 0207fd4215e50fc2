using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>Where the pages are.</summary>
public static class PageRoutes
{
    public const string Error = "/bank/error";
    public const string SignOut = "/bank/sign-out";
    public const string Erased = "/bank/erased";

    /// <summary>A customer's own pages, by their short address.</summary>
    public const string Entrance = "/bank";

    /// <summary>Whether people ask for what is there, in a browser: whatever becomes of their request, they are told on a page.</summary>
    public static bool IsForPeople(PathString path) =>
        path.StartsWithSegments(Entrance, StringComparison.OrdinalIgnoreCase)
        || path.Equals(AuthorizeEndpoint.Path, StringComparison.OrdinalIgnoreCase)
        || IsOfSandbox(path);

    private static bool IsOfSandbox(PathString path) =>
        path.StartsWithSegments("/sandbox", StringComparison.OrdinalIgnoreCase, out var rest)
        && rest.Value?.Split('/') is ["", _, var page]
        && (
            page.Equals("messages", StringComparison.OrdinalIgnoreCase)
            || page.Equals("persons", StringComparison.OrdinalIgnoreCase)
        );

    /// <summary>Says that an app may no longer ask for what it asked for.</summary>
    public const string NotAllowed = $"{Error}?code={OAuthErrors.UnauthorizedClient}";

    /// <summary>Says that an interaction is over.</summary>
    public static string Over(World world, string interaction) =>
        $"{Error}?code={InteractionRules.Over}&world={world}&interaction={Uri.EscapeDataString(interaction)}";

    /// <summary>A version of the account agreement.</summary>
    public static string Agreement(string version) => "/bank/agreement/" + version;

    /// <summary>A customer's own pages.</summary>
    public static string Own(World world) => $"/bank/{world}/my";

    /// <summary>Where a customer begins who has not signed in.</summary>
    public static string SignIn(World world) => Own(world) + "/sign-in";

    /// <summary>The customer's passkeys.</summary>
    public static string Passkeys(World world) => Own(world) + "/passkeys";

    /// <summary>Where a forgotten payment PIN is set anew.</summary>
    public static string PinReset(World world) => Own(world) + "/pin-reset";

    /// <summary>Where the payment PIN is changed.</summary>
    public static string NewPin(World world) => Own(world) + "/new-pin";

    /// <summary>An account of the customer's.</summary>
    public static string Account(World world, Id<AccountRow> account) => $"{Own(world)}/accounts/{account}";

    /// <summary>The same, which says what was done.</summary>
    public static string Account(World world, Id<AccountRow> account, string done) =>
        $"{Account(world, account)}?done={done}";

    /// <summary>What an app may do, or has been allowed to do.</summary>
    public static string App(World world, Id<ConsentRow> consent) => $"{Own(world)}/apps/{consent}";

    /// <summary>The cards of an account.</summary>
    public static string Cards(World world, Id<AccountRow> account) => Account(world, account) + "/cards";

    /// <summary>The same, which say what was done.</summary>
    public static string Cards(World world, Id<AccountRow> account, string done) =>
        $"{Cards(world, account)}?done={done}";

    /// <summary>Where a card is added to an account.</summary>
    public static string NewCard(World world, Id<AccountRow> account) => Cards(world, account) + "/new";

    /// <summary>How far a transfer between an account and a card is.</summary>
    public static string Transfer(World world, Id<AccountRow> account, string act, Guid transfer) =>
        $"{Account(world, account)}/{act}/{transfer}";

    /// <summary>Where the mobile number is changed.</summary>
    public static string Mobile(World world) => Own(world) + "/mobile";

    /// <summary>What the customer consents to.</summary>
    public static string Purposes(World world) => Own(world) + "/purposes";

    /// <summary>What the customer asked the bank to look into.</summary>
    public static string Cases(World world) => Own(world) + "/cases";

    /// <summary>Where a customer complains about a transaction.</summary>
    public static string Complain(World world, OwnTransaction about) =>
        $"{Own(world)}/complain/"
        + (about.Line is { } line ? $"{about.AccountId}/{line}" : $"{about.PaymentId}");

    /// <summary>The page of a step on the way to a customer's own pages.</summary>
    public static string Of(World world, SessionStep step) =>
        Own(world)
        + step switch
        {
            SessionStep.Code => "/code",
            SessionStep.Pin => "/pin",
            SessionStep.NoAccount => "/no-account",
            SessionStep.Home => "",
            _ => throw new InvalidOperationException($"Unknown step {step}."),
        };

    /// <summary>Where a payment is shown that is to be confirmed; where its link leads.</summary>
    public static string Pay(World world, Id<PaymentRow> payment) => $"/bank/{world}/pay/{payment}";

    /// <summary>Where a customer who has signed in confirms it.</summary>
    public static string Confirm(World world, Id<PaymentRow> payment) => Pay(world, payment) + "/confirm";

    /// <summary>The same, with an account chosen to pay from.</summary>
    public static string Confirm(World world, Id<PaymentRow> payment, Id<AccountRow> account) =>
        $"{Confirm(world, payment)}?account={account}";

    /// <summary>The page of a step of an application.</summary>
    public static string Of(World world, string application, string digest, ContinuationStep step) =>
        $"/bank/{world}/applications/{application}/{digest}"
        + step switch
        {
            ContinuationStep.Start => "",
            ContinuationStep.Code => "/code",
            ContinuationStep.Deposit => "/deposit",
            ContinuationStep.Images => "/images",
            ContinuationStep.Verifying => "/verifying",
            ContinuationStep.Pin => "/pin",
            ContinuationStep.Done or ContinuationStep.Over => "/end",
            _ => throw new InvalidOperationException($"Unknown step {step}."),
        };

    /// <summary>The page of a step of an interaction.</summary>
    public static string Of(World world, string interaction, InteractionStep step) =>
        $"/bank/{world}/{interaction}/"
        + step switch
        {
            InteractionStep.SignIn => "sign-in",
            InteractionStep.Code => "code",
            InteractionStep.Identity => "identity",
            InteractionStep.Images => "images",
            InteractionStep.Verifying => "verifying",
            InteractionStep.Deposit => "deposit",
            InteractionStep.Pin => "pin",
            InteractionStep.Consent => "consent",
            InteractionStep.NoAccount => "no-account",
            _ => throw new InvalidOperationException($"Unknown step {step}."),
        };
}
