using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Withdrawals;

namespace OpenBanking.Tests.Rules.Withdrawals;

public class RetryWithdrawalTests
{
    private static readonly WithdrawalRow refused = new()
    {
        Id = Rows.Id<WithdrawalRow>(1),
        CustomerId = Rows.Customer.Id,
        AccountId = Rows.Account.Id,
        CardId = Rows.Account.CardId,
        Source = WithdrawalSource.Suspense,
        State = WithdrawalState.Failed,
        DeclineCode = DeclineCodes.CardRefused,
        Currency = Money.Renminbi,
        Amount = 10_00,
        CreatedAt = Rows.Noon,
        CompletedAt = Rows.Noon,
    };

    [Fact]
    public void What_a_card_refused_is_asked_for_again_once_at_a_time_of_the_default_card_of_now()
    {
        var card = Rows.Id<BoundCardRow>(9);
        var bank = NewBank(refused, Rows.Account with { CardId = card });

        var asked = bank.Run(Retry(1)).Accepted;
        var again = bank.Run(Retry(2)).Rejected;

        Assert.Equal(
            (WithdrawalState.Processing, null, null, card),
            (asked.State, asked.DeclineCode, asked.CompletedAt, asked.CardId)
        );
        Assert.Equal(WithdrawalRules.NotWaiting, again.Code);
        var intent = Assert.Single(bank.All(IntentTables.Intents));
        Assert.Equal(
            (IntentKind.CreditCard, refused.Id.Value, Rows.Id<IntentRow>(1)),
            (intent.Kind, intent.SubjectId, intent.Id)
        );
    }

    /// <summary>What an account kept is not sent to the card: its customer closes it again.</summary>
    [Fact]
    public void What_is_on_an_account_stays_there()
    {
        var ofAccount = refused with { Source = WithdrawalSource.Account };
        var bank = NewBank(ofAccount, Rows.Account);

        Assert.Equal(WithdrawalRules.NotWaiting, bank.Run(Retry(1)).Rejected.Code);
    }

    private static MemoryBank NewBank(WithdrawalRow withdrawal, AccountRow account) =>
        new MemoryBank().Put(WithdrawalTables.Withdrawals, withdrawal).Put(AccountTables.Accounts, account);

    private static RetryWithdrawal Retry(int intent) =>
        new(Rows.World, Rows.Noon, refused, Rows.Id<IntentRow>(intent), Rows.Noon);
}
