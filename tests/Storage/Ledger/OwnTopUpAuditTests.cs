using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.TopUps;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Ledger;

/// <summary>The audit finds what was changed in top-ups that customers ordered behind the server's back.</summary>
public abstract class OwnTopUpAuditTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const string Posted =
        "every top-up that a customer ordered has its posting when it came, on the account or past it";
    private const string SentOn =
        "every top-up that its account did not take goes on to a card, and no other does";

    /// <summary>It takes 2,000.00 at the most.</summary>
    private static readonly AccountRow account = Rows.Account with
    {
        Type = AccountType.TypeThree.Value,
        Available = 0,
    };

    [Fact]
    public async Task Whatever_the_cards_bank_says_the_books_are_sound()
    {
        await DoBusinessAsync();

        Assert.Equal(
            [OwnTopUpState.Succeeded, OwnTopUpState.Failed, OwnTopUpState.SentBack, OwnTopUpState.Processing],
            Store
                .List(OwnTopUpTables.TopUps, Rows.World, $"1 = {1} ORDER BY amount DESC")
                .Select(topUp => topUp.State)
        );
        Assert.Empty(Audit());
    }

    [Theory]
    [InlineData("UPDATE own_top_up SET amount = amount + 1 WHERE state = 2", Posted)]
    [InlineData("UPDATE own_top_up SET amount = amount + 1 WHERE state = 4", Posted, SentOn)]
    [InlineData("UPDATE own_top_up SET state = 2 WHERE state = 3", Posted)]
    [InlineData("UPDATE own_top_up SET state = 2 WHERE state = 4", Posted, SentOn)]
    [InlineData("UPDATE own_top_up SET state = 3 WHERE state = 2", Posted)]
    [InlineData("UPDATE own_top_up SET state = 4 WHERE state = 2", Posted, SentOn)]
    [InlineData("UPDATE own_top_up SET state = 4 WHERE state = 1", Posted, SentOn)]
    [InlineData("DELETE FROM withdrawal", SentOn)]
    public async Task What_was_changed_in_a_top_up_is_found(string sql, params string[] rules)
    {
        await DoBusinessAsync();

        Database.Execute(sql);

        Assert.Equal(rules.Order(), Audit().Select(found => found.Rule).Order());
    }

    private IReadOnlyList<(string Rule, long Violations)> Audit() => new BooksAudit(Store).FindViolations();

    /// <summary>One that comes, one that is refused, one for which there is no room any more, and one without an answer.</summary>
    private async Task DoBusinessAsync()
    {
        await AcceptAsync(
            new Probe(
                Rows.World,
                book =>
                {
                    book.Insert(AccountTables.Accounts, account);
                    book.Insert(
                        CustomerTables.Customers,
                        Rows.Customer with
                        {
                            PinHash = Rows.Sealed,
                            PinSalt = Rows.Sealed,
                        }
                    );
                    return Decision.Accept(0);
                }
            )
        );
        foreach (var (number, amount) in ((int, long)[])[(1, 1_900_00), (2, 300_00), (3, 200_00), (4, 50_00)])
        {
            await AcceptAsync(Order(number, amount));
        }

        await AcceptAsync(Complete(1));
        await AcceptAsync(Complete(2, DeclineCodes.CardRefused));
        await AcceptAsync(Complete(3));
    }

    private static OrderTopUp Order(int number, long amount) =>
        new(
            Rows.World,
            Rows.Noon,
            account,
            Rows.Id<OwnTopUpRow>(number),
            account.CardId,
            amount,
            UnderWay: 0,
            Rows.Sealed,
            Language: "en",
            Rows.Id<IntentRow>(number),
            new(default, [], Rows.Noon)
        );

    private static CompleteOwnTopUp Complete(int number, string? declineCode = null) =>
        new(
            Rows.World,
            Rows.Noon,
            Rows.Id<IntentRow>(number),
            Rows.OwnTopUp with
            {
                Id = Rows.Id<OwnTopUpRow>(number),
            },
            declineCode,
            Notice: null
        );

    private async Task AcceptAsync<TReply>(Command<TReply> command) =>
        Assert.IsType<Accepted<TReply>>(await Engine.SubmitAsync(command));
}
