using OpenBanking.Server.Accounts;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;

namespace OpenBanking.Tests.Rules.Accounts;

public class OwnCardRulesTests
{
    private static readonly byte[] wrong = [2, 2, 2];

    [Fact]
    public void A_card_is_bound_once_its_bank_has_confirmed_it_and_the_customer_is_told()
    {
        var cards = new CardScene();

        Assert.Equal(PinCheck.Right, cards.Bank.Run(cards.Add(1)).Accepted);
        Assert.Equal((1L, VerificationState.Verifying), (cards.Account.Cards, cards.Verification!.State));
        Assert.Equal(IntentKind.VerifyCard, cards.Bank.All(IntentTables.Intents).Single().Kind);

        cards.Bank.Run(cards.Complete(1));

        Assert.Equal((2L, VerificationState.Done), (cards.Account.Cards, cards.Verification!.State));
        Assert.Equal(cards.Account.Id, cards.Card(1).AccountId);
        Assert.Equal(Rows.Account.CardId, cards.Account.CardId);
        Assert.Single(cards.Messages);
    }

    [Fact]
    public void An_answer_that_comes_twice_binds_one_card()
    {
        var cards = new CardScene().With(1);

        cards.Bank.Run(cards.Complete(1) with { Card = CardScene.NewCard(2) });

        Assert.Equal(2, cards.Account.Cards);
        Assert.Single(cards.Messages);
    }

    [Fact]
    public void A_card_that_its_bank_does_not_confirm_is_not_bound_and_after_five_none_is_looked_at_for_a_day()
    {
        var cards = new CardScene();
        for (var number = 1; number <= VerificationRules.MostFailures; number++)
        {
            cards.Bank.Run(cards.Add(number));
            cards.Bank.Run(cards.Complete(number) with { Verified = false });
            Assert.Equal(
                (VerificationState.Refused, OwnCardRules.Refusals.NotVerified),
                (cards.Verification!.State, cards.Verification.Reason)
            );
        }

        Assert.Equal(1, cards.Account.Cards);
        Assert.Empty(cards.Messages);
        Assert.Equal(VerificationRules.Refusals.Locked, cards.Bank.Run(cards.Add(7)).Rejected.Code);
        var later = cards.Add(7) with { RealNow = Rows.Noon + DayLock.Lasts };
        Assert.Equal(PinCheck.Right, cards.Bank.Run(later).Accepted);
    }

    [Fact]
    public void An_account_that_was_frozen_meanwhile_gets_no_card()
    {
        var cards = new CardScene();
        cards.Bank.Run(cards.Add(1));
        cards.Put(cards.Account with { State = AccountState.Frozen });

        cards.Bank.Run(cards.Complete(1));

        Assert.Equal(
            (1L, OwnAccountRules.Refusals.NotNow),
            (cards.Account.Cards, cards.Verification!.Reason)
        );
        Assert.Null(cards.Bank.Find(CustomerTables.BoundCards, CardScene.IdOf(1)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_number_that_changed_meanwhile_ends_the_question_and_it_can_be_begun_anew(bool verified)
    {
        var cards = new CardScene();
        cards.Bank.Run(cards.Add(1));
        var mobile = cards.Bank.Get(CustomerTables.Mobiles, new(CardScene.MobileIndex));
        cards.Bank.Put(CustomerTables.Mobiles, mobile with { EndedAt = Rows.Noon });

        cards.Bank.Run(cards.Complete(1) with { Verified = verified });

        Assert.Equal(
            (1L, VerificationRules.Refusals.MobileChanged, 0L),
            (cards.Account.Cards, cards.Verification!.Reason, cards.Verification.Failures)
        );
        Assert.Empty(cards.Messages);
        Assert.Equal(PinCheck.Right, cards.Bank.Run(cards.Add(2)).Accepted);
    }

    [Fact]
    public void There_are_no_more_cards_than_the_rules_allow()
    {
        var most = Rows.Limits.For(AccountType.TypeTwo.Value, Rows.Today).CardsPerAccount;
        var cards = new CardScene().With([.. Enumerable.Range(1, most - 1)]);
        Assert.Equal(most, cards.Account.Cards);

        Assert.Equal(OwnCardRules.Refusals.TooMany, cards.Bank.Run(cards.Add(most)).Rejected.Code);

        cards.Bank.Run(cards.Remove(1));
        Assert.Equal(PinCheck.Right, cards.Bank.Run(cards.Add(most)).Accepted);
    }

    [Fact]
    public void One_card_is_added_at_a_time_and_none_twice()
    {
        var cards = new CardScene();
        var stale = cards.Add(2);
        cards.Bank.Run(cards.Add(1));
        Assert.Equal(VerificationRules.Refusals.UnderWay, cards.Bank.Run(cards.Add(2)).Rejected.Code);
        cards.Bank.Run(cards.Complete(1));

        Assert.Equal(OwnCardRules.Refusals.Changed, cards.Bank.Run(stale).Rejected.Code);
        Assert.Equal(
            OwnCardRules.Refusals.Bound,
            cards.Bank.Run(cards.Add(2) with { IsBound = true }).Rejected.Code
        );
    }

    [Fact]
    public void Another_card_becomes_the_default_one_and_the_apps_are_told()
    {
        var cards = new CardScene().With(1);

        var ran = cards.Bank.Run(cards.Choose(1));

        Assert.Equal(PinCheck.Right, ran.Accepted);
        Assert.Equal(CardScene.IdOf(1), cards.Account.CardId);
        var told = Assert.Single(ran.Events);
        Assert.Equal(
            (EventTypes.AccountBoundCardChanged, AccountStatus.Active.Value),
            (told.Type, told.Status)
        );
        Assert.Contains(EventSubject.Of("card_id", CardScene.IdOf(1)), told.Subjects);
        Assert.Equal(2, cards.Messages.Count());
    }

    [Fact]
    public void What_is_the_default_card_stays_it_and_nobody_is_told()
    {
        var cards = new CardScene();

        var ran = cards.Bank.Run(cards.Choose(0));

        Assert.Equal(PinCheck.Right, ran.Accepted);
        Assert.Empty(ran.Events);
        Assert.Empty(cards.Messages);
    }

    [Fact]
    public void An_app_whose_consent_has_ended_hears_nothing()
    {
        var cards = new CardScene().With(1);
        cards.Bank.Put(ConsentTables.Consents, Rows.Consent with { State = ConsentState.Revoked });

        Assert.Empty(cards.Bank.Run(cards.Choose(1)).Events);
    }

    /// <summary>The card of an account that a server opened which knows of no second card.</summary>
    [Fact]
    public void A_card_that_says_nowhere_whose_it_is_stays_bound_when_another_takes_its_place()
    {
        var cards = new CardScene().With(1);
        Assert.Null(cards.Card(0).AccountId);

        cards.Bank.Run(cards.Choose(1));
        Assert.Equal(cards.Account.Id, cards.Card(0).AccountId);

        Assert.Equal(PinCheck.Right, cards.Bank.Run(cards.Choose(0)).Accepted);
        Assert.Equal(CardScene.IdOf(0), cards.Account.CardId);
    }

    [Fact]
    public void A_card_is_removed_that_is_not_the_default_one()
    {
        var cards = new CardScene().With(1);
        Assert.Equal(OwnCardRules.Refusals.Default, cards.Bank.Run(cards.Remove(0)).Rejected.Code);

        cards.Bank.Run(cards.Choose(1));
        Assert.Equal(PinCheck.Right, cards.Bank.Run(cards.Remove(0)).Accepted);

        Assert.Equal((1L, Rows.Noon), (cards.Account.Cards, cards.Card(0).RemovedAt));
        Assert.Equal(OwnCardRules.Refusals.NotBound, cards.Bank.Run(cards.Remove(0)).Rejected.Code);
        Assert.Equal(OwnCardRules.Refusals.NotBound, cards.Bank.Run(cards.Choose(0)).Rejected.Code);
        Assert.Equal(OwnCardRules.Refusals.Default, cards.Bank.Run(cards.Remove(1)).Rejected.Code);
    }

    [Fact]
    public void Neither_an_unknown_card_nor_one_of_another_account_is_chosen_or_removed()
    {
        var cards = new CardScene();
        cards.Bank.Put(
            CustomerTables.BoundCards,
            CardScene.NewCard(1) with
            {
                AccountId = Rows.Id<AccountRow>(2),
            }
        );

        foreach (var number in (int[])[1, 9])
        {
            Assert.Equal(OwnCardRules.Refusals.NotBound, cards.Bank.Run(cards.Choose(number)).Rejected.Code);
            Assert.Equal(OwnCardRules.Refusals.NotBound, cards.Bank.Run(cards.Remove(number)).Rejected.Code);
        }
    }

    [Fact]
    public void A_choice_made_on_an_older_page_is_refused()
    {
        var cards = new CardScene().With(1, 2);
        var stale = cards.Choose(2);
        cards.Bank.Run(cards.Choose(1));

        Assert.Equal(OwnCardRules.Refusals.Changed, cards.Bank.Run(stale).Rejected.Code);
    }

    [Fact]
    public void Each_of_it_needs_the_PIN_and_a_wrong_one_is_counted()
    {
        var cards = new CardScene().With(1);

        Assert.Equal(PinCheck.Wrong, cards.Bank.Run(cards.Add(2) with { PinHash = wrong }).Declined);
        Assert.Equal(PinCheck.Wrong, cards.Bank.Run(cards.Choose(1) with { PinHash = wrong }).Declined);
        Assert.Equal(PinCheck.Wrong, cards.Bank.Run(cards.Remove(1) with { PinHash = wrong }).Declined);

        Assert.Equal(3, cards.Bank.Get(CustomerTables.Customers, Rows.Customer.Id).PinFailures);
        Assert.Equal((2L, Rows.Account.CardId), (cards.Account.Cards, cards.Account.CardId));
        Assert.Single(cards.Messages);
    }

    [Theory]
    [InlineData(AccountState.PendingActivation)]
    [InlineData(AccountState.Frozen)]
    [InlineData(AccountState.Dormant)]
    [InlineData(AccountState.Closing)]
    [InlineData(AccountState.Closed)]
    public void Cards_are_changed_on_an_account_in_use_alone(AccountState state)
    {
        var cards = new CardScene().With(1);
        cards.Put(cards.Account with { State = state });

        Assert.Equal(OwnAccountRules.Refusals.NotNow, cards.Bank.Run(cards.Add(2)).Rejected.Code);
        Assert.Equal(OwnAccountRules.Refusals.NotNow, cards.Bank.Run(cards.Choose(1)).Rejected.Code);
        Assert.Equal(OwnAccountRules.Refusals.NotNow, cards.Bank.Run(cards.Remove(1)).Rejected.Code);
    }
}
