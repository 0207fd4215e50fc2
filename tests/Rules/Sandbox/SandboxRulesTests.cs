using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Rules.Sandbox;

public class SandboxRulesTests
{
    private static readonly PartnerRow partner = new()
    {
        Id = Rows.App.PartnerId,
        Name = "Video",
        CreatedAt = Rows.Noon,
    };

    private static readonly SeedSandbox seed = new(
        Rows.World,
        Rows.Noon,
        SandboxSeed.Default,
        partner,
        Rows.Campaign.Id,
        Rows.Stock.Id
    );

    private static readonly SandboxCardRow card = new()
    {
        Number = "6222000000000000012",
        IdNumber = "999999199003070012",
        Bank = "示例银行一",
        Balance = 100,
    };

    private static readonly SandboxTransferRow transfer = new()
    {
        Id = Rows.Intent.Id,
        CardNumber = card.Number,
        Amount = 60,
    };

    [Fact]
    public void A_new_sandbox_has_its_partner_its_persons_and_their_cards()
    {
        var bank = new MemoryBank();

        bank.Run(seed);

        Assert.Equal([partner], bank.All(PartnerTables.Partners));
        Assert.Equal(SandboxSeed.Default.Persons.Count, bank.All(SandboxTables.Persons).Count());
        Assert.Equal(
            SandboxSeed.Default.Persons.SelectMany(person =>
                ((string?[])[person.CardNumber, person.SecondCard?.Number, person.UnconfirmedCard?.Number])
                    .OfType<string>()
                    .Select(number => (number, person.IdNumber, person.CardBalance))
            ),
            bank.All(SandboxTables.Cards).Select(row => (row.Number, row.IdNumber, row.Balance))
        );
    }

    [Fact]
    public void Its_campaign_runs_and_its_budget_blocks_the_whole_stock()
    {
        var bank = new MemoryBank();

        bank.Run(seed);

        var stock = bank.Get(CouponTables.Stocks, Rows.Stock.Id);
        var campaign = bank.Get(CouponTables.Campaigns, Rows.Campaign.Id);
        Assert.Equal(CampaignState.Running, campaign.State);
        Assert.Equal(stock.Quantity * stock.Discount, campaign.Budget);
        Assert.Equal(campaign.Budget, bank.Get(LedgerTables.InternalAccounts, Rows.Budget).Balance);
        Assert.Equal(0, bank.All(LedgerTables.Entries).Sum(entry => entry.Amount));
        Assert.Equal((campaign.Id, 0, Rows.Noon), (stock.CampaignId, stock.Issued, stock.StartsAt));
    }

    [Fact]
    public void Every_made_up_person_and_card_passes_the_banks_own_checks() =>
        Assert.All(
            SandboxSeed.Default.Persons,
            person =>
            {
                Assert.True(IdentityNumbers.IsResidentId(person.IdNumber));
                Assert.True(IdentityNumbers.IsMobile(person.Mobile));
                Assert.True(IdentityNumbers.IsCardNumber(person.CardNumber));
            }
        );

    [Fact]
    public void A_sandbox_is_found_once_its_sign_up_is_through()
    {
        var bank = new MemoryBank();
        var world = new WorldRow
        {
            Number = Rows.World.Number,
            Name = "Video",
            ClockAheadSeconds = 0,
            CreatedAt = Rows.Noon,
        };
        var token = new InitialAccessTokenRow
        {
            Hash = "token",
            WorldNumber = world.Number,
            PartnerId = partner.Id,
            ExpiresAt = Rows.Noon.AddDays(30),
        };
        var open = new OpenSandbox(Rows.Noon, world, token);

        bank.Run(open);

        Assert.Equal(World.Live, open.World);
        Assert.Equal(world, bank.Get(WorldTables.Worlds, new(world.Number)));
        Assert.Equal(token, bank.Get(PartnerTables.InitialAccessTokens, new(token.Hash)));
    }

    [Fact]
    public void A_card_pays_what_is_on_it_and_not_one_fen_more()
    {
        Assert.Equal(DeclineCodes.CardInsufficientFunds, Debit(BankWithCard(), 101).DeclineCode);

        var bank = BankWithCard();
        Assert.Null(Debit(bank, 100).DeclineCode);
        Assert.Equal(0, bank.Get(SandboxTables.Cards, new(card.Number)).Balance);
    }

    [Theory]
    [InlineData(SandboxAmounts.CardRefused, DeclineCodes.CardRefused)]
    [InlineData(SandboxAmounts.CardInsufficientFunds, DeclineCodes.CardInsufficientFunds)]
    [InlineData(SandboxAmounts.CardAnswerLost, null)]
    public void Some_amounts_get_an_answer_of_their_own_however_much_is_on_the_card(
        long amount,
        string? expected
    )
    {
        var bank = new MemoryBank();
        bank.Put(SandboxTables.Cards, card with { Balance = 1_000_000 });

        Assert.Equal(expected, Debit(bank, amount).DeclineCode);
    }

    [Fact]
    public void The_clock_of_a_sandbox_goes_ahead_and_never_back()
    {
        var bank = new MemoryBank();
        var world = new WorldRow
        {
            Number = Rows.World.Number,
            Name = "Video",
            ClockAheadSeconds = 10,
            CreatedAt = Rows.Noon,
        };
        bank.Put(WorldTables.Worlds, world);

        bank.Run(new AdvanceClock(Rows.Noon, Rows.World, 20));

        Assert.Equal(30, bank.Get(WorldTables.Worlds, new(world.Number)).ClockAheadSeconds);
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            bank.Run(new AdvanceClock(Rows.Noon, Rows.World, 0))
        );
    }

    [Fact]
    public void The_clock_of_a_sandbox_goes_no_farther_ahead_than_the_command_allows()
    {
        var bank = new MemoryBank();
        bank.Put(
            WorldTables.Worlds,
            new WorldRow
            {
                Number = Rows.World.Number,
                Name = "Video",
                ClockAheadSeconds = 10,
                CreatedAt = Rows.Noon,
            }
        );

        Assert.Equal(ProblemCodes.InvalidRequest, Advance(21).Rejected.Code);
        Assert.Equal(30, Advance(20).Accepted.ClockAheadSeconds);

        Assert.Equal(30, bank.Get(WorldTables.Worlds, new(Rows.World.Number)).ClockAheadSeconds);

        Ran<WorldRow> Advance(long seconds) =>
            bank.Run(new AdvanceClock(Rows.Noon, Rows.World, seconds) { MostAhead = 30 });
    }

    [Fact]
    public void A_card_nobody_has_pays_nothing() =>
        Assert.Equal(DeclineCodes.CardRefused, Debit(new MemoryBank(), 1).DeclineCode);

    [Fact]
    public void A_reference_that_comes_twice_pays_once_and_gets_the_same_answer()
    {
        var bank = BankWithCard();

        var first = Debit(bank, 60);
        var again = Debit(bank, 60);

        Assert.Equal(first, again);
        Assert.Equal(40, bank.Get(SandboxTables.Cards, new(card.Number)).Balance);
    }

    [Fact]
    public void A_refused_reference_stays_refused_though_money_came_since()
    {
        var bank = BankWithCard();
        Debit(bank, 101);
        bank.Put(SandboxTables.Cards, card with { Balance = 1_000 });

        Assert.Equal(DeclineCodes.CardInsufficientFunds, Debit(bank, 101).DeclineCode);
        Assert.Equal(1_000, bank.Get(SandboxTables.Cards, new(card.Number)).Balance);
    }

    [Fact]
    public void A_message_that_comes_twice_lies_in_the_box_once()
    {
        var bank = new MemoryBank();
        var deliver = new DeliverSandboxMessage(
            Rows.World,
            Rows.Noon,
            new()
            {
                Id = Rows.Intent.Id,
                Mobile = "19900000001",
                Text = "123456",
                SentAt = Rows.Noon,
            }
        );

        bank.Run(deliver);

        Assert.Equal(0, bank.Run(deliver).Written);
        Assert.Single(bank.All(SandboxTables.Messages));
    }

    private static MemoryBank BankWithCard() => new MemoryBank().Put(SandboxTables.Cards, card);

    private static SandboxTransferRow Debit(MemoryBank bank, long amount) =>
        bank.Run(new DebitSandboxCard(Rows.World, Rows.Noon, transfer with { Amount = amount })).Accepted;
}
