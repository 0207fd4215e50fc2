using FsCheck;
using FsCheck.Fluent;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;

namespace OpenBanking.Tests.Rules.Accounts;

/// <summary>The cards of an account, under whatever their customer and their banks do in whatever order.</summary>
public class OwnCardProperties
{
    private const int Count = 2_000;

    private enum Act
    {
        Add,
        AddAgain,
        Confirm,
        Refuse,
        Choose,
        Remove,
        Freeze,
        Free,
    }

    private static readonly Gen<(Act Act, int Number)[]> sequences = Gen.Elements(Enum.GetValues<Act>())
        .SelectMany(act => Gen.Choose(0, 7).Select(number => (act, number)))
        .ArrayOf();

    [Fact]
    public void The_default_card_is_bound_the_counter_is_right_and_no_card_comes_unconfirmed() =>
        Properties.Hold(
            sequences,
            Count,
            acts =>
            {
                var cards = new CardScene();
                var confirmed = new HashSet<Id<BoundCardRow>> { CardScene.IdOf(0) };
                var (asked, last) = (0, 0);
                foreach (var (act, number) in acts)
                {
                    var (chosen, told) = (cards.Account.CardId, cards.Bank.Told.Count);
                    switch (act)
                    {
                        // Each card that is added is a new one, as it is on the pages.
                        case Act.Add:
                            if (cards.Bank.Run(cards.Add(last + 1)).Decision is Accepted<PinCheck>)
                            {
                                asked = ++last;
                            }

                            break;
                        case Act.AddAgain:
                            cards.Bank.Run(cards.Add(last + 1) with { IsBound = true });
                            break;
                        case Act.Confirm when asked > 0:
                            if (IsVerifying(cards) && cards.Account.State == AccountState.Active)
                            {
                                confirmed.Add(CardScene.IdOf(asked));
                            }

                            cards.Bank.Run(cards.Complete(asked));
                            break;
                        case Act.Refuse when asked > 0:
                            cards.Bank.Run(cards.Complete(asked) with { Verified = false });
                            break;
                        case Act.Choose:
                            cards.Bank.Run(cards.Choose(number));
                            break;
                        case Act.Remove:
                            cards.Bank.Run(cards.Remove(number));
                            break;
                        case Act.Freeze:
                            cards.Put(cards.Account with { State = AccountState.Frozen });
                            break;
                        case Act.Free:
                            cards.Put(cards.Account with { State = AccountState.Active });
                            break;
                    }

                    Check(cards, confirmed);
                    Assert.Equal(cards.Account.CardId == chosen ? 0 : 1, cards.Bank.Told.Count - told);
                }
            }
        );

    private static void Check(CardScene cards, HashSet<Id<BoundCardRow>> confirmed)
    {
        var bound = cards.Bound.ToList();
        var most = Rows.Limits.For(AccountType.TypeTwo.Value, Rows.Today).CardsPerAccount;
        Assert.InRange(bound.Count, 1, most);
        Assert.Equal(bound.Count, cards.Account.Cards);
        Assert.Contains(cards.Account.CardId, bound);
        Assert.Subset(confirmed, bound.ToHashSet());
        Assert.Null(cards.Bank.Get(CustomerTables.BoundCards, cards.Account.CardId).RemovedAt);
    }

    private static bool IsVerifying(CardScene cards) =>
        cards.Verification?.State == VerificationState.Verifying;
}
