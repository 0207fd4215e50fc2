using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Consents;

/// <summary>Consents and agreements of one app.</summary>
public sealed class ConsentQueries(Store store, KnownAgreements known)
{
    public ValueTask<ConsentRow?> FindAsync(Caller caller, Id<ConsentRow> id) =>
        store.FirstAsync(ConsentTables.Consents, caller.World, $"id = {id} AND app_id = {caller.App.Id}");

    /// <summary>By id, the oldest first.</summary>
    public ValueTask<IReadOnlyList<ConsentRow>> ListAsync(Caller caller, Id<ConsentRow>? after, int count) =>
        store.ListAsync(
            ConsentTables.Consents,
            caller.World,
            $"app_id = {caller.App.Id} AND id > {after ?? default} ORDER BY id LIMIT {count}"
        );

    /// <summary>The standing agreements, in the order of their consents: there is one in each that made one.</summary>
    public async ValueTask<IReadOnlyList<AgreementRow>> ListAgreementsAsync(
        Caller caller,
        Id<ConsentRow>? after,
        int count
    )
    {
        var consents = await store.ListAsync(
            ConsentTables.Consents,
            caller.World,
            $"app_id = {caller.App.Id} AND agreement_id IS NOT NULL AND id > {after ?? default} ORDER BY id LIMIT {count}"
        );
        var agreements = await store.ListByKeysAsync(
            ConsentTables.Agreements,
            caller.World,
            [.. consents.Select(consent => consent.AgreementId!.Value)]
        );
        return [.. agreements.OrderBy(agreement => agreement.ConsentId.Value)];
    }

    /// <summary>A standing agreement: one for a single payment that was confirmed has no consent, and is nobody's to
    /// use.</summary>
    public ValueTask<AgreementRow?> FindAgreementAsync(Caller caller, Id<AgreementRow> id) =>
        store.FirstAsync(
            ConsentTables.Agreements,
            caller.World,
            $"id = {id} AND app_id = {caller.App.Id} AND consent_id <> id"
        );

    /// <summary>The same, perhaps as it once was: for a command that asks it for no more than whose it is.</summary>
    public async ValueTask<AgreementRow?> FindPartiesAsync(Caller caller, Id<AgreementRow> id)
    {
        if (known.Find(caller.App.Id, id) is { } remembered)
        {
            return remembered;
        }

        var agreement = await FindAgreementAsync(caller, id);
        if (agreement is not null)
        {
            known.Keep(agreement);
        }

        return agreement;
    }

    /// <summary>The customer's newest consent to this app that lasts and holds a coupon wallet.</summary>
    public async ValueTask<ConsentRow?> FindWalletAsync(Caller caller, Id<CustomerRow> customer) =>
        (
            await store.ListAsync(
                ConsentTables.Consents,
                caller.World,
                $"app_id = {caller.App.Id} AND customer_id = {customer} AND state = {ConsentState.Authorized} ORDER BY id DESC"
            )
        ).FirstOrDefault(consent =>
            ConsentRules.IsActive(consent, caller.Now)
            && ConsentApi.Holds(consent, CouponWallet.TypeName, action: null)
        );
}
