using System.Security.Cryptography;
using OpenBanking.Internal;

namespace OpenBanking;

/// <summary>Applies for e-accounts for persons the partner knows, with the app's own token (scope
/// <c>applications</c>).</summary>
public class AccountApplicationsClient
{
    private const string Route = "/v1/account-applications";

    private readonly Api api;
    private readonly EncryptionKeys keys;

    /// <summary>For mocks, which override what they are asked for.</summary>
    protected AccountApplicationsClient()
    {
        api = Api.OfMock;
        keys = new EncryptionKeys(api);
    }

    internal AccountApplicationsClient(Api api)
    {
        this.api = api;
        keys = new EncryptionKeys(api);
    }

    /// <summary>Applies for an e-account.</summary>
    /// <remarks>Send the customer to <see cref="AccountApplication.ContinuationUrl"/>, in their own browser: there they confirm by
    /// one-time code and set the payment PIN. The person is encrypted anew for every call; the same person under the same key is
    /// still the same request. When the bank has changed its key, it is read again and the request sent once more.</remarks>
    /// <example><code source="AccountApplications_CreateAsync">
    /// var application = await client.AccountApplications.CreateAsync(
    ///     new CreateAccountApplicationRequest
    ///     {
    ///         Applicant = new Applicant
    ///         {
    ///             Name = person.Name,
    ///             IdNumber = person.IdNumber,
    ///             Mobile = person.Mobile,
    ///             CardNumber = person.CardNumber,
    ///         },
    ///     },
    ///     IdempotencyKey.FromOrder("user-1001", "account-application")
    /// );
    /// </code></example>
    /// <param name="request">The person.</param>
    /// <param name="idempotencyKey">Names the application: another key makes one more.</param>
    /// <param name="cancellationToken">Ends the wait, not the application: afterwards the outcome is unknown, and
    /// the same key is safe to use again.</param>
    /// <returns>The application as the bank took it in, with the page to send the customer to.</returns>
    /// <exception cref="OutcomeUnknownException">An <see cref="OutcomeUnknownException{T}"/> of
    /// <see cref="AccountApplication"/>: the answer was lost.</exception>
    /// <exception cref="OpenBankingException">Refused, such as <c>invalid_request</c> with the fields that are wrong, or
    /// <c>too_many_applications</c>, or never reached the bank: nothing was applied for.</exception>
    public virtual async Task<AccountApplication> CreateAsync(
        CreateAccountApplicationRequest request,
        IdempotencyKey idempotencyKey,
        CancellationToken cancellationToken = default
    )
    {
        Check(request);
        _ = RequestCheck.TextOf(idempotencyKey);
        var key = await keys.GetAsync(refused: null, cancellationToken).ConfigureAwait(false);
        try
        {
            return await SendAsync(request, key, idempotencyKey, cancellationToken).ConfigureAwait(false);
        }
        catch (OpenBankingException refused) when (refused.Code == ProblemCodes.EncryptionKeyUnknown)
        {
            key = await keys.GetAsync(key.Kid, cancellationToken).ConfigureAwait(false);
            return await SendAsync(request, key, idempotencyKey, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>One application of this app, whether made here or on the bank's pages.</summary>
    /// <example><code source="AccountApplications_GetAsync">
    /// var known = await client.AccountApplications.GetAsync(application.Id);
    /// if (known.ContinuationUrl is { } page)
    /// {
    ///     Console.WriteLine($"The customer goes on at {page}.");
    /// }
    /// </code></example>
    /// <param name="applicationId">The application, <c>apl_…</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The application as it is now.</returns>
    /// <exception cref="OpenBankingException">Refused or unreachable.</exception>
    public virtual Task<AccountApplication> GetAsync(
        string applicationId,
        CancellationToken cancellationToken = default
    ) =>
        api.SendAsync(
            ApiCall.Get(Route + "/{id}", applicationId),
            ResponseJson.Default.AccountApplication,
            cancellationToken
        );

    /// <summary>The app's applications, the oldest first, read page by page as they are walked.</summary>
    /// <example><code source="AccountApplications_ListAsync">
    /// await foreach (var each in client.AccountApplications.ListAsync())
    /// {
    ///     Console.WriteLine($"{each.Id}: {each.Status} {each.Reason}");
    /// }
    /// </code></example>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>Each application as it was when its page was read.</returns>
    /// <exception cref="OpenBankingException">While walking: refused or unreachable.</exception>
    public virtual IAsyncEnumerable<AccountApplication> ListAsync(
        CancellationToken cancellationToken = default
    ) =>
        Cursors.StreamAsync(
            (after, token) =>
                api.SendAsync(
                    ApiCall.Get(Route) with
                    {
                        Path = Cursors.WithQuery(Route, limit: null, after),
                    },
                    ResponseJson.Default.PageAccountApplication,
                    token
                ),
            cancellationToken
        );

    private Task<AccountApplication> SendAsync(
        CreateAccountApplicationRequest request,
        JsonWebKeyDocument key,
        IdempotencyKey idempotencyKey,
        CancellationToken cancellationToken
    ) =>
        new MoneyCall<AccountApplication>(
            api,
            ApiCall.Money(
                Route,
                ToWire(request, Encrypt(request.Applicant, key)),
                RequestJson.Default.AccountApplicationRequest,
                idempotencyKey
            ),
            ResponseJson.Default.AccountApplication,
            (message, sent, resolve, inner) =>
                new OutcomeUnknownException<AccountApplication>(message, sent, resolve, inner)
        ).SendAsync(cancellationToken);

    private static void Check(CreateAccountApplicationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Applicant is null)
        {
            throw new ArgumentException("Set Applicant: it is null.", nameof(request));
        }

        RequestCheck.Check(request.Applicant, RequestJson.Default.Applicant, nameof(request));
        RequestCheck.Check(
            ToWire(request, "not yet"),
            RequestJson.Default.AccountApplicationRequest,
            nameof(request)
        );
    }

    private static AccountApplicationRequest ToWire(
        CreateAccountApplicationRequest request,
        string encryptedApplicant
    ) =>
        new()
        {
            EncryptedApplicant = encryptedApplicant,
            ReturnUri = request.ReturnUri,
            AccountType = request.AccountType,
        };

    private static string Encrypt(Applicant applicant, JsonWebKeyDocument key)
    {
        var content = ApiCall.Serialize(applicant, RequestJson.Default.Applicant);
        try
        {
            return Jwe.Encrypt(content, key);
        }
        catch (Exception malformed) when (malformed is CryptographicException or FormatException)
        {
            throw new OpenBankingException("The bank's encryption key cannot be used.", malformed)
            {
                Code = ClientErrorCodes.UnexpectedAnswer,
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }
}
