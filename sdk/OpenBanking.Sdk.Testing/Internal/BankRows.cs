using OpenBanking.Server.Accounts;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Testing.Internal;

/// <summary>Finds what a test's objects are inside the bank.</summary>
internal sealed class BankRows(RunningServer server, World world, string partnerId)
{
    public LimitRules Limits => server.Get<LimitRules>();

    /// <exception cref="ArgumentException">The customer was linked without an account.</exception>
    public async Task<AccountRow> AccountOfAsync(LinkedCustomer customer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(customer);
        cancellationToken.ThrowIfCancellationRequested();
        return
            TryParse<AccountRow>(customer.AccountId, out var id)
            && await server.Get<Store>().FindAsync(AccountTables.Accounts, world, id).ConfigureAwait(false)
                is { } account
            ? account
            : throw new ArgumentException(
                "The customer was linked without an account of this bank: ask for account_information or a payment agreement.",
                nameof(customer)
            );
    }

    /// <exception cref="ArgumentException">The customer was linked without an agreement.</exception>
    public static string AgreementOf(LinkedCustomer customer) =>
        customer.AgreementId
        ?? throw new ArgumentException(
            "The customer was linked without an agreement: ask for PaymentAgreementTerms.",
            nameof(customer)
        );

    /// <summary>As if the customer had signed in.</summary>
    public async Task<OpenSession> SessionOfAsync(AccountRow account)
    {
        var vault = server.Get<Vault>();
        var customer = await server
            .Get<Store>()
            .FindAsync(CustomerTables.Customers, world, account.CustomerId)
            .ConfigureAwait(false);
        var mobile = vault.OpenJson<CustomerProfile>(customer!.Profile, customer.Id.Value).Mobile;
        var id = server.Get<Ids>().New<CustomerSessionRow>();
        return new(
            world,
            new()
            {
                Id = id,
                State = SessionState.SignedIn,
                BrowserHash = "",
                Mobile = vault.SealText(mobile, id.Value),
                MobileIndex = vault.BlindIndex("mobile", mobile),
                CodeId = default,
                CustomerId = customer.Id,
                ExpiresAt = DateTimeOffset.MaxValue,
            },
            customer
        );
    }

    /// <exception cref="ArgumentException">The bank knows no such payment that is to be confirmed.</exception>
    public async Task<KnownConfirmation> WaitingAsync(Payment payment)
    {
        ArgumentNullException.ThrowIfNull(payment);
        return
            TryParse<PaymentRow>(payment.Id, out var id)
            && await server.Get<ConfirmationQueries>().FindAsync(world, id).ConfigureAwait(false) is { } known
            ? known
            : throw new ArgumentException(
                "This bank knows no such payment that its customer is to confirm.",
                nameof(payment)
            );
    }

    /// <summary>Each partner knows customers and accounts by other ids.</summary>
    private bool TryParse<T>(string? text, out Id<T> id)
        where T : IIdentified
    {
        id = default;
        return text is not null
            && Id<PartnerRow>.TryParse(partnerId, out var partner)
            && server.Get<PairwiseIds>().TryParse(partner, text, out id);
    }
}
