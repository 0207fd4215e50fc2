using OpenBanking.Server.Accounts;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Applications;

/// <summary>Where a customer is who goes on with an application.</summary>
public enum ContinuationStep
{
    Verifying,
    Start,
    Code,

    /// <summary>The customer has to say how much came to the card.</summary>
    Deposit,

    /// <summary>The customer gives pictures of the ID card.</summary>
    Images,
    Pin,

    /// <summary>The account is in use.</summary>
    Done,

    /// <summary>It came to nothing.</summary>
    Over,
}

/// <summary>An application with all that its pages need.</summary>
/// <param name="Visit">This browser's visit, if it has begun one.</param>
public sealed record OpenContinuation(
    World World,
    DateTimeOffset Now,
    AccountApplicationRow Row,
    AppRow App,
    ApplicationVisitRow? Visit,
    CustomerRow? Customer
)
{
    /// <summary>The form that was sent, as <see cref="Command{TReply}.Form"/>.</summary>
    public SentForm? Form { get; init; }

    /// <summary>The one step that is next; every page but its own leads there.</summary>
    public ContinuationStep Step =>
        Row.State == ApplicationState.Opened
            ? (
                !ApplicationRules.TakesCodes(Row, Now)
                || Customer is { PinHash: not null } or { ErasedAt: not null }
                    ? ContinuationStep.Done
                : Visit?.State == VisitState.Proven ? ContinuationStep.Pin
                : Confirming
            )
        : !OpeningRules.IsOpen(Row.State) || OpeningRules.HasExpired(Row, Now) ? ContinuationStep.Over
        : ApplicationDepositRules.IsAsked(Row) && Visit?.State == VisitState.Proven ? ContinuationStep.Deposit
        : Row.State == ApplicationState.OtpPending && Visit?.State == VisitState.Proven
            ? ContinuationStep.Images
        : Row.State == ApplicationState.OtpPending || ApplicationDepositRules.IsAsked(Row) ? Confirming
        : ContinuationStep.Verifying;

    /// <summary>Why it came to nothing.</summary>
    public string Reason => Row.Reason ?? ApplicationReasons.NotConfirmedInTime;

    private ContinuationStep Confirming => Visit is null ? ContinuationStep.Start : ContinuationStep.Code;
}

/// <summary>Leads applicants through the pages: each method is one thing they can do.</summary>
public sealed class Continuations(
    Store store,
    Engine.Engine engine,
    AppDirectory apps,
    WorldClocks clocks,
    Vault vault,
    FirstPins firstPins,
    Openings openings,
    ContinuationAddresses addresses,
    Ids ids
)
{
    private const int MostTries = 5;
    private static readonly TimeSpan visitLifetime = TimeSpan.FromMinutes(30);

    /// <summary>The application of an address, with this browser's visit; null when there is none.</summary>
    /// <param name="visit">The visit and its secret, as the browser keeps them.</param>
    public async ValueTask<OpenContinuation?> FindAsync(World world, string id, string digest, string? visit)
    {
        if (
            !Id<AccountApplicationRow>.TryParse(id, out var applicationId)
            || !addresses.IsRight(world, applicationId, digest)
            || await store.FindAsync(ApplicationTables.Applications, world, applicationId)
                is not { Channel: ApplicationChannel.Api } row
            || await apps.FindAsync(row.AppId.ToString()) is not { } app
        )
        {
            return null;
        }

        return new(
            world,
            await clocks.NowAsync(world),
            row,
            app.Row,
            await FindVisitAsync(world, applicationId, visit),
            row.CustomerId is { } customer
                ? await store.FindAsync(CustomerTables.Customers, world, customer)
                : null
        );
    }

    /// <summary>Who applies, for showing them to themselves, masked.</summary>
    public FiveElements ElementsOf(OpenContinuation open) =>
        vault.OpenJson<FiveElements>(open.Row.Elements, open.Row.Id.Value);

    /// <summary>Begins a visit and sends a code; gives what the browser keeps, or why none was sent.</summary>
    /// <param name="agreement">The version of the account agreement that was accepted.</param>
    /// <param name="withImages">Whether pictures of the ID card are given once the code was right.</param>
    public async Task<(string Cookie, Refusal? Refusal)> SendCodeAsync(
        OpenContinuation open,
        string? agreement,
        bool withImages,
        IReadOnlyList<CodeSource> sources,
        Func<string, string> messageWith
    )
    {
        var (code, secret, now) = (Ids.NewDigits(), Ids.NewSecret(), clocks.RealNow);
        var (visitId, codeId, intentId) = (
            ids.New<ApplicationVisitRow>(),
            ids.New<OneTimeCodeRow>(),
            ids.New<IntentRow>()
        );
        var message = OneTimeCodeRules.Message(ElementsOf(open).Mobile, messageWith(code), now);
        var decision = await engine.SubmitAsync(
            new BeginVisit(
                open.World,
                await clocks.NowAsync(open.World),
                new()
                {
                    Id = visitId,
                    ApplicationId = open.Row.Id,
                    State = VisitState.Begun,
                    BrowserHash = Secrets.HashOf(secret),
                    CodeId = codeId,
                    ExpiresAt = now + visitLifetime,
                    AgreementVersion = agreement,
                    WithImages = withImages,
                },
                new(
                    codeId,
                    intentId,
                    open.Row.MobileIndex,
                    vault.MacOf(code, codeId.Value),
                    vault.SealJson(message, intentId.Value),
                    now
                )
                {
                    Sources = sources,
                }
            )
        );
        return (CookieOf(visitId, secret), (decision as Rejected<Done>)?.Refusal);
    }

    /// <summary>Whether a code was sent just now, which can be entered in this browser's visit.</summary>
    public async ValueTask<bool> IsCodeSentAsync(OpenContinuation open) =>
        open.Visit is { State: VisitState.Begun } visit
        && await store.WasJustSentAsync(open.World, visit.CodeId, open.Row.MobileIndex, clocks.RealNow);

    /// <summary>Looks at a code; with the right one the account is opened, or pictures are asked for, or it is not for a
    /// reason, and a new secret comes for the browser.</summary>
    public async Task<(CodeCheck Check, string? Cookie)> EnterCodeAsync(OpenContinuation open, string code)
    {
        var secret = Ids.NewSecret();
        for (var tried = 0; tried < MostTries; tried++)
        {
            switch (await EnterOnceAsync(open, code, secret))
            {
                case Accepted<CodeCheck>:
                    return (CodeCheck.Right, CookieOf(open.Visit!.Id, secret));
                case Declined<CodeCheck> declined:
                    return (declined.Reply, null);
                case Rejected<CodeCheck> { Refusal.Code: not OpeningRules.CustomerChanged }:
                    return (CodeCheck.Over, null);
            }
        }

        return (CodeCheck.Over, null);
    }

    /// <summary>Whoever is at the browser has not asked for this. It is told to the app once, however often it is said.</summary>
    public async Task RefuseAsync(OpenContinuation open) =>
        await engine.SubmitAsync(
            new RefuseApplication(open.World, await clocks.NowAsync(open.World), open.Row.Id)
        );

    /// <summary>Whether a PIN may be set: not one that stands in the customer's own numbers.</summary>
    public bool IsAcceptablePin(OpenContinuation open, string? pin)
    {
        var elements = ElementsOf(open);
        return PinRules.IsAcceptable(pin, elements.IdNumber, elements.Mobile);
    }

    /// <summary>Sets the first payment PIN, and with it puts the account in use.</summary>
    public Task SetPinAsync(OpenContinuation open, string pin) =>
        firstPins.SetAsync(open.World, open.Customer!.Id, open.Row.AccountId!.Value, open.App.Id, pin);

    private async Task<Decision<CodeCheck>> EnterOnceAsync(OpenContinuation open, string code, string secret)
    {
        var now = await clocks.NowAsync(open.World);
        return await engine.SubmitAsync(
            new EnterApplicationCode(
                open.World,
                now,
                open.Visit!,
                open.Row,
                vault.MacOf(code, open.Visit!.CodeId.Value),
                Secrets.HashOf(secret),
                await openings.PrepareAsync(
                    open.World,
                    open.Row,
                    ElementsOf(open),
                    open.Row.CardBank ?? "",
                    now
                ),
                clocks.RealNow
            )
            {
                Form = open.Form,
            }
        );
    }

    private async ValueTask<ApplicationVisitRow?> FindVisitAsync(
        World world,
        Id<AccountApplicationRow> application,
        string? cookie
    ) =>
        cookie?.Split('-') is [var id, .. var secret]
        && Id<ApplicationVisitRow>.TryParse(id, out var visitId)
        && await store.FindAsync(ApplicationTables.Visits, world, visitId) is { } visit
        && visit.ApplicationId == application
        && clocks.RealNow < visit.ExpiresAt
        && Secrets.AreEqual(Secrets.HashOf(string.Join('-', secret)), visit.BrowserHash)
            ? visit
            : null;

    private static string CookieOf(Id<ApplicationVisitRow> visit, string secret) => $"{visit}-{secret}";
}
