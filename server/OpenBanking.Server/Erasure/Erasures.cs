using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Cases;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Purposes;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Erasure;

/// <summary>Erases customers' profiles.</summary>
public sealed class Erasures(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    Vault vault,
    PinHash pins,
    Notices notices,
    Ids ids
)
{
    /// <summary>For how long the sweep is repeated that deletes what an erasure left: it may have been cut off.</summary>
    private static readonly TimeSpan swept = TimeSpan.FromDays(2);

    private const int MostTries = 5;

    /// <summary>Gives why nothing was erased, or null; a wrong PIN is told by the check.</summary>
    /// <param name="notice">What the last message to the customer's phone says.</param>
    public async Task<(PinCheck Check, string? Refusal)> EraseAsync(
        OpenSession session,
        string pin,
        string notice
    )
    {
        var (world, customer) = (session.World, session.Customer!);
        Decision<PinCheck> decision = Decision.Reject(ErasureRules.Refusals.Overtaken);
        for (
            var tried = 0;
            tried < MostTries
                && decision is Rejected<PinCheck> { Refusal.Code: ErasureRules.Refusals.Overtaken };
            tried++
        )
        {
            var read = (await store.FindAsync(CustomerTables.Customers, world, customer.Id))!;
            // Of two taps one erases, and the other finds it done.
            if (read.ErasedAt is not null)
            {
                return (PinCheck.Right, null);
            }

            decision = await engine.SubmitAsync(
                await PrepareAsync(world, read, pin, notice) with
                {
                    Form = session.Form,
                }
            );
        }

        if (decision is Accepted<PinCheck>)
        {
            Sweep(engine, clocks.RealNow);
        }

        return decision switch
        {
            Accepted<PinCheck> accepted => (accepted.Reply, null),
            Declined<PinCheck> declined => (declined.Reply, null),
            Rejected<PinCheck> rejected => (PinCheck.Wrong, rejected.Refusal.Code),
            var unknown => throw new InvalidOperationException($"Unknown decision {unknown}."),
        };
    }

    /// <summary>Has deleted what found customers that are gone, and what they consented to.</summary>
    public static void Sweep(Engine.Engine engine, DateTimeOffset now)
    {
        engine.SweepLater(CustomerTables.Mobiles, $"ended_at <= {now}");
        engine.SweepLater(CustomerTables.Identities, $"ended_at <= {now}");
        engine.SweepLater(
            PurposeTables.Choices,
            $"customer_id IN (SELECT id FROM customer WHERE erased_at > {now - swept})"
        );
    }

    private async Task<EraseCustomer> PrepareAsync(
        World world,
        CustomerRow customer,
        string pin,
        string notice
    )
    {
        var now = await clocks.NowAsync(world);
        var profile = vault.OpenJson<CustomerProfile>(customer.Profile, customer.Id.Value);
        var id = ids.New<SealedIdentityRow>();
        return new(
            world,
            now,
            customer,
            pins.Compute(pin, customer.PinSalt!),
            await ThingsOfAsync(world, customer.Id),
            new()
            {
                Id = id,
                CustomerId = customer.Id,
                IdNumberIndex = vault.BlindIndex("id number", profile.IdNumber),
                Profile = vault.SealJson(profile, id.Value),
                SealedAt = now,
                KeptUntil = BusinessCalendar.DateOf(now).AddYears(ErasureRules.YearsKept),
            },
            notices.Write(profile, notice)
        );
    }

    private async Task<ErasedThings> ThingsOfAsync(World world, Id<CustomerRow> id)
    {
        var accounts = await store.ListAsync(AccountTables.Accounts, world, $"customer_id = {id}");
        var consents = await store.ListAsync(
            ConsentTables.Consents,
            world,
            $"customer_id = {id} AND state = {ConsentState.Authorized}"
        );
        var applications = await store.ListAsync(
            ApplicationTables.Applications,
            world,
            $"customer_id = {id}"
        );
        var cases = await store.ListAsync(CaseTables.Cases, world, $"customer_id = {id}");
        var passkeys = await store.ListAsync(PasskeyTables.Passkeys, world, $"customer_id = {id}");
        var mobiles = await store.ListAsync(CustomerTables.Mobiles, world, $"customer_id = {id}");
        return new(
            [.. accounts.Select(account => account.Id)],
            consents,
            [.. applications.Select(application => application.Id)],
            [.. cases.Select(row => row.Id)],
            [.. passkeys.Select(passkey => new PasskeyKey(passkey.CustomerId, passkey.CredentialHash))],
            [.. mobiles.Select(mobile => mobile.MobileIndex)]
        );
    }
}
