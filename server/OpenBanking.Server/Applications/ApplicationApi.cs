using System.Text;
using System.Text.Json;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Applications;

/// <summary>POST /v1/account-applications, GET /v1/account-applications, /v1/account-applications/{id},
/// GET /v1/encryption-keys</summary>
public static class ApplicationApi
{
    public static void MapApplications(this IEndpointRouteBuilder api)
    {
        var needed = TokenRequirement.App(Scopes.Applications);
        api.MapPost("/account-applications", CreateAsync)
            .Needs(needed)
            .WithName("createAccountApplication")
            .WithTags("Applications")
            .WithSummary("Applies for an e-account for a person the partner knows")
            .WithDescription(
                "The person travels encrypted to the key of /v1/encryption-keys. The same person under the same idempotency key "
                    + "is the same request, however it was encrypted. The customer confirms at continuation_url."
            )
            .Produces<AccountApplication>(StatusCodes.Status201Created)
            .Refuses(
                ProblemCodes.InvalidEncryption,
                ProblemCodes.EncryptionKeyUnknown,
                ProblemCodes.TooManyApplications
            );
        api.MapGet("/account-applications", ListAsync)
            .Needs(needed)
            .WithName("listAccountApplications")
            .WithTags("Applications")
            .WithSummary("The app's applications, the oldest first, those made on the bank's pages too")
            .Produces<Page<AccountApplication>>();
        api.MapGet("/account-applications/{id}", GetAsync)
            .Needs(needed)
            .WithName("getAccountApplication")
            .WithTags("Applications")
            .WithSummary("One application")
            .Produces<AccountApplication>()
            .Refuses(ProblemCodes.NotFound);
        api.MapGet("/encryption-keys", (SigningKeys keys) => Answers.Ok(keys.PublishedForEncryption))
            .Needs(needed)
            .WithName("getEncryptionKeys")
            .WithTags("Applications")
            .WithSummary("The key to encrypt to (RFC 7517)")
            .WithDescription(
                "Keep it for an hour at most. A key before it is read with for 14 days more, unless it was compromised."
            )
            .Produces<JsonWebKeySetDocument>();
    }

    private static async Task<IResult> CreateAsync(
        Caller caller,
        KeyedBody<AccountApplicationRequest> body,
        Applicants applicants,
        ApplicationQueries queries,
        ApplicationOptions options,
        ContinuationAddresses addresses,
        Engine.Engine engine,
        WorldClocks clocks,
        Vault vault,
        Ids ids
    )
    {
        var request = body.Value;
        if (Wire.Refuse(CheckReturn(request.ReturnUri, caller), CheckType(request.AccountType)) is { } wrong)
        {
            return wrong;
        }

        var (elements, refused) = applicants.Read(request.EncryptedApplicant);
        return refused
            ?? await engine.DecideOnceAsync(
                new CreateApplication(
                    caller.World,
                    caller.Now,
                    caller.App.PartnerId,
                    New(caller, elements!, request, vault, ids),
                    ids.New<IntentRow>(),
                    clocks.RealNow,
                    options.MostInMinute
                ),
                body.Request with
                {
                    Fingerprint = FingerprintOf(caller, elements!, request, vault),
                },
                application => application.Id.Value,
                application => Show(application, caller, addresses),
                async id => Show((await queries.FindAsync(caller, new(id)))!, caller, addresses)
            );
    }

    private static async Task<IResult> ListAsync(
        Caller caller,
        PageRequest page,
        ApplicationQueries queries,
        ContinuationAddresses addresses
    ) =>
        page.TryReadId<AccountApplicationRow>(out var after)
            ? Answers.Ok(
                page.PageOf(
                    await queries.ListAsync(caller, after, page.Limit + 1),
                    application => Show(application, caller, addresses),
                    application => application.Id.ToString()
                )
            )
            : PageRequest.WrongCursor();

    private static async Task<IResult> GetAsync(
        Caller caller,
        string id,
        ApplicationQueries queries,
        ContinuationAddresses addresses
    ) =>
        caller.TryRead<AccountApplicationRow>(id, out var applicationId)
        && await queries.FindAsync(caller, applicationId) is { } application
            ? Answers.Ok(Show(application, caller, addresses))
            : Problems.NotFound();

    private static AccountApplicationRow New(
        Caller caller,
        FiveElements elements,
        AccountApplicationRequest request,
        Vault vault,
        Ids ids
    )
    {
        var id = ids.New<AccountApplicationRow>();
        return new()
        {
            Id = id,
            AppId = caller.App.Id,
            State = ApplicationState.Created,
            Elements = vault.SealJson(elements, id.Value),
            IdNumberIndex = vault.BlindIndex("id number", elements.IdNumber),
            MobileIndex = vault.BlindIndex("mobile", elements.Mobile),
            CreatedAt = caller.Now,
            ExpiresAt = caller.Now + ApplicationRules.Lifetime,
            Channel = ApplicationChannel.Api,
            ReturnUri = request.ReturnUri,
            AccountType = request.AccountType?.Value,
        };
    }

    /// <summary>What the key stands for is the person, not the cipher, which is another one each time. Keyed, so that nobody who
    /// reads the store can try persons.</summary>
    private static Guid FingerprintOf(
        Caller caller,
        FiveElements elements,
        AccountApplicationRequest request,
        Vault vault
    )
    {
        var text = JsonSerializer.Serialize(
            (string?[])
                [
                    caller.App.Id.ToString(),
                    elements.Name,
                    elements.IdNumber,
                    elements.Mobile,
                    elements.CardNumber,
                    request.ReturnUri,
                    .. request.AccountType is { } type ? (string?[])[type.Value] : [],
                ]
        );
        var digest = Encoding.ASCII.GetBytes(vault.BlindIndex("account application", text));
        return new(System.Security.Cryptography.SHA256.HashData(digest).AsSpan(0, 16), bigEndian: true);
    }

    /// <summary>Customers are sent to addresses that the app has registered, and nowhere else.</summary>
    private static ProblemError? CheckReturn(string? returnUri, Caller caller) =>
        returnUri is null || caller.RedirectUris.Contains(returnUri)
            ? null
            : Wire.Wrong(
                "/return_uri",
                "not_registered",
                "One of the app's redirect URIs is expected, to the letter."
            );

    private static ProblemError? CheckType(AccountType? type) =>
        type is null || LimitRules.IsKnown(type.Value.Value)
            ? null
            : Wire.Wrong("/account_type", "unknown_value", "type_ii or type_iii is expected.");

    private static AccountApplication Show(
        AccountApplicationRow application,
        Caller caller,
        ContinuationAddresses addresses
    )
    {
        var expired = OpeningRules.HasExpired(application, caller.Now);
        var shown = expired ? application with { State = ApplicationState.Expired } : application;
        return new()
        {
            Id = caller.Show(application.Id),
            Status = ApplicationRules.StatusOf(shown),
            Reason = expired ? ApplicationReasons.NotConfirmedInTime : application.Reason,
            AccountType = new(application.Type),
            Channel = application.Channel == ApplicationChannel.Api ? "api" : "hosted",
            ContinuationUrl =
                application.Channel == ApplicationChannel.Api
                && (OpeningRules.IsOpen(shown.State) || ApplicationRules.TakesCodes(application, caller.Now))
                    ? addresses.Of(caller.World, application.Id)
                    : null,
            AccountId = application.AccountId is { } account ? caller.Show<AccountRow>(account) : null,
            CustomerId = application.CustomerId is { } customer ? caller.Show(customer) : null,
            CreatedAt = application.CreatedAt,
            ExpiresAt = application.ExpiresAt,
        };
    }
}
