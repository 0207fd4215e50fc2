using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Partners;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Bench;

/// <summary>Opens an account with money on it, and an agreement as wide as the money goes.</summary>
internal sealed record AddFunded(
    World World,
    DateTimeOffset Now,
    AccountRow Account,
    AgreementRow Agreement,
    long Amount
) : Command<Done>(World, Now)
{
    public static AddFunded New(
        Ids ids,
        World world,
        DateTimeOffset now,
        Id<AppRow> app,
        Id<PartnerRow> partner,
        long amount
    )
    {
        var account = NewAccount(ids, now);
        return new(world, now, account, NewAgreement(ids, now, account, app, partner, amount), amount);
    }

    public override void Keys(IKeySet keys) => keys.Want(AccountTables.Accounts, Account.Id);

    public override Decision<Done> Decide(Book book)
    {
        book.Insert(AccountTables.Accounts, Account);
        book.Insert(ConsentTables.Agreements, Agreement);
        book.Insert(
            TopUpTables.TopUps,
            new TopUpRow
            {
                Id = new(Account.Id.Value),
                AppId = Agreement.AppId,
                AgreementId = Agreement.Id,
                CustomerId = Account.CustomerId,
                AccountId = Account.Id,
                CardId = Account.CardId,
                State = TopUpState.Succeeded,
                Currency = Account.Currency,
                Amount = Amount,
                CreatedAt = Now,
                CompletedAt = Now,
            }
        );
        LedgerRules.Post(
            book,
            new(
                PostingKind.TopUp,
                Account.Id.Value,
                Agreement.AppId.Value,
                Account.Currency,
                Now,
                LedgerRules.TopUpLegs(Account.Id, Amount, Account.Currency)
            )
        );
        return Decision.Accept(new Done());
    }

    private static AccountRow NewAccount(Ids ids, DateTimeOffset now) =>
        new()
        {
            Id = ids.New<AccountRow>(),
            CustomerId = ids.New<CustomerRow>(),
            CardId = ids.New<BoundCardRow>(),
            Type = AccountType.TypeTwo.Value,
            State = AccountState.Active,
            Number = new byte[60],
            LastFour = "0000",
            Currency = Money.Renminbi,
            Available = 0,
            Held = 0,
            Entries = 0,
            OutflowDay = BusinessCalendar.DateOf(now),
            DayOutflow = 0,
            YearOutflow = 0,
            OpenedAt = now,
        };

    private static AgreementRow NewAgreement(
        Ids ids,
        DateTimeOffset now,
        AccountRow account,
        Id<AppRow> app,
        Id<PartnerRow> partner,
        long limit
    ) =>
        new()
        {
            Id = ids.New<AgreementRow>(),
            ConsentId = ids.New<ConsentRow>(),
            AppId = app,
            PartnerId = partner,
            CustomerId = account.CustomerId,
            AccountId = account.Id,
            CardId = account.CardId,
            State = ConsentState.Authorized,
            Currency = Money.Renminbi,
            PerPaymentLimit = limit,
            DailyLimit = limit,
            TotalLimit = limit,
            TopUpAllowed = true,
            Day = BusinessCalendar.DateOf(now),
            DayPaid = 0,
            DayToppedUp = 0,
            TotalPaid = 0,
            ExpiresAt = now.AddYears(1),
        };
}
