using System.Buffers.Text;
using System.Globalization;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>Leads customers through the pages: each method is one thing a customer can do.</summary>
public sealed class Interactions(
    Store store,
    Engine.Engine engine,
    AppDirectory apps,
    WorldClocks clocks,
    Vault vault,
    PinHash pins,
    FirstPins firstPins,
    ServerAddress address,
    ApplicationDeposits deposits,
    Notices notices,
    Ids ids
)
{
    /// <summary>Begins an interaction; gives its id and the secret that its browser keeps.</summary>
    public async Task<(Id<InteractionRow> Id, string BrowserSecret)> StartAsync(
        World world,
        PushedRequestRow request
    )
    {
        var secret = Ids.NewSecret();
        var now = clocks.RealNow;
        var row = new InteractionRow
        {
            Id = ids.New<InteractionRow>(),
            AppId = request.AppId,
            RequestHash = request.Hash,
            BrowserHash = Secrets.HashOf(secret),
            SignedIn = false,
            Completed = false,
            ExpiresAt = now + AuthorizationServerOptions.InteractionLifetime,
        };
        await engine.SubmitAsync(new StartInteraction(world, now, row));
        return (row.Id, secret);
    }

    /// <summary>The interaction, if this browser began it and it is not over.</summary>
    public async ValueTask<OpenInteraction?> FindAsync(World world, string id, string? browserSecret)
    {
        if (
            await FindBegunAsync(world, id, browserSecret) is not { Completed: false } row
            || clocks.RealNow >= row.ExpiresAt
            || await store.FindAsync(AuthorizationTables.PushedRequests, world, new HashKey(row.RequestHash))
                is not { Used: false } pushed
            || await apps.FindAsync(row.AppId.ToString()) is not { } app
            || AuthorizationRequest.Read(pushed.Request) is var request && !request.IsAllowedTo(app)
        )
        {
            return null;
        }

        var application =
            row.ApplicationId is { } applicationId
                ? await store.FindAsync(ApplicationTables.Applications, world, applicationId)
            // Days may pass until an amount has come: whoever signs in again goes on.
            : row.SignedIn ? await deposits.FindAsync(row, world)
            : null;
        // Who was verified here counts before whom the number was known by, as long as the number is theirs.
        var customer =
            (application?.CustomerId ?? row.CustomerId) is { } customerId
            && await store.IsMobileOfAsync(world, row.MobileIndex!, customerId)
                ? await FindCustomerAsync(world, customerId)
                : null;
        var accounts = customer is not null ? await ListAccountsAsync(world, customer.Id) : [];
        var active = accounts.Where(account => account.State == AccountState.Active).ToList();
        var open = new OpenInteraction(
            world,
            row,
            app.Row,
            request,
            AuthorizationDetails.Read(request.Details),
            application,
            customer,
            accounts is [var first, ..] ? first : null
        )
        {
            Accounts = active,
        };
        return active.Count > 1 ? open with { Account = await FindMeantAsync(open) } : open;
    }

    /// <summary>Sends a sign-in code; gives why none was sent, or null.</summary>
    public async Task<Refusal?> SendCodeAsync(
        OpenInteraction open,
        string mobile,
        IReadOnlyList<CodeSource> sources,
        Func<string, string> messageWith
    )
    {
        var code = Ids.NewDigits();
        var codeId = ids.New<OneTimeCodeRow>();
        var intentId = ids.New<IntentRow>();
        var now = clocks.RealNow;
        var decision = await engine.SubmitAsync(
            new SendSignInCode(
                open.World,
                now,
                open.Row.Id,
                vault.SealText(mobile, open.Row.Id.Value),
                new(
                    codeId,
                    intentId,
                    vault.BlindIndex("mobile", mobile),
                    vault.MacOf(code, codeId.Value),
                    vault.SealJson(OneTimeCodeRules.Message(mobile, messageWith(code), now), intentId.Value),
                    now
                )
                {
                    Sources = sources,
                }
            )
        );
        return (decision as Rejected<Done>)?.Refusal;
    }

    /// <summary>Whether this number was sent a code just now, which can be entered here.</summary>
    public async ValueTask<bool> IsCodeSentAsync(OpenInteraction open, string mobile) =>
        vault.BlindIndex("mobile", mobile) is var index
        && await store.FindAsync(AuthorizationTables.Interactions, open.World, open.Row.Id)
            is { CodeId: { } code } row
        && row.MobileIndex == index
        && await store.WasJustSentAsync(open.World, code, index, clocks.RealNow);

    /// <summary>Looks at a sign-in code; with the right one comes a new secret for the browser, so that nobody who
    /// knew the old one is signed in too.</summary>
    public async Task<(CodeCheck Check, string? BrowserSecret)> EnterCodeAsync(
        OpenInteraction open,
        string code
    )
    {
        var secret = Ids.NewSecret();
        var codeId = open.Row.CodeId!.Value;
        var decision = await engine.SubmitAsync(
            new EnterSignInCode(
                open.World,
                clocks.RealNow,
                open.Row.Id,
                codeId,
                open.Row.MobileIndex!,
                vault.MacOf(code, codeId.Value),
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

    /// <summary>Signs in with a passkey, which takes the code's place; gives the new secret of the browser, or null. The
    /// number is the one the customer has.</summary>
    public async Task<string?> EnterPasskeyAsync(OpenInteraction open, PasskeyAnswer answer)
    {
        var secret = Ids.NewSecret();
        if (
            await FindCustomerAsync(open.World, answer.CustomerId) is not { } customer
            || vault.OpenJson<CustomerProfile>(customer.Profile, customer.Id.Value)
                is not { HasMobile: true, Mobile: var mobile }
        )
        {
            return null;
        }

        var decision = await engine.SubmitAsync(
            new EnterPasskey(
                open.World,
                clocks.RealNow,
                open.Row.Id,
                vault.SealText(mobile, open.Row.Id.Value),
                vault.BlindIndex("mobile", mobile),
                answer,
                Secrets.HashOf(secret)
            )
        );
        return decision is Accepted<PasskeyCheck> ? secret : null;
    }

    /// <summary>The app that an interaction was for which is over, if this browser began it; the beginning of its site, by the
    /// address that it asked for and still has registered; and whether it came to its end, here or in another tab that answered the same
    /// request, and not out of time.</summary>
    public async ValueTask<(AppRow App, string Site, bool IsFinished)?> FindLeftAsync(
        World world,
        string id,
        string? browserSecret
    ) =>
        await FindBegunAsync(world, id, browserSecret) is { } row
        && await store.FindAsync(AuthorizationTables.PushedRequests, world, new HashKey(row.RequestHash))
            is { } pushed
        && await apps.FindAsync(row.AppId.ToString()) is { } app
        && AuthorizationRequest.Read(pushed.Request) is var request
        && app.RedirectUris.Contains(request.RedirectUri)
            ? (app.Row, new Uri(new Uri(request.RedirectUri), "/").AbsoluteUri, row.Completed || pushed.Used)
            : null;

    /// <summary>Where a customer goes who is on the way through the pages for an app that may no longer ask for this: asked twice it
    /// is the same; null when nothing stands against it, and for who is not on the way.</summary>
    public async Task<string?> FindRefusalAsync(World world, string id, string? browserSecret) =>
        await FindBegunAsync(world, id, browserSecret) is { Completed: false } row
        && clocks.RealNow < row.ExpiresAt
        && await store.FindAsync(AuthorizationTables.PushedRequests, world, new HashKey(row.RequestHash))
            is { Used: false } pushed
        && await apps.FindAsync(row.AppId.ToString()) is { } app
        && AuthorizationRequest.Read(pushed.Request) is var request
        && request.IsAllowedTo(app) is false
            ? AuthorizationResponse.NotAllowed(request, app, address)
            : null;

    /// <summary>The interaction, over or not, if this browser began it.</summary>
    private async ValueTask<InteractionRow?> FindBegunAsync(World world, string id, string? browserSecret) =>
        browserSecret is not null
        && Id<InteractionRow>.TryParse(id, out var interactionId)
        && await store.FindAsync(AuthorizationTables.Interactions, world, interactionId) is { } row
        && Secrets.AreEqual(Secrets.HashOf(browserSecret), row.BrowserHash)
            ? row
            : null;

    /// <summary>Nobody is a customer any more whose profile was erased.</summary>
    private async ValueTask<CustomerRow?> FindCustomerAsync(World world, Id<CustomerRow> id) =>
        await store.FindAsync(CustomerTables.Customers, world, id) is { ErasedAt: null } customer
            ? customer
            : null;

    /// <summary>The mobile number the customer signed in with.</summary>
    public string MobileOf(OpenInteraction open) => vault.OpenText(open.Row.Mobile!, open.Row.Id.Value);

    /// <summary>The name that was entered for an application before; null when there was none.</summary>
    public string? NameOf(OpenInteraction open) =>
        open.Row.ApplicantName is { } name ? vault.OpenText(name, open.Row.Id.Value) : null;

    /// <summary>Has the person verified, and the account opened if they are who they say.</summary>
    /// <param name="agreement">The version of the account agreement that the person accepted.</param>
    /// <param name="withImages">Whether pictures of the ID card come first.</param>
    public async Task SubmitIdentityAsync(
        OpenInteraction open,
        string name,
        string idNumber,
        string cardNumber,
        string agreement,
        bool withImages
    )
    {
        var id = ids.New<AccountApplicationRow>();
        var now = await clocks.NowAsync(open.World);
        await engine.SubmitAsync(
            new SubmitApplication(
                open.World,
                now,
                open.Row.Id,
                open.Row.ApplicationId,
                new()
                {
                    Id = id,
                    AppId = open.App.Id,
                    State = ApplicationState.Created,
                    Elements = vault.SealJson(
                        new FiveElements(name, idNumber, MobileOf(open), cardNumber),
                        id.Value
                    ),
                    IdNumberIndex = vault.BlindIndex("id number", idNumber),
                    MobileIndex = open.Row.MobileIndex!,
                    CreatedAt = now,
                    ExpiresAt = now + ApplicationRules.Lifetime,
                    AccountType = open.AccountType,
                    AgreementVersion = agreement,
                    AgreedAt = now,
                },
                ids.New<IntentRow>(),
                clocks.RealNow,
                withImages
            )
            {
                Name = vault.SealText(name, open.Row.Id.Value),
            }
        );
    }

    /// <summary>Whether a PIN may be set: not one that stands in the customer's own numbers.</summary>
    public bool IsAcceptablePin(OpenInteraction open, string? pin)
    {
        var profile = vault.OpenJson<CustomerProfile>(open.Customer!.Profile, open.Customer.Id.Value);
        return PinRules.IsAcceptable(pin, profile.IdNumber, profile.Mobile);
    }

    /// <summary>Sets the first payment PIN.</summary>
    public Task SetPinAsync(OpenInteraction open, string pin) =>
        firstPins.SetAsync(open.World, open.Customer!.Id, open.Account!.Id, open.App.Id, pin);

    /// <summary>Agrees; gives where the customer goes, or why the PIN was not taken.</summary>
    /// <param name="granted">What the customer agrees to, of what was asked for.</param>
    /// <param name="notice">What the message to the customer's phone says where the app may take payments by itself.</param>
    public async Task<(PinCheck Check, string? Location)> AgreeAsync(
        OpenInteraction open,
        IReadOnlyList<AuthorizationDetail> granted,
        string pin,
        string notice
    )
    {
        var code = CodeOf(open.Row.Id, open.Form);
        var (consent, agreement) = NewConsents.Make(
            open,
            granted,
            CultureInfo.CurrentUICulture.Name,
            ids,
            await clocks.NowAsync(open.World)
        );
        var decision = await engine.SubmitAsync(
            new Agree(
                open.World,
                clocks.RealNow,
                open.Row.Id,
                open.Row.RequestHash,
                pins.Compute(pin, open.Customer!.PinSalt!),
                consent,
                agreement,
                NewCode(open, consent, code),
                agreement is null ? null : notices.Write(open.Customer, notice)
            )
            {
                Form = open.Form,
            }
        );
        return decision switch
        {
            Accepted<PinCheck> => (
                PinCheck.Right,
                AuthorizationResponse.Granted(open.Request, address, code)
            ),
            Declined<PinCheck> declined => (declined.Reply, null),
            _ => (PinCheck.Right, null),
        };
    }

    /// <summary>Where the customer goes whose agreement came in this very form before, and whose browser has not brought the code to
    /// the app; null when it came in another, or in none.</summary>
    public async ValueTask<string?> FindAnswerAsync(
        World world,
        string id,
        string? browserSecret,
        SentForm form
    )
    {
        if (
            await FindBegunAsync(world, id, browserSecret) is not { Completed: true } row
            || await store.FindAsync(AuthorizationTables.PushedRequests, world, new HashKey(row.RequestHash))
                is not { } pushed
        )
        {
            return null;
        }

        var code = CodeOf(row.Id, form);
        return
            await store.FindAsync(AuthorizationTables.Codes, world, new HashKey(Secrets.HashOf(code)))
                is { Used: false } given
            && clocks.RealNow < given.ExpiresAt
            ? AuthorizationResponse.Granted(AuthorizationRequest.Read(pushed.Request), address, code)
            : null;
    }

    /// <summary>Signs out: the interaction ends here, and the app is not answered.</summary>
    public Task EndAsync(OpenInteraction open) =>
        engine.SubmitAsync(new EndInteraction(open.World, clocks.RealNow, open.Row.Id));

    /// <summary>Goes back to the app without agreeing; gives where the customer goes.</summary>
    public async Task<string?> DeclineAsync(OpenInteraction open)
    {
        var decision = await engine.SubmitAsync(
            new Decline(open.World, clocks.RealNow, open.Row.Id, open.Row.RequestHash)
        );
        return decision is Accepted<Done> ? AuthorizationResponse.Denied(open.Request, address) : null;
    }

    /// <summary>The account that is meant unless the customer chooses another: the one that the app's newest application
    /// came to, else the first of the class that the app asks for, else the first.</summary>
    private async ValueTask<AccountRow> FindMeantAsync(OpenInteraction open)
    {
        var applied = await store.FirstAsync(
            ApplicationTables.Applications,
            open.World,
            $"""
            customer_id = {open.Customer!.Id} AND app_id = {open.App.Id} AND state = {ApplicationState.Opened}
            ORDER BY id DESC LIMIT 1
            """
        );
        var asks = open.Details.OfType<AccountOpening>().Any();
        return open.Accounts.FirstOrDefault(account => account.Id == applied?.AccountId)
            ?? open.Accounts.FirstOrDefault(account => asks && account.Type == open.AccountType)
            ?? open.Accounts[0];
    }

    /// <summary>The customer's accounts, those in use first. A closed one is none.</summary>
    private async ValueTask<List<AccountRow>> ListAccountsAsync(World world, Id<CustomerRow> customer)
    {
        var accounts = await store.ListAsync(
            AccountTables.Accounts,
            world,
            $"customer_id = {customer} AND state <> {AccountState.Closed} ORDER BY id"
        );
        var now = await clocks.NowAsync(world);
        return
        [
            .. accounts
                .Select(account => AccountRules.At(account, now))
                .OrderBy(account => account.State != AccountState.Active),
        ];
    }

    /// <summary>The authorization code of an agreement, of the same form always the same one: of two taps on it a browser follows the
    /// answer to the second alone. Whoever has not the server's key and the form's token can no more guess it than a random one.</summary>
    private string CodeOf(Id<InteractionRow> interaction, SentForm? form) =>
        form is null
            ? Ids.NewSecret()
            : Base64Url.EncodeToString(vault.MacOf($"authorization code {form.Id}", interaction.Value));

    private AuthorizationCodeRow NewCode(OpenInteraction open, ConsentRow consent, string code) =>
        new()
        {
            Hash = Secrets.HashOf(code),
            AppId = open.App.Id,
            ConsentId = consent.Id,
            RedirectUri = open.Request.RedirectUri,
            CodeChallenge = open.Request.CodeChallenge,
            KeyThumbprint = open.Request.KeyThumbprint,
            Nonce = open.Request.Nonce,
            Used = false,
            ExpiresAt = clocks.RealNow + AuthorizationServerOptions.CodeLifetime,
            SignedInAt = open.Row.SignedInAt,
        };
}
