using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Audit;

/// <summary>Makes one process the sealer, or keeps it so. Replies with the chain; with null while another one holds it.</summary>
/// <param name="Lease">For how long; nothing gives it up.</param>
/// <param name="Gone">Another holder whose process is known to be gone: its lease is not waited for.</param>
public sealed record HoldChain(DateTimeOffset Now, Guid Holder, TimeSpan Lease, Guid? Gone = null)
    : Command<AuditChainRow?>(World.Live, Now)
{
    public override bool Audited => false;

    public override void Keys(IKeySet keys) => keys.Want(AuditTables.Chain, AuditRules.TheChain);

    public override Decision<AuditChainRow?> Decide(Book book) => AuditRules.Hold(this, book);
}

/// <summary>A record that has no place in the chain yet.</summary>
/// <param name="EventApps">The apps that its batch has events of.</param>
public sealed record UnsealedRecord(
    World World,
    Id<JournalRow> Id,
    byte[] Digest,
    IReadOnlyList<Id<AppRow>> EventApps
);

/// <summary>Puts records at the end of the chain. Replies with the chain; with null when it has moved on since it was
/// looked at, and nothing was done.</summary>
/// <param name="SeenPosition">Where the chain stood before the records were looked for: as long as it stands there, none
/// of them has a place.</param>
public sealed record SealRecords(
    DateTimeOffset Now,
    Guid Holder,
    TimeSpan Lease,
    long SeenPosition,
    IReadOnlyList<UnsealedRecord> Records
) : Command<AuditChainRow?>(World.Live, Now)
{
    public override bool Audited => false;

    public override void Keys(IKeySet keys) => keys.Want(AuditTables.Chain, AuditRules.TheChain);

    public override Decision<AuditChainRow?> Decide(Book book) => AuditRules.Seal(this, book);
}

/// <summary>Keeps a signed head, once for each position.</summary>
public sealed record KeepHead(DateTimeOffset Now, AuditHeadRow Head) : Command<Done>(World.Live, Now)
{
    public override bool Audited => false;

    public override void Keys(IKeySet keys) => keys.Want(AuditTables.Heads, new(Head.Position));

    public override Decision<Done> Decide(Book book) => AuditRules.Keep(this, book);
}

/// <summary>Keeps a new key for heads.</summary>
public sealed record KeepAuditKey(DateTimeOffset Now, AuditKeyRow Key) : Command<AuditKeyRow>(World.Live, Now)
{
    public override void Keys(IKeySet keys) => keys.Want(AuditTables.Keys, new(Key.KeyId));

    public override Decision<AuditKeyRow> Decide(Book book) =>
        Decision.Accept(book.Insert(AuditTables.Keys, Key));
}

/// <summary>Notes how far the auditor has come.</summary>
public sealed record NoteProgress(DateTimeOffset Now, long Position, DateTimeOffset SweptAt)
    : Command<Done>(World.Live, Now)
{
    public override bool Audited => false;

    public override void Keys(IKeySet keys) => keys.Want(AuditTables.Progress, new(0));

    public override Decision<Done> Decide(Book book) => AuditRules.Note(this, book);
}

/// <summary>Does something about a finding and the account it concerns. Replies with the finding; with null when there was nothing to
/// do.</summary>
/// <param name="Consents">The consents to use the account: their apps are told what becomes of it.</param>
public abstract record FindingCommand(
    World World,
    DateTimeOffset Now,
    FindingRow Finding,
    IReadOnlyList<Id<ConsentRow>> Consents
) : Command<FindingRow?>(World, Now)
{
    public override Subject Subject => Subject.Of(Finding.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(AuditTables.Findings, Finding.Id);
        AuditRules.WantAccount(keys, Finding, Consents);
    }
}

/// <summary>Keeps a finding and freezes the account it concerns. Replies with the finding, or null when it was known.</summary>
/// <param name="Consents">The consents to use the account: their apps are told that it is frozen.</param>
public sealed record ReportFinding(
    World World,
    DateTimeOffset Now,
    FindingRow Finding,
    IReadOnlyList<Id<ConsentRow>> Consents
) : FindingCommand(World, Now, Finding, Consents)
{
    public override Decision<FindingRow?> Decide(Book book) => AuditRules.Report(this, book);
}

/// <summary>Notes that a sweep found the rule of a finding to hold again.</summary>
public sealed record NoteKept(World World, DateTimeOffset Now, Id<FindingRow> FindingId)
    : Command<Done>(World, Now)
{
    public override Subject Subject => Subject.Of(FindingId);

    public override void Keys(IKeySet keys) => keys.Want(AuditTables.Findings, FindingId);

    public override Decision<Done> Decide(Book book) => AuditRules.NoteKept(this, book);
}

/// <summary>Freezes the account of an open finding that is not frozen for any. Replies with the finding; with null when there was
/// nothing to do.</summary>
/// <param name="Finding">Read before the batch for what never changes in it.</param>
/// <param name="Consents">The consents to use the account: their apps are told that it is frozen.</param>
public sealed record FreezeAgain(
    World World,
    DateTimeOffset Now,
    FindingRow Finding,
    IReadOnlyList<Id<ConsentRow>> Consents
) : FindingCommand(World, Now, Finding, Consents)
{
    public override Decision<FindingRow?> Decide(Book book) => AuditRules.FreezeAgain(this, book);
}

/// <summary>Closes a finding and frees its account, unless another finding holds it. Replies with the finding; with null when
/// it must be looked anew for another one, and nothing was done.</summary>
/// <param name="Finding">Read before the batch for what never changes in it.</param>
/// <param name="Other">Another open finding about the same account.</param>
/// <param name="SeenAccount">The account's version before another finding was looked for: as long as it is that, none has
/// come.</param>
/// <param name="Consents">The consents to use the account: their apps are told that it is free.</param>
public sealed record ResolveFinding(
    World World,
    DateTimeOffset Now,
    FindingRow Finding,
    Id<FindingRow>? Other,
    long? SeenAccount,
    IReadOnlyList<Id<ConsentRow>> Consents
) : FindingCommand(World, Now, Finding, Consents)
{
    public override void Keys(IKeySet keys)
    {
        base.Keys(keys);
        if (Other is { } other)
        {
            keys.Want(AuditTables.Findings, other);
        }
    }

    public override Decision<FindingRow?> Decide(Book book) => AuditRules.Resolve(this, book);
}

/// <summary>How the chain grows, and what becomes of findings.</summary>
public static class AuditRules
{
    public static AuditChainKey TheChain { get; } = new(0);

    public static Decision<AuditChainRow?> Hold(HoldChain command, Book book)
    {
        var chain = book.Find(AuditTables.Chain, TheChain);
        return Decision.Accept(
            chain is null
                ? book.Insert(
                    AuditTables.Chain,
                    new AuditChainRow
                    {
                        Number = TheChain.Number,
                        Position = 0,
                        Hash = AuditDigests.Beginning,
                        Holder = command.Holder,
                        LeaseUntil = command.Now + command.Lease,
                    }
                )
            : MayHold(chain, command.Holder, command.Gone, command.Now)
                ? book.Update(
                    AuditTables.Chain,
                    chain with
                    {
                        Holder = command.Holder,
                        LeaseUntil = command.Now + command.Lease,
                    }
                )
            : null
        );
    }

    /// <summary>Whether a process may add to the chain: it holds it, or nobody does any more. Who held it while its clock was ahead
    /// need not be there when that time comes.</summary>
    public static bool MayHold(AuditChainRow chain, Guid holder, Guid? gone, DateTimeOffset now) =>
        chain.Holder == holder
        || chain.Holder == gone
        || chain.LeaseUntil <= now
        || SteadyClock.WasAhead(chain.LeaseUntil - AuditChain.Lease, now);

    public static Decision<AuditChainRow?> Seal(SealRecords command, Book book)
    {
        var chain = book.Get(AuditTables.Chain, TheChain);
        if (chain.Holder != command.Holder || chain.Position != command.SeenPosition)
        {
            return Decision.Accept<AuditChainRow?>(null);
        }

        var (position, hash) = (chain.Position, chain.Hash);
        foreach (var record in command.Records)
        {
            hash = Link(book, record, ++position, hash, command.Now);
        }

        return Decision.Accept<AuditChainRow?>(
            book.Update(
                AuditTables.Chain,
                chain with
                {
                    Position = position,
                    Hash = hash,
                    LeaseUntil = command.Now + command.Lease,
                }
            )
        );
    }

    public static Decision<Done> Keep(KeepHead command, Book book)
    {
        if (book.Find(AuditTables.Heads, new(command.Head.Position)) is null)
        {
            book.Insert(AuditTables.Heads, command.Head);
        }

        return Decision.Accept(new Done());
    }

    public static Decision<Done> Note(NoteProgress command, Book book)
    {
        var (position, sweptAt) = (command.Position, command.SweptAt);
        if (book.Find(AuditTables.Progress, new(0)) is { } progress)
        {
            book.Update(AuditTables.Progress, progress with { Position = position, SweptAt = sweptAt });
        }
        else
        {
            book.Insert(
                AuditTables.Progress,
                new AuditProgressRow
                {
                    Number = 0,
                    Position = position,
                    SweptAt = sweptAt,
                }
            );
        }

        return Decision.Accept(new Done());
    }

    /// <summary>What was found before stays as it is, resolved or not.</summary>
    public static Decision<FindingRow?> Report(ReportFinding command, Book book)
    {
        var finding = command.Finding;
        if (book.Find(AuditTables.Findings, finding.Id) is not null)
        {
            return Decision.Accept<FindingRow?>(null);
        }

        var account = finding.AccountId is { } id ? book.Find(AccountTables.Accounts, new(id)) : null;
        if (account is not null && CanBeFrozen(account))
        {
            finding = Freeze(book, finding, account, command.Consents);
        }
        else if (account is not null && AccountStanding.Of(account).Reasons.HasFlag(FreezeReasons.Finding))
        {
            // It changes in nothing but its version: whoever is about to free it must find out that there is one more.
            book.Update(AccountTables.Accounts, account);
        }

        return Decision.Accept<FindingRow?>(book.Insert(AuditTables.Findings, finding));
    }

    public static Decision<Done> NoteKept(NoteKept command, Book book)
    {
        var finding = book.Get(AuditTables.Findings, command.FindingId);
        if (finding.KeptAt is null)
        {
            book.Update(AuditTables.Findings, finding with { KeptAt = command.Now });
        }

        return Decision.Accept(new Done());
    }

    public static Decision<FindingRow?> FreezeAgain(FreezeAgain command, Book book)
    {
        var finding = book.Get(AuditTables.Findings, command.Finding.Id);
        var account = finding.AccountId is { } id ? book.Find(AccountTables.Accounts, new(id)) : null;
        return Decision.Accept(
            finding.ResolvedAt is null && account is not null && CanBeFrozen(account)
                ? book.Update(AuditTables.Findings, Freeze(book, finding, account, command.Consents))
                : null
        );
    }

    /// <summary>Whether it is not frozen for a finding, and not closed.</summary>
    internal static bool CanBeFrozen(AccountRow account) =>
        AccountStanding.Of(account).Freeze(FreezeReasons.Finding) is not null;

    /// <summary>Resolving twice is resolving once. The account stays frozen for as long as another finding is open.</summary>
    public static Decision<FindingRow?> Resolve(ResolveFinding command, Book book)
    {
        var finding = book.Get(AuditTables.Findings, command.Finding.Id);
        if (finding.ResolvedAt is not null)
        {
            return Decision.Accept<FindingRow?>(finding);
        }

        var stateBefore = finding.StateBefore;
        var other = command.Other is { } id ? book.Get(AuditTables.Findings, id) : null;
        if (stateBefore is null)
        {
            // It holds no account.
        }
        else if (other is { ResolvedAt: null })
        {
            book.Update(AuditTables.Findings, other with { StateBefore = stateBefore });
        }
        else
        {
            var account = book.Find(AccountTables.Accounts, new(finding.AccountId!.Value));
            if (other is not null || account?.Version != command.SeenAccount)
            {
                return Decision.Accept<FindingRow?>(null);
            }

            Unfreeze(book, account, (AccountState)stateBefore, command.Consents);
        }

        return Decision.Accept<FindingRow?>(
            book.Update(AuditTables.Findings, finding with { ResolvedAt = command.Now })
        );
    }

    private static byte[] Link(
        Book book,
        UnsealedRecord record,
        long position,
        byte[] previousHash,
        DateTimeOffset now
    )
    {
        var hash = AuditDigests.Link(position, previousHash, record.World, record.Id, record.Digest);
        book.Insert(
            AuditTables.Seals,
            new AuditSealRow
            {
                Position = position,
                RecordWorld = record.World.Number,
                RecordId = record.Id,
                PreviousHash = previousHash,
                Hash = hash,
                SealedAt = now,
            }
        );
        foreach (var app in record.EventApps)
        {
            book.Insert(
                AuditTables.EventPositions,
                new EventPositionRow
                {
                    AppId = app,
                    Position = position,
                    JournalId = record.Id,
                    SealedAt = now,
                }
            );
        }

        return hash;
    }

    /// <summary>The account that a finding concerns, and who is told when it is frozen or freed.</summary>
    internal static void WantAccount(IKeySet keys, FindingRow finding, IReadOnlyList<Id<ConsentRow>> consents)
    {
        if (finding.AccountId is not { } account)
        {
            return;
        }

        keys.Want(AccountTables.Accounts, new(account));
        AccountRules.WantConsents(keys, consents);
    }

    /// <summary>The finding, which holds its account from now on.</summary>
    private static FindingRow Freeze(
        Book book,
        FindingRow finding,
        AccountRow account,
        IReadOnlyList<Id<ConsentRow>> consents
    )
    {
        AccountRules.Freeze(book, account, FreezeReasons.Finding, AccountRules.AppsOf(book, consents));
        return finding with { StateBefore = (int)AccountStanding.Of(account).Beneath };
    }

    private static void Unfreeze(
        Book book,
        AccountRow? account,
        AccountState state,
        IReadOnlyList<Id<ConsentRow>> consents
    )
    {
        if (account is not null)
        {
            AccountRules.Unfreeze(
                book,
                account,
                FreezeReasons.Finding,
                AccountRules.AppsOf(book, consents),
                unknown: state
            );
        }
    }
}
