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
    public void What_a_card_refused_of_a_closed_account_is_asked_for_again_once_at_a_time()
    {
        var bank = new MemoryBank().Put(WithdrawalTables.Withdrawals, refused);

        var asked = bank.Run(Retry(1)).Accepted;
        var again = bank.Run(Retry(2)).Rejected;

        Assert.Equal(
            (WithdrawalState.Processing, null, null),
            (asked.State, asked.DeclineCode, asked.CompletedAt)
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
        var bank = new MemoryBank().Put(WithdrawalTables.Withdrawals, ofAccount);

        Assert.Equal(WithdrawalRules.NotWaiting, bank.Run(Retry(1)).Rejected.Code);
    }

    private static RetryWithdrawal Retry(int intent) =>
        new(Rows.World, Rows.Noon, refused, Rows.Id<IntentRow>(intent), Rows.Noon);
}
