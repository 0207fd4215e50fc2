using OpenBanking.Server.Authorization;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

/// <summary>Where a customer is on the way to their own pages.</summary>
public enum SessionStep
{
    Code,
    Pin,

    /// <summary>Whoever has the number has no account here, or never set its PIN.</summary>
    NoAccount,

    /// <summary>Signed in.</summary>
    Home,
}

/// <summary>A session with all that its pages need.</summary>
public sealed record OpenSession(World World, CustomerSessionRow Row, CustomerRow? Customer)
{
    /// <summary>The form that was sent, as <see cref="Command{TReply}.Form"/>.</summary>
    public SentForm? Form { get; init; }

    /// <summary>The one step that is next; every page but its own leads there.</summary>
    public SessionStep Step =>
        Row.State == SessionState.Begun ? SessionStep.Code
        : Customer?.PinHash is null ? SessionStep.NoAccount
        : Row.State == SessionState.NumberProven ? SessionStep.Pin
        : SessionStep.Home;
}

/// <summary>Lets customers in to their own pages: each method is one step of it.</summary>
public sealed class CustomerSessions(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    Vault vault,
    PinHash pins,
    Ids ids
)
{
    /// <summary>Whether there is such a world: the live one, or a sandbox.</summary>
    public async ValueTask<bool> IsWorldAsync(World world) =>
        world == World.Live
        || await store.FindAsync(WorldTables.Worlds, World.Live, new(world.Number)) is not null;

    /// <summary>The session, if this browser began it and it is not over. It is over when the number that it began with is
    /// the customer's no more.</summary>
    public async ValueTask<OpenSession?> FindAsync(World world, string id, string browserSecret)
    {
        if (
            !Id<CustomerSessionRow>.TryParse(id, out var sessionId)
            || await store.FindAsync(SessionTables.Sessions, world, sessionId)
                is not { State: not SessionState.Ended } row
            || clocks.RealNow >= row.ExpiresAt
            || !Secrets.AreEqual(Secrets.HashOf(browserSecret), row.BrowserHash)
        )
        {
            return null;
        }

        var customer = row.CustomerId is { } customerId
            ? await store.FindAsync(CustomerTables.Customers, world, customerId)
            : null;
        if (
            customer is not { ErasedAt: null }
            || await store.IsMobileOfAsync(world, row.MobileIndex, customer.Id)
        )
        {
            return new(world, row, customer);
        }

        // Number and session may have changed together after the session was read.
        return
            await store.FindAsync(SessionTables.Sessions, world, sessionId) is { } now
            && now.MobileIndex != row.MobileIndex
            ? await FindAsync(world, id, browserSecret)
            : null;
    }

    /// <summary>Whether this browser's session was of a customer who was erased since.</summary>
    public async ValueTask<bool> IsOfErasedAsync(World world, string id, string browserSecret) =>
        Id<CustomerSessionRow>.TryParse(id, out var sessionId)
        && await store.FindAsync(SessionTables.Sessions, world, sessionId)
            is { CustomerId: { } customerId } row
        && Secrets.AreEqual(Secrets.HashOf(browserSecret), row.BrowserHash)
        && await store.FindAsync(CustomerTables.Customers, world, customerId) is { ErasedAt: not null };

    /// <summary>Begins a session with a code; or gives why none was sent. Whether the number is anybody's makes no
    /// difference.</summary>
    public async Task<(Id<CustomerSessionRow> Id, string BrowserSecret, Refusal? Refusal)> BeginAsync(
        World world,
        string mobile,
        IReadOnlyList<CodeSource> sources,
        Func<string, string> messageWith
    )
    {
        var (code, secret, now) = (Ids.NewDigits(), Ids.NewSecret(), clocks.RealNow);
        var (id, codeId, intentId) = (
            ids.New<CustomerSessionRow>(),
            ids.New<OneTimeCodeRow>(),
            ids.New<IntentRow>()
        );
        var mobileIndex = vault.BlindIndex("mobile", mobile);
        var decision = await engine.SubmitAsync(
            new BeginSession(
                world,
                now,
                new()
                {
                    Id = id,
                    State = SessionState.Begun,
                    BrowserHash = Secrets.HashOf(secret),
                    Mobile = vault.SealText(mobile, id.Value),
                    MobileIndex = mobileIndex,
                    CodeId = codeId,
                    ExpiresAt = now + SessionRules.Lifetime,
                },
                new(
                    codeId,
                    intentId,
                    mobileIndex,
                    vault.MacOf(code, codeId.Value),
                    vault.SealJson(OneTimeCodeRules.Message(mobile, messageWith(code), now), intentId.Value),
                    now
                )
                {
                    Sources = sources,
                }
            )
        );
        return (id, secret, (decision as Rejected<Done>)?.Refusal);
    }

    /// <summary>Whether this number was sent a code just now, which can be entered in this browser's session.</summary>
    public async ValueTask<bool> IsCodeSentAsync(
        World world,
        string id,
        string browserSecret,
        string mobile
    ) =>
        vault.BlindIndex("mobile", mobile) is var index
        && await FindAsync(world, id, browserSecret) is { Step: SessionStep.Code, Row: var row }
        && row.MobileIndex == index
        && await store.WasJustSentAsync(world, row.CodeId, index, clocks.RealNow);

    /// <summary>Begins a session with a passkey in the code's place; null when it signs nobody in. The number is the one
    /// the customer has.</summary>
    public async Task<(Id<CustomerSessionRow> Id, string BrowserSecret)?> BeginAsync(
        World world,
        PasskeyAnswer answer
    )
    {
        var (id, secret, now) = (ids.New<CustomerSessionRow>(), Ids.NewSecret(), clocks.RealNow);
        if (await MobileOfAsync(world, answer.CustomerId) is not { } mobile)
        {
            return null;
        }

        var decision = await engine.SubmitAsync(
            new BeginSessionWithPasskey(
                world,
                now,
                new()
                {
                    Id = id,
                    State = SessionState.NumberProven,
                    BrowserHash = Secrets.HashOf(secret),
                    Mobile = vault.SealText(mobile, id.Value),
                    MobileIndex = vault.BlindIndex("mobile", mobile),
                    CodeId = default,
                    ExpiresAt = now + SessionRules.Lifetime,
                },
                answer
            )
        );
        return decision is Accepted<PasskeyCheck> ? (id, secret) : null;
    }

    /// <summary>Looks at the code; with the right one comes a new secret for the browser.</summary>
    public async Task<(CodeCheck Check, string? BrowserSecret)> EnterCodeAsync(OpenSession open, string code)
    {
        var secret = Ids.NewSecret();
        var decision = await engine.SubmitAsync(
            new EnterSessionCode(
                open.World,
                clocks.RealNow,
                open.Row,
                vault.MacOf(code, open.Row.CodeId.Value),
                Secrets.HashOf(secret)
            )
            {
                Form = open.Form,
            }
        );
        return decision switch
        {
            Accepted<CodeCheck> => (CodeCheck.Right, secret),
            Declined<CodeCheck> declined => (declined.Reply, null),
            _ => (CodeCheck.Over, null),
        };
    }

    /// <summary>Looks at the PIN; with the right one comes a new secret for the browser. Null when the session waits for
    /// none any more.</summary>
    public async Task<(PinCheck Check, string? BrowserSecret)?> EnterPinAsync(OpenSession open, string pin)
    {
        var secret = Ids.NewSecret();
        var decision = await engine.SubmitAsync(
            new EnterSessionPin(
                open.World,
                await clocks.NowAsync(open.World),
                open.Row.Id,
                open.Customer!.Id,
                pins.Compute(pin, open.Customer.PinSalt!),
                Secrets.HashOf(secret)
            )
            {
                Form = open.Form,
            }
        );
        return decision switch
        {
            Accepted<PinCheck> => (PinCheck.Right, secret),
            Declined<PinCheck> declined => (declined.Reply, null),
            _ => null,
        };
    }

    /// <summary>Signs out.</summary>
    public Task EndAsync(OpenSession open) =>
        engine.SubmitAsync(new EndSession(open.World, clocks.RealNow, open.Row.Id));

    /// <summary>The mobile number the customer signed in with.</summary>
    public string MobileOf(OpenSession open) => vault.OpenText(open.Row.Mobile, open.Row.Id.Value);

    /// <summary>Null when the customer's profile was erased, or they have no number.</summary>
    private async ValueTask<string?> MobileOfAsync(World world, Id<CustomerRow> id) =>
        await store.FindAsync(CustomerTables.Customers, world, id) is { ErasedAt: null } customer
        && vault.OpenJson<CustomerProfile>(customer.Profile, id.Value)
            is { HasMobile: true, Mobile: var mobile }
            ? mobile
            : null;
}
