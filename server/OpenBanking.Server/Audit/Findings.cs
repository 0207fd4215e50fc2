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

    private readonly Resolutions resolutions = new(store);

    /// <summary>Reports a violation once, however often it is found, and freezes the account it concerns.</summary>
    public async Task ReportAsync(World world, Violation violation)
    {
        var (id, known) = await FindAsync(world, violation);
        if (known is not null)
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
                await IsFrozenAsync(world, finding)
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

    /// <summary>Goes through all findings after a sweep. What was found to be right again is known no longer; what says that it
    /// is resolved, and was not, is reported anew; and whose account is not frozen for one that is open, it is frozen again.</summary>
    internal async Task ReviewAsync(SweepResult sweep, DateTimeOffset sweptFrom)
    {
        await foreach (var some in store.WalkAcrossWorldsAsync(AuditTables.Findings, MostListed))
        {
            foreach (var (world, finding) in some)
            {
                // What was found since it began may have come about since its rule was proven.
                var kept = finding.FoundAt < sweptFrom && sweep.IsKept(world, finding);
                await ReviewAsync(world, finding, kept);
            }
        }
    }

    /// <summary>Such as <c>; the account is frozen</c>, as it is now; nothing when the finding concerns no account.</summary>
    internal async Task<string> TellFrozenAsync(World world, FindingRow finding) =>
        await AccountOfAsync(world, finding.AccountId) switch
        {
            null => "",
            { State: AccountState.Frozen } => "; the account is frozen",
            { State: AccountState.Closed } => "; the account is closed",
            _ => "; the account is NOT frozen",
        };

    private async Task<bool> IsFrozenAsync(World world, FindingRow finding) =>
        await AccountOfAsync(world, finding.AccountId) is { State: AccountState.Frozen };

    private async Task ReviewAsync(World world, FindingRow finding, bool kept)
    {
        if (finding.ResolvedAt is null)
        {
            await FreezeAgainAsync(world, finding);
        }
        else if (!await resolutions.AreTrueAsync(world, finding))
        {
            await ReportAsync(
                world,
                new(finding.Rule, finding.SubjectId, finding.AccountId, finding.Measure)
            );
        }

        if (kept && finding.KeptAt is null)
        {
            await engine.SubmitAsync(new NoteKept(world, time.GetUtcNow(), finding.Id));
        }
    }

    private async Task FreezeAgainAsync(World world, FindingRow finding)
    {
        if (
            await AccountOfAsync(world, finding.AccountId) is not { } account
            || !AuditRules.CanBeFrozen(account)
        )
        {
            return;
        }

        var decision = await engine.SubmitAsync(
            new FreezeAgain(world, time.GetUtcNow(), finding, await consents.ListAsync(world, account))
        );
        if (decision is Accepted<FindingRow?> { Reply: not null })
        {
            log.LogError(
                AuditEvents.FrozenAgain,
                "Finding {Finding} in world {World} is open, and {Account} was not frozen for it: it is frozen again",
                finding.Id,
                world,
                account.Id
            );
        }
    }

    /// <summary>Whether somebody has resolved the finding of a violation that still is there.</summary>
    public async Task<bool> IsKnownAsync(World world, Violation violation) =>
        (await FindAsync(world, violation)).Known is { ResolvedAt: not null };

    /// <summary>The finding by which a violation is known: while it is open, and when it was resolved until a sweep has found that it is
    /// right again. Without one, the id that the violation is to be kept under.</summary>
    private async Task<(Id<FindingRow> Id, FindingRow? Known)> FindAsync(World world, Violation violation)
    {
        for (var before = 0; ; before++)
        {
            var id = IdOf(world, violation, before);
            var finding = await store.FindAsync(AuditTables.Findings, world, id);
            if (
                finding is null or { ResolvedAt: null }
                || (finding.KeptAt is null && await resolutions.AreTrueAsync(world, finding))
            )
            {
                return (id, finding);
            }
        }
    }

    private async Task<IReadOnlyList<Id<ConsentRow>>> ConsentsOfAsync(World world, Guid? accountId) =>
        await AccountOfAsync(world, accountId) is { } account ? await consents.ListAsync(world, account) : [];

    private async Task<AccountRow?> AccountOfAsync(World world, Guid? accountId) =>
        accountId is { } id ? await store.FindAsync(AccountTables.Accounts, world, new(id)) : null;

    /// <summary>Made of what is wrong: the same wrong is the same finding.</summary>
    /// <param name="before">How many findings of it there are that are over.</param>
    private static Id<FindingRow> IdOf(World world, Violation violation, int before)
    {
        var bytes = new CanonicalBytes();
        bytes.Int64(world.Number);
        bytes.Text(violation.Rule);
        bytes.Uuid(violation.Subject);
        bytes.Int64(violation.Measure);
        if (before > 0)
        {
            bytes.Int64(before);
        }

        return new(new Guid(SHA256.HashData(bytes.Written).AsSpan(0, 16), bigEndian: true));
    }
}
