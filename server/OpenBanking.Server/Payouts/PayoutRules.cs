using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.SubMerchants;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Payouts;

/// <summary>Whose settlement is paid out.</summary>
/// <param name="SubMerchantId">The merchant; null for the partner itself.</param>
public sealed record PayoutOwner(Id<PartnerRow> PartnerId, Id<SubMerchantRow>? SubMerchantId, string Currency)
{
    public Guid Id => SubMerchantId?.Value ?? PartnerId.Value;

    public InternalAccountKey Settlement =>
        new(
            SubMerchantId is null
                ? InternalAccountKind.PartnerSettlement
                : InternalAccountKind.SubMerchantSettlement,
            Id,
            Currency
        );
}

/// <summary>What moved on a settlement account on the days that are settled.</summary>
/// <param name="After">The day before the first of them; null for all there were.</param>
public sealed record SettledDays(DateOnly? After, DateOnly Through, long Captured, long Refunded, long Fees)
{
    /// <summary>What came to the days before after they were settled: from a server that stood still over midnight, or whose
    /// clock was set back. Negative when more was given back than captured.</summary>
    public long Late { get; init; }
}

/// <summary>Settles days that are over, and pays out what is left of them.</summary>
/// <param name="Days">Added up before the batch: what comes to them since is late, and settled with the next.</param>
public sealed record SettleDays(
    World World,
    DateTimeOffset Now,
    Id<PayoutRow> PayoutId,
    Id<IntentRow> IntentId,
    PayoutOwner Owner,
    SettledDays Days,
    DateTimeOffset RealNow
) : Command<PayoutRow?>(World, Now)
{
    /// <summary>The apps that are told.</summary>
    public IReadOnlyList<Id<AppRow>> Apps { get; init; } = [];

    public override Guid Lane => Owner.Id;

    public override Subject Subject => Subject.Of(PayoutId);

    public override void Keys(IKeySet keys)
    {
        keys.Want(PayoutTables.Progress, new(Owner.Id));
        keys.Want(LedgerTables.InternalAccounts, Owner.Settlement);
    }

    public override Decision<PayoutRow?> Decide(Book book) => PayoutRules.Settle(this, book);
}

/// <summary>The bank's own transfer was answered.</summary>
/// <param name="Payout">Read before the batch for what never changes in it.</param>
/// <param name="DeclineCode">Why it failed; null when the money is there.</param>
public record CompletePayout(
    World World,
    DateTimeOffset Now,
    Id<IntentRow> IntentId,
    PayoutRow Payout,
    string? DeclineCode
) : Command<PayoutRow>(World, Now)
{
    /// <summary>The apps that are told.</summary>
    public IReadOnlyList<Id<AppRow>> Apps { get; init; } = [];

    public PayoutOwner Owner => new(Payout.PartnerId, Payout.SubMerchantId, Payout.Currency);

    public override Guid Lane => Owner.Id;

    public override Subject Subject => Subject.Of(Payout.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(IntentTables.Intents, IntentId);
        keys.Want(PayoutTables.Payouts, Payout.Id);
        keys.Want(PayoutTables.Progress, new(Owner.Id));
    }

    public override Decision<PayoutRow> Decide(Book book) =>
        Decision.Accept(PayoutRules.Complete(this, book));
}

/// <summary>A person says what became of the bank's own transfer; so it stands in the audit.</summary>
public sealed record ResolvePayout(
    World World,
    DateTimeOffset Now,
    Id<IntentRow> IntentId,
    PayoutRow Payout,
    string? DeclineCode
) : CompletePayout(World, Now, IntentId, Payout, DeclineCode);

/// <summary>How partners get their money: day after day, each day once, and one transfer at a time.</summary>
public static class PayoutRules
{
    public static class Refusals
    {
        /// <summary>The last one has no answer yet.</summary>
        public const string Open = "payout_open";

        /// <summary>Another node was first.</summary>
        public const string SettledBefore = "payout_settled_before";
    }

    /// <summary>Refuses: a payout has no answer yet; the days were settled before. Pays what is left of the days, but not what
    /// was given back since; nothing when nothing is left.</summary>
    public static Decision<PayoutRow?> Settle(SettleDays command, Book book)
    {
        var (owner, days) = (command.Owner, command.Days);
        var progress = book.Find(PayoutTables.Progress, new(owner.Id));
        if (progress?.OpenPayoutId is not null)
        {
            return Decision.Reject(Refusals.Open);
        }

        if (progress?.Through != days.After || days.Through <= progress?.Through)
        {
            return Decision.Reject(Refusals.SettledBefore);
        }

        var carried = (progress?.Carried ?? 0) + days.Late;
        var closing = carried + days.Captured - days.Refunded - days.Fees;
        var balance = book.Find(LedgerTables.InternalAccounts, owner.Settlement)?.Balance ?? 0;
        var amount = Math.Max(0, Math.Min(closing, balance));
        var payout = amount == 0 ? null : Pay(command, book, carried, amount);
        var next = new PayoutProgressRow
        {
            OwnerId = owner.Id,
            Through = days.Through,
            Carried = closing - amount,
            OpenPayoutId = payout?.Id,
        };
        if (progress is null)
        {
            book.Insert(PayoutTables.Progress, next);
        }
        else
        {
            book.Update(PayoutTables.Progress, next with { Version = progress.Version });
        }

        return Decision.Accept(payout);
    }

    /// <summary>An answer that comes twice counts once. What could not be transferred is paid with the next days.</summary>
    public static PayoutRow Complete(CompletePayout command, Book book)
    {
        var payout = book.Get(PayoutTables.Payouts, command.Payout.Id);
        if (!IntentRules.TryFinish(book, command.IntentId))
        {
            return payout;
        }

        var paid = command.DeclineCode is null;
        payout = book.Update(
            PayoutTables.Payouts,
            payout with
            {
                State = paid ? PayoutState.Succeeded : PayoutState.Failed,
                DeclineCode = command.DeclineCode,
                CompletedAt = command.Now,
            }
        );
        var progress = book.Get(PayoutTables.Progress, new(command.Owner.Id));
        book.Update(
            PayoutTables.Progress,
            progress with
            {
                OpenPayoutId = null,
                Carried = progress.Carried + (paid ? 0 : payout.Amount),
            }
        );
        if (!paid)
        {
            LedgerRules.Post(book, PostingOf(payout, command.Owner, -payout.Amount, command.Now, step: 2));
        }

        Emit(book, payout, command.Apps);
        return payout;
    }

    public static PayoutStatus StatusOf(PayoutState state) =>
        state switch
        {
            PayoutState.Processing => PayoutStatus.Processing,
            PayoutState.Succeeded => PayoutStatus.Succeeded,
            PayoutState.Failed => PayoutStatus.Failed,
            _ => throw new InvalidOperationException($"Unknown state {state}."),
        };

    /// <summary>What partners are told of a failure: a code of the bank's own says nothing to them.</summary>
    public static string? DeclineCodeOf(PayoutRow payout) =>
        payout.DeclineCode is not { } code ? null
        : PayoutDeclineCodes.Catalogue.Any(entry => entry.Code == code) ? code
        : PayoutDeclineCodes.TransferRefused;

    /// <summary>The money leaves the settlement account before the transfer is asked for, so that nothing else is paid from
    /// it.</summary>
    private static PayoutRow Pay(SettleDays command, Book book, long carried, long amount)
    {
        var (owner, days) = (command.Owner, command.Days);
        var payout = book.Insert(
            PayoutTables.Payouts,
            new PayoutRow
            {
                Id = command.PayoutId,
                PartnerId = owner.PartnerId,
                SubMerchantId = owner.SubMerchantId,
                State = PayoutState.Processing,
                Currency = owner.Currency,
                Amount = amount,
                Since = days.After?.AddDays(1),
                Through = days.Through,
                BroughtForward = carried,
                Captured = days.Captured,
                Refunded = days.Refunded,
                Fees = days.Fees,
                CreatedAt = command.Now,
            }
        );
        // What is given back in the same moment is not paid out as well.
        book.RelyOn(LedgerTables.InternalAccounts, owner.Settlement, amount);
        LedgerRules.Post(book, PostingOf(payout, owner, amount, command.Now, step: 1));
        IntentRules.Ask(book, command.IntentId, IntentKind.PayOut, payout.Id.Value, command.RealNow);
        Emit(book, payout, command.Apps);
        return payout;
    }

    private static void Emit(Book book, PayoutRow payout, IReadOnlyList<Id<AppRow>> apps)
    {
        var type = payout.State switch
        {
            PayoutState.Processing => EventTypes.PayoutProcessing,
            PayoutState.Succeeded => EventTypes.PayoutSucceeded,
            _ => EventTypes.PayoutFailed,
        };
        List<EventSubject> subjects = [EventSubject.Of("payout_id", payout.Id)];
        if (payout.SubMerchantId is { } merchant)
        {
            subjects.Add(EventSubject.Of("sub_merchant_id", merchant));
        }

        if (DeclineCodeOf(payout) is { } decline)
        {
            subjects.Add(EventSubject.Of("decline_code", decline));
        }

        foreach (var app in apps)
        {
            book.Emit(new(app.Value, type, payout.Version, StatusOf(payout.State).Value, [.. subjects]));
        }
    }

    private static Posting PostingOf(
        PayoutRow payout,
        PayoutOwner owner,
        long amount,
        DateTimeOffset now,
        long step
    ) =>
        new(
            PostingKind.Payout,
            payout.Id.Value,
            AppId: null,
            payout.Currency,
            now,
            LedgerRules.PayoutLegs(owner.Settlement, amount),
            step
        );
}
