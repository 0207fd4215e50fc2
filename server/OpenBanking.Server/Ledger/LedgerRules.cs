using OpenBanking.Server.Accounts;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Ledger;

/// <summary>What a business command moves: legs that sum to zero.</summary>
/// <param name="Id">The payment, refund, top-up or campaign it belongs to.</param>
/// <param name="AppId">The app that caused it; null for the bank.</param>
/// <param name="Step">Which one it is of the several postings of this id; null when there is one alone.</param>
public sealed record Posting(
    PostingKind Kind,
    Guid Id,
    Guid? AppId,
    string Currency,
    DateTimeOffset Now,
    IReadOnlyList<Leg> Legs,
    long? Step = null
);

/// <summary>One side of a posting. Credits are positive.</summary>
public abstract record Leg(long Amount)
{
    public sealed record Customer(Id<AccountRow> AccountId, long Amount) : Leg(Amount);

    public sealed record Internal(InternalAccountKey Account, long Amount) : Leg(Amount);
}

/// <summary>The one way money moves. Templates say which accounts; <see cref="Post"/> writes the entries and the
/// balances together.</summary>
public static class LedgerRules
{
    /// <summary>Customer and campaign pay.</summary>
    /// <param name="to">Who is paid: together what both pay.</param>
    public static IReadOnlyList<Leg> PaymentLegs(
        Id<AccountRow> customer,
        long customerAmount,
        InternalAccountKey? campaignBudget,
        long discount,
        params IEnumerable<Leg> to
    ) =>
        campaignBudget is { } budget
            ? [new Leg.Customer(customer, -customerAmount), new Leg.Internal(budget, -discount), .. to]
            : [new Leg.Customer(customer, -customerAmount), .. to];

    /// <summary>Customer and campaign get something back.</summary>
    /// <param name="to">Where the customer's part goes.</param>
    /// <param name="from">Who gives it back, with its sign: together what both get.</param>
    public static IReadOnlyList<Leg> RefundLegs(
        Leg to,
        InternalAccountKey? campaignBudget,
        long discount,
        params IEnumerable<Leg> from
    ) => campaignBudget is { } budget ? [to, new Leg.Internal(budget, discount), .. from] : [to, .. from];

    /// <summary>Customer and campaign set money aside: what either may come to pay.</summary>
    public static IReadOnlyList<Leg> HoldLegs(
        Id<AccountRow> customer,
        long customerAmount,
        InternalAccountKey? campaignBudget,
        long discount,
        InternalAccountKey holds
    ) =>
        PaymentLegs(
            customer,
            customerAmount,
            campaignBudget,
            discount,
            new Leg.Internal(holds, checked(customerAmount + discount))
        );

    /// <summary>A part of what was set aside is taken.</summary>
    /// <param name="to">Who takes it: together the amount.</param>
    public static IReadOnlyList<Leg> CaptureLegs(
        InternalAccountKey holds,
        long amount,
        IEnumerable<Leg> to
    ) => [new Leg.Internal(holds, -amount), .. to];

    /// <summary>What was set aside and not taken goes back to customer and campaign.</summary>
    public static IReadOnlyList<Leg> ReleaseLegs(
        Id<AccountRow> customer,
        long customerAmount,
        InternalAccountKey? campaignBudget,
        long discount,
        InternalAccountKey holds
    ) =>
        RefundLegs(
            new Leg.Customer(customer, customerAmount),
            campaignBudget,
            discount,
            new Leg.Internal(holds, -checked(customerAmount + discount))
        );

    /// <summary>Money comes from the bound card.</summary>
    public static IReadOnlyList<Leg> TopUpLegs(Id<AccountRow> customer, long amount, string currency) =>
        TopUpLegs(new Leg.Customer(customer, amount), currency);

    /// <param name="to">Where it comes to.</param>
    public static IReadOnlyList<Leg> TopUpLegs(Leg to, string currency) =>
        [new Leg.Internal(Bank(InternalAccountKind.CardClearing, currency), -to.Amount), to];

    /// <summary>Money goes to the bound card.</summary>
    /// <param name="from">What it is taken from, with its sign.</param>
    public static IReadOnlyList<Leg> WithdrawalLegs(Leg from, string currency) =>
        [from, new Leg.Internal(Bank(InternalAccountKind.CardClearing, currency), -from.Amount)];

    /// <summary>Money of a customer's is set aside for the bound card; what is negative comes back.</summary>
    public static IReadOnlyList<Leg> WithdrawalOrderLegs(
        Id<AccountRow> customer,
        long amount,
        InternalAccountKey suspense
    ) => [new Leg.Customer(customer, -amount), new Leg.Internal(suspense, amount)];

    /// <summary>The bank takes its fee; what is negative it gives back.</summary>
    /// <param name="from">What is taken of whom, with its sign.</param>
    public static IReadOnlyList<Leg> FeeLegs(InternalAccountKey feeIncome, IReadOnlyList<Leg> from) =>
        [.. from, new Leg.Internal(feeIncome, -from.Sum(leg => leg.Amount))];

    /// <summary>What a partner or merchant earned is handed to the bank's own transfers; what is negative comes back.</summary>
    public static IReadOnlyList<Leg> PayoutLegs(InternalAccountKey settlement, long amount) =>
        [
            new Leg.Internal(settlement, -amount),
            new Leg.Internal(Bank(InternalAccountKind.SettlementClearing, settlement.Currency), amount),
        ];

    /// <summary>The bank blocks a campaign's budget; what is negative it takes back.</summary>
    public static IReadOnlyList<Leg> CampaignFundingLegs(InternalAccountKey campaignBudget, long amount) =>
        [
            new Leg.Internal(Bank(InternalAccountKind.MarketingFund, campaignBudget.Currency), -amount),
            new Leg.Internal(campaignBudget, amount),
        ];

    /// <summary>Writes the entries and moves the balances. A leg of nothing leaves no entry.</summary>
    public static void Post(Book book, Posting posting)
    {
        foreach (var leg in posting.Legs)
        {
            switch (leg)
            {
                case { Amount: 0 }:
                    break;
                case Leg.Customer customer:
                    PostToCustomer(book, posting, customer);
                    break;
                case Leg.Internal bank:
                    PostToBank(book, posting, bank);
                    break;
            }
        }
    }

    private static void PostToCustomer(Book book, Posting posting, Leg.Customer leg)
    {
        var account = book.Get(AccountTables.Accounts, leg.AccountId);
        account = book.Update(
            AccountTables.Accounts,
            AccountFreezeRules.NoteMovement(account, posting.Now) with
            {
                Available = checked(account.Available + leg.Amount),
                Entries = account.Entries + 1,
            }
        );
        Insert(book, posting, account.Id.Value, account.Entries, leg.Amount, account.Available);
    }

    private static void PostToBank(Book book, Posting posting, Leg.Internal leg)
    {
        book.Add(LedgerTables.InternalAccounts, leg.Account, leg.Amount);
        var sequence = posting.Step is { } step
            ? BankLines.Step(posting.Now, step)
            : BankLines.Single(posting.Now);
        Insert(book, posting, leg.Account.EntryAccountId(), sequence, leg.Amount, null);
    }

    private static void Insert(
        Book book,
        Posting posting,
        Guid accountId,
        long sequence,
        long amount,
        long? balanceAfter
    ) =>
        book.Insert(
            LedgerTables.Entries,
            new EntryRow
            {
                AccountId = accountId,
                Sequence = sequence,
                PostingId = posting.Id,
                Kind = posting.Kind,
                AppId = posting.AppId,
                Amount = amount,
                Currency = posting.Currency,
                BalanceAfter = balanceAfter,
                BusinessDate = BusinessCalendar.DateOf(posting.Now),
                CreatedAt = posting.Now,
            }
        );

    /// <summary>One of the accounts that are the bank's own.</summary>
    internal static InternalAccountKey Bank(InternalAccountKind kind, string currency) =>
        new(kind, Guid.Empty, currency);
}
