using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Audit;

/// <summary>What was found and is to be looked into.</summary>
public sealed class Findings(
    Store store,
    Engine.Engine engine,
    AccountConsents consents,
    TimeProvider time,
    ILogger<Findings> log
)
{
    /// <summary>How many are listed.</summary>
    public const int MostListed = 100;

    public const string MeterName = "OpenBanking.Server.Audit";

    private static readonly Meter meter = new(MeterName);
    private static readonly Counter<long> found = meter.CreateCounter<long>(
        "openbanking.audit.findings",
        description: "What the background auditor found."
    );

    /// <summary>Reports a violation once, however often it is found, and freezes the account it concerns.</summary>
    public async Task ReportAsync(World world, Violation violation)
    {
        var id = IdOf(world, violation);
        if (await store.FindAsync(AuditTables.Findings, world, id) is not null)
        {
            return;
        }

        var now = time.GetUtcNow();
        var decision = await engine.SubmitAsync(
            new ReportFinding(
                world,
                now,
                new()
                {
                    Id = id,
                    Rule = violation.Rule,
                    SubjectId = violation.Subject,
                    Measure = violation.Measure,
                    AccountId = violation.Account,
                    FoundAt = now,
                },
                await ConsentsOfAsync(world, violation.Account)
            )
        );
        if (decision is Accepted<FindingRow?> { Reply: { } finding })
        {
            found.Add(1);
            log.LogError(
                AuditEvents.Found,
                "Finding {Finding} in world {World}: it does not hold that {Rule} ({Subject}); account frozen: {Frozen}",
                finding.Id,
                world,
                finding.Rule,
                await new SubjectNames(store).TellAsync(world, finding),
                finding.StateBefore is not null
            );
        }
    }

    /// <summary>The open ones, the oldest first.</summary>
    public ValueTask<IReadOnlyList<(World World, FindingRow Row)>> ListOpenAsync() =>
        store.ListAcrossWorldsAsync(
            AuditTables.Findings,
            MostListed,
            $"resolved_at IS NULL ORDER BY found_at, id"
        );

    /// <summary>Closes a finding and frees its account, unless another one holds it; null when there is none of this
    /// id.</summary>
    public async Task<FindingRow?> ResolveAsync(Id<FindingRow> id)
    {
        var known = await store.ListAcrossWorldsAsync(AuditTables.Findings, 1, $"id = {id}");
        if (known is not [var (world, finding)])
        {
            return null;
        }

        while (true)
        {
            // The account before the other finding: whoever reports one in between changes it.
            var seen = await AccountOfAsync(world, finding.AccountId);
            var other = finding.AccountId is { } account
                ? await store.FirstAsync(
                    AuditTables.Findings,
                    world,
                    $"account_id = {account} AND id <> {id} AND resolved_at IS NULL ORDER BY id LIMIT {1}"
                )
                : null;
            var decision = await engine.SubmitAsync(
                new ResolveFinding(
                    world,
                    time.GetUtcNow(),
                    finding,
                    other?.Id,
                    seen?.Version,
                    await ConsentsOfAsync(world, finding.AccountId)
                )
            );
            if (((Accepted<FindingRow?>)decision).Reply is { } resolved)
            {
                return resolved;
            }
        }
    }

    private async Task<IReadOnlyList<Id<ConsentRow>>> ConsentsOfAsync(World world, Guid? accountId) =>
        await AccountOfAsync(world, accountId) is { } account ? await consents.ListAsync(world, account) : [];

    private async Task<AccountRow?> AccountOfAsync(World world, Guid? accountId) =>
        accountId is { } id ? await store.FindAsync(AccountTables.Accounts, world, new(id)) : null;

    /// <summary>Made of what is wrong: the same wrong is the same finding.</summary>
    private static Id<FindingRow> IdOf(World world, Violation violation)
    {
        var bytes = new CanonicalBytes();
        bytes.Int64(world.Number);
        bytes.Text(violation.Rule);
        bytes.Uuid(violation.Subject);
        bytes.Int64(violation.Measure);
        return new(new Guid(SHA256.HashData(bytes.Written).AsSpan(0, 16), bigEndian: true));
    }
}
