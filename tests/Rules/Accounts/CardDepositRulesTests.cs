using FsCheck;
using FsCheck.Fluent;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Deposits;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Accounts;

/// <summary>A card that is added to an account, and that its bank does not confirm.</summary>
public class CardDepositRulesTests
{
    private const int Count = 1_000;
    private static readonly byte[] right = [3, 7];
    private static readonly byte[] wrong = [3, 8];

    private readonly CardScene cards = new();

    private CardDepositRow Deposit => cards.Bank.Get(AccountTables.CardDeposits, new(Rows.Account.Id));

    private (VerificationState, string?, long) Verification =>
        (cards.Verification!.State, cards.Verification.Reason, cards.Verification.Failures);

    [Fact]
    public void It_is_sent_an_amount_and_the_right_one_binds_it()
    {
        Begin(1);
        Assert.Equal((VerificationState.Verifying, null, 0L), Verification);
        Assert.Equal(Rows.Noon + DepositRules.Lifetime, Deposit.ExpiresAt);
        Assert.Equal(IntentKind.SendCardDeposit, cards.Bank.Get(IntentTables.Intents, IntentOf(1)).Kind);
        Assert.Equal(DepositRules.Over, Enter(1, right).Rejected.Code);

        Sent(1);
        Sent(1);
        Assert.Equal(VerificationRules.Refusals.UnderWay, cards.Bank.Run(cards.Add(2)).Rejected.Code);
        Assert.Equal(DepositCheck.Wrong, Enter(1, wrong).Declined);
        Assert.Equal(1, cards.Account.Cards);
        Assert.Equal(DepositCheck.Right, Enter(1, right).Accepted);

        Assert.Equal((2L, cards.Account.Id), (cards.Account.Cards, cards.Card(1).AccountId));
        Assert.Equal((VerificationState.Done, null, 0L), Verification);
        Assert.Single(cards.Messages);
        AssertNothingKept();
        Assert.Equal(DepositRules.Over, Enter(1, right).Rejected.Code);
        Assert.Equal(PinCheck.Right, cards.Bank.Run(cards.Add(2)).Accepted);
    }

    [Fact]
    public void A_card_that_takes_none_is_not_bound()
    {
        Begin(1);

        Sent(1, ApplicationReasons.CardNotVerified);

        Assert.Equal((VerificationState.Refused, OwnCardRules.Refusals.NotVerified, 1L), Verification);
        AssertNothingKept();
    }

    [Fact]
    public void Three_wrong_amounts_end_it_and_so_does_another_card()
    {
        Begin(1);
        Sent(1);
        Assert.Equal(DepositCheck.Wrong, Enter(1, wrong).Declined);
        Assert.Equal(DepositCheck.Wrong, Enter(1, wrong).Declined);
        Assert.Equal(DepositCheck.Over, Enter(1, wrong).Declined);
        Assert.Equal(DepositRules.Over, Enter(1, right).Rejected.Code);
        Assert.Equal((VerificationState.Refused, CardDepositRules.Refusals.WrongAmounts, 1L), Verification);
        AssertNothingKept();

        Begin(2);
        Sent(2);
        Assert.Equal(0, Deposit.Failures);
        Assert.Equal(DepositCheck.Over, Enter(2, null).Accepted);
        Assert.Equal((VerificationState.Refused, OwnCardRules.Refusals.NotVerified, 2L), Verification);
        Assert.Equal(1, cards.Account.Cards);
    }

    [Fact]
    public void One_card_is_sent_three_amounts_in_a_month_openings_among_them()
    {
        cards.Bank.Put(
            DepositTables.Rates,
            new DepositRateRow
            {
                CardIndex = "card",
                WindowStart = Rows.Noon,
                Sent = DepositRules.MostSent - 1,
            }
        );
        Begin(1);
        Sent(1);
        Enter(1, null);

        Begin(2);

        Assert.Equal((VerificationState.Refused, OwnCardRules.Refusals.NotVerified, 2L), Verification);
        Assert.Null(cards.Bank.Find(IntentTables.Intents, IntentOf(2)));
    }

    [Fact]
    public void Nothing_is_sent_for_an_account_that_was_frozen_or_a_number_that_changed_meanwhile()
    {
        cards.Bank.Run(cards.Add(1));
        cards.Put(cards.Account with { State = AccountState.Frozen });
        cards.Bank.Run(Unproven(1));
        Assert.Equal((VerificationState.Refused, OwnAccountRules.Refusals.NotNow, 0L), Verification);

        cards.Put(cards.Account with { State = AccountState.Active });
        cards.Bank.Run(cards.Add(2));
        EndMobile();
        cards.Bank.Run(Unproven(2));
        Assert.Equal((VerificationState.Refused, VerificationRules.Refusals.MobileChanged, 0L), Verification);
        Assert.Null(cards.Bank.Find(AccountTables.CardDeposits, new(Rows.Account.Id)));
    }

    [Fact]
    public void The_right_amount_binds_nothing_to_an_account_that_was_frozen_or_under_another_number()
    {
        Begin(1);
        Sent(1);
        cards.Put(cards.Account with { State = AccountState.Frozen });
        Assert.Equal(DepositCheck.Over, Enter(1, right).Accepted);
        Assert.Equal((VerificationState.Refused, OwnAccountRules.Refusals.NotNow, 0L), Verification);

        cards.Put(cards.Account with { State = AccountState.Active });
        Begin(2);
        Sent(2);
        EndMobile();
        Assert.Equal(DepositCheck.Over, Enter(2, right).Accepted);
        Assert.Equal((VerificationState.Refused, VerificationRules.Refusals.MobileChanged, 0L), Verification);
        Assert.Equal(1, cards.Account.Cards);
        Assert.Empty(cards.Messages);
    }

    [Fact]
    public void What_nobody_names_in_seven_days_is_over_and_a_late_answer_is_not_for_the_next_card()
    {
        Begin(1);
        Expire(Rows.Noon + DepositRules.Lifetime - TimeSpan.FromSeconds(1));
        Assert.Equal(DepositState.Sending, Deposit.State);
        Expire(Rows.Noon + DepositRules.Lifetime);
        Expire(Rows.Noon + DepositRules.Lifetime);
        Assert.Equal((VerificationState.Refused, CardDepositRules.Refusals.NotInTime, 0L), Verification);
        AssertNothingKept();

        Begin(2);
        Sent(1);
        Assert.Equal(DepositState.Sending, Deposit.State);
        Sent(2);
        Assert.Equal(DepositRules.Over, Enter(2, right, Rows.Noon + DepositRules.Lifetime).Rejected.Code);
        Assert.Equal(DepositCheck.Right, Enter(2, right).Accepted);
    }

    [Fact]
    public void Of_whoever_is_erased_nothing_is_left_of_a_card_that_was_not_proven()
    {
        Forget();
        Begin(1);
        Sent(1);
        Forget();
        Forget();
        Assert.Equal((VerificationState.Refused, CardDepositRules.Refusals.NotInTime, 0L), Verification);
        Assert.Equal(DepositState.None, Deposit.State);
        AssertNothingKept();

        Begin(2);
        Sent(2);
        Enter(2, right);
        Forget();
        Assert.Equal((VerificationState.Done, null, 0L), Verification);
        Assert.Equal(DepositState.Confirmed, Deposit.State);
    }

    [Fact]
    public void An_amount_is_not_for_a_card_that_was_added_since_the_page_was_read()
    {
        Begin(1);
        Sent(1);
        var stale = EnterOf(1, right);
        Enter(1, null);
        Begin(2);
        Sent(2);

        Assert.Equal(DepositRules.Over, cards.Bank.Run(stale).Rejected.Code);
        Assert.Equal(0, Deposit.Failures);
    }

    [Fact]
    public void However_amounts_are_entered_three_are_looked_at_for_a_card_and_none_is_bound_without_the_right_one() =>
        Properties.Hold(
            Gen.Elements("begin", "sent", "right", "wrong", "other", "days").ArrayOf(),
            Count,
            acts =>
            {
                var scene = new CardDepositRulesTests();
                var (now, tried, last, guesses, bound) = (Rows.Noon, 0, 0, 0, 1L);
                foreach (var act in acts)
                {
                    if (act == "begin" && scene.Begin(++tried, now))
                    {
                        (last, guesses) = (tried, 0);
                    }
                    else if (act == "sent" && last > 0)
                    {
                        scene.Sent(last, now: now);
                    }
                    else if (act is "right" or "wrong" or "other" && last > 0)
                    {
                        var mac =
                            act == "right" ? right
                            : act == "wrong" ? wrong
                            : null;
                        var ran = scene.Enter(last, mac, now);
                        guesses += ran.Decision is Declined<DepositCheck> ? 1 : 0;
                        bound += ran.Decision is Accepted<DepositCheck> { Reply: DepositCheck.Right } ? 1 : 0;
                    }
                    else if (act == "days" && last > 0)
                    {
                        now = now.AddDays(3);
                        scene.Expire(now);
                    }

                    Assert.InRange(guesses, 0, DepositRules.MostFailures);
                    Assert.Equal(bound, scene.cards.Account.Cards);
                    Assert.Equal(bound, scene.cards.Bound.Count());
                    if (last > 0)
                    {
                        var isOut = scene.cards.Verification!.State == VerificationState.Verifying;
                        Assert.Equal(isOut, scene.Deposit.Request is not []);
                        Assert.Equal(isOut, scene.Deposit.Mac is not null);
                    }
                }
            }
        );

    /// <summary>Whether an amount is on its way to the card.</summary>
    private bool Begin(int number, DateTimeOffset? now = null)
    {
        if (
            cards
                .Bank.Run(cards.Add(number) with { Now = now ?? Rows.Noon, RealNow = now ?? Rows.Noon })
                .Decision
            is not Accepted<PinCheck>
        )
        {
            return false;
        }

        cards.Bank.Run(Unproven(number, now));
        return cards.Verification!.State == VerificationState.Verifying;
    }

    private CompleteCard Unproven(int number, DateTimeOffset? now = null) =>
        cards.Complete(number) with
        {
            Now = now ?? Rows.Noon,
            Verified = false,
            Unproven = new(
                new(right, "card", IntentOf(number), Rows.Sealed, now ?? Rows.Noon),
                [(byte)number, 1]
            ),
        };

    private void Sent(int number, string? reason = null, DateTimeOffset? now = null) =>
        cards.Bank.Run(
            new CompleteCardDeposit(
                Rows.World,
                now ?? Rows.Noon,
                cards.Account,
                IntentOf(number),
                reason,
                Rows.Noon
            )
        );

    private Ran<DepositCheck> Enter(int number, byte[]? mac, DateTimeOffset? now = null) =>
        cards.Bank.Run(EnterOf(number, mac) with { Now = now ?? Rows.Noon });

    private EnterCardDeposit EnterOf(int number, byte[]? mac)
    {
        var complete = cards.Complete(number);
        return new(
            Rows.World,
            Rows.Noon,
            cards.Account,
            Deposit.Request,
            CardScene.MobileIndex,
            mac,
            complete.Card,
            complete.Notice
        );
    }

    private void Expire(DateTimeOffset now) =>
        cards.Bank.Run(new ExpireCardDeposit(Rows.World, now, Deposit, now));

    private void Forget()
    {
        var book = cards.Bank.Open(keys => CardDepositRules.Want(keys, Rows.Account.Id));
        CardDepositRules.Forget(book, Rows.Account.Id, Rows.Noon);
        cards.Bank.Save(book);
    }

    private void EndMobile()
    {
        var mobile = cards.Bank.Get(CustomerTables.Mobiles, new(CardScene.MobileIndex));
        cards.Bank.Put(CustomerTables.Mobiles, mobile with { EndedAt = Rows.Noon });
    }

    private void AssertNothingKept()
    {
        Assert.Empty(Deposit.Request);
        Assert.Null(Deposit.Mac);
    }

    private static Id<IntentRow> IntentOf(int number) => Rows.Id<IntentRow>(2_000 + number);
}
