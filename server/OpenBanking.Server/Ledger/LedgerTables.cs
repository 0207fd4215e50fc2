using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using OpenBanking.Server.Storage;

namespace OpenBanking.Server.Ledger;

/// <summary>The bank's own accounts 内部账户.</summary>
public enum InternalAccountKind
{
    /// <summary>What card banks owe us, or we them.</summary>
    CardClearing = 1,

    /// <summary>What a partner has earned and not been paid out; the owner is the partner.</summary>
    PartnerSettlement = 2,

    /// <summary>What a campaign may still give away; the owner is the campaign.</summary>
    CampaignBudget = 3,

    /// <summary>Where campaign budgets come from.</summary>
    MarketingFund = 4,

    /// <summary>What customers and campaigns have set aside for a partner's payments that are not captured yet; the owner
    /// is the partner.</summary>
    PaymentHolds = 5,

    /// <summary>What came for an account that does not take it, and what its customer ordered to be sent, until its card has it;
    /// the owner is the account.</summary>
    Suspense = 6,

    /// <summary>What the bank has taken in fees of a partner's payments; the owner is the partner.</summary>
    FeeIncome = 7,

    /// <summary>What a merchant has earned through its partner and not been paid out; the owner is the merchant.</summary>
    SubMerchantSettlement = 8,

    /// <summary>What was handed to the bank's own transfers for partners and merchants.</summary>
    SettlementClearing = 9,
}

/// <summary>Names one of the bank's own accounts.</summary>
/// <param name="OwnerId">Whose it is; all zeros for the bank's.</param>
public readonly record struct InternalAccountKey(InternalAccountKind Kind, Guid OwnerId, string Currency)
{
    /// <summary>The account's id in entries, made of its name, so that nobody has to look it up.</summary>
    public Guid EntryAccountId()
    {
        Span<byte> name = stackalloc byte[20 + Encoding.UTF8.GetMaxByteCount(Currency.Length)];
        BinaryPrimitives.WriteInt32BigEndian(name, (int)Kind);
        OwnerId.TryWriteBytes(name[4..], bigEndian: true, out _);
        var length = 20 + Encoding.UTF8.GetBytes(Currency, name[20..]);
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(name[..length], digest);
        return new Guid(digest[..16], bigEndian: true);
    }
}

/// <summary>The balance of one of the bank's own accounts. Credits are positive.</summary>
public sealed record InternalAccountRow
{
    public required InternalAccountKind Kind { get; init; }

    public required Guid OwnerId { get; init; }

    public required string Currency { get; init; }

    public required Guid EntryAccountId { get; init; }

    public required long Balance { get; init; }
}

public enum PostingKind
{
    Payment = 1,
    Refund = 2,
    TopUp = 3,
    CampaignFunding = 4,
    Hold = 5,
    Release = 6,
    Withdrawal = 7,
    Fee = 8,
    CampaignSettlement = 9,
    Payout = 10,

    /// <summary>What a customer ordered is taken off the account, and waits until the card has it.</summary>
    WithdrawalOrder = 11,

    /// <summary>The card's bank did not take it.</summary>
    WithdrawalReturn = 12,
}

/// <summary>One line of the ledger 分录. Never changed, never deleted.</summary>
public sealed record EntryRow
{
    public required Guid AccountId { get; init; }

    /// <summary>For a customer's account the number of the line in its statement, without gaps; for one of the
    /// bank's own by its time, as <see cref="BankLines"/> says.</summary>
    public required long Sequence { get; init; }

    /// <summary>The payment, refund, top-up or campaign the posting belongs to.</summary>
    public required Guid PostingId { get; init; }

    public required PostingKind Kind { get; init; }

    /// <summary>The app that caused it; null for the bank.</summary>
    public Guid? AppId { get; init; }

    /// <summary>Credit positive, debit negative.</summary>
    public required long Amount { get; init; }

    public required string Currency { get; init; }

    /// <summary>The available balance after it, for a customer's account.</summary>
    public long? BalanceAfter { get; init; }

    /// <summary>The day it counts for, in Asia/Shanghai.</summary>
    public required DateOnly BusinessDate { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

public readonly record struct EntryKey(Guid AccountId, long Sequence, Guid PostingId);

/// <summary>How far the postings were handed to the bank's core. There is one row, in the live world.</summary>
public sealed record PostingExportRow : VersionedRow
{
    public required int Number { get; init; }

    /// <summary>The place in the audit's chain up to which everything is booked.</summary>
    public required long Position { get; init; }

    /// <summary>The process that exports, until its lease ends.</summary>
    public required Guid Holder { get; init; }

    public required DateTimeOffset LeaseUntil { get; init; }

    /// <summary>How often the next part was tried in vain.</summary>
    public required int Attempts { get; init; }

    /// <summary>Since when; null while it gets on.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>When it is tried next.</summary>
    public required DateTimeOffset DueAt { get; init; }
}

public readonly record struct PostingExportKey(int Number);

public static class LedgerTables
{
    public static Table<PostingExportKey, PostingExportRow> Exports { get; } = new("posting_export");

    public static Table<EntryKey, EntryRow> Entries { get; } = new("entry");

    public static Table<InternalAccountKey, InternalAccountRow> InternalAccounts { get; } =
        new(
            "internal_account",
            nameof(InternalAccountRow.Balance),
            key =>
                new()
                {
                    Kind = key.Kind,
                    OwnerId = key.OwnerId,
                    Currency = key.Currency,
                    EntryAccountId = key.EntryAccountId(),
                    Balance = 0,
                },
            (row, amount) => row with { Balance = checked(row.Balance + amount) }
        );
}
