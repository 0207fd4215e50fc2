using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Sandbox;

/// <summary>Fills a new sandbox: its partner, persons, cards, and one running campaign with its budget.</summary>
public sealed record SeedSandbox(
    World World,
    DateTimeOffset Now,
    SandboxSeed Seed,
    PartnerRow Partner,
    Id<CampaignRow> CampaignId,
    Id<CouponStockRow> StockId
) : Command<Done>(World, Now)
{
    public override Subject Subject => Subject.Of(Partner.Id);

    public override void Keys(IKeySet keys)
    {
        // Everything is new: there is nothing to read.
    }

    public override Decision<Done> Decide(Book book) => SandboxRules.Seed(this, book);
}

/// <summary>Makes a sandbox findable: the last step of a sign-up.</summary>
public sealed record OpenSandbox(DateTimeOffset Now, WorldRow Sandbox, InitialAccessTokenRow Token)
    : Command<Done>(World.Live, Now)
{
    public override void Keys(IKeySet keys)
    {
        // Both are new.
    }

    public override Decision<Done> Decide(Book book)
    {
        book.Insert(WorldTables.Worlds, Sandbox);
        book.Insert(PartnerTables.InitialAccessTokens, Token);
        return Decision.Accept(new Done());
    }
}

/// <summary>Sets the business clock of a sandbox ahead. It never goes back: what was due has happened.</summary>
public sealed record AdvanceClock(DateTimeOffset Now, World Sandbox, long Seconds)
    : Command<WorldRow>(World.Live, Now)
{
    /// <summary>How far the clock may be ahead of real time then, in seconds; as far as numbers go unless it is said.</summary>
    public long MostAhead { get; init; } = long.MaxValue;

    /// <summary>The app that asks for it; null for the bank itself.</summary>
    public Id<AppRow>? AppId { get; init; }

    public override Actor Actor => AppId is { } app ? Actor.App(app) : Actor.Bank;

    public override void Keys(IKeySet keys) => keys.Want(WorldTables.Worlds, new(Sandbox.Number));

    public override Decision<WorldRow> Decide(Book book) => SandboxRules.Advance(this, book);
}

/// <summary>The made-up card bank is asked for money, or given some: then the amount is negative.</summary>
public sealed record DebitSandboxCard(World World, DateTimeOffset Now, SandboxTransferRow Transfer)
    : Command<SandboxTransferRow>(World, Now)
{
    public override void Keys(IKeySet keys)
    {
        keys.Want(SandboxTables.Transfers, Transfer.Id);
        keys.Want(SandboxTables.Cards, new(Transfer.CardNumber));
    }

    public override Decision<SandboxTransferRow> Decide(Book book) =>
        Decision.Accept(SandboxRules.Debit(this, book));
}

/// <summary>A message arrives in the message box.</summary>
public sealed record DeliverSandboxMessage(World World, DateTimeOffset Now, SandboxMessageRow Message)
    : Command<Done>(World, Now)
{
    public override void Keys(IKeySet keys) => keys.Want(SandboxTables.Messages, Message.Id);

    public override Decision<Done> Decide(Book book)
    {
        if (book.Find(SandboxTables.Messages, Message.Id) is null)
        {
            book.Insert(SandboxTables.Messages, Message);
        }

        return Decision.Accept(new Done());
    }
}

/// <summary>How a sandbox begins, and how its made-up outside behaves.</summary>
public static class SandboxRules
{
    public static Decision<Done> Seed(SeedSandbox command, Book book)
    {
        book.Insert(PartnerTables.Partners, command.Partner);
        foreach (var person in command.Seed.Persons)
        {
            book.Insert(
                SandboxTables.Persons,
                new SandboxPersonRow
                {
                    IdNumber = person.IdNumber,
                    Name = person.Name,
                    Mobile = person.Mobile,
                }
            );
            IssueCard(book, person, person.CardNumber, person.CardBank);
            foreach (
                var other in (
                    (SandboxSeed.CardSeed?[])[person.SecondCard, person.UnconfirmedCard]
                ).OfType<SandboxSeed.CardSeed>()
            )
            {
                IssueCard(book, person, other.Number, other.Bank);
            }
        }

        StartCampaign(command, book);
        return Decision.Accept(new Done());
    }

    private static void IssueCard(Book book, SandboxSeed.Person person, string number, string bank) =>
        book.Insert(
            SandboxTables.Cards,
            new SandboxCardRow
            {
                Number = number,
                IdNumber = person.IdNumber,
                Bank = bank,
                Balance = person.CardBalance,
            }
        );

    public static Decision<WorldRow> Advance(AdvanceClock command, Book book)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(command.Seconds, nameof(command));
        var world = book.Get(WorldTables.Worlds, new(command.Sandbox.Number));
        var ahead = checked(world.ClockAheadSeconds + command.Seconds);
        return ahead > command.MostAhead
            ? Decision.Reject(ProblemCodes.InvalidRequest)
            : Decision.Accept(book.Update(WorldTables.Worlds, world with { ClockAheadSeconds = ahead }));
    }

    /// <summary>A reference that was asked before gets the same answer.</summary>
    public static SandboxTransferRow Debit(DebitSandboxCard command, Book book)
    {
        if (book.Find(SandboxTables.Transfers, command.Transfer.Id) is { } before)
        {
            return before;
        }

        var card = book.Find(SandboxTables.Cards, new(command.Transfer.CardNumber));
        var decline =
            card is null || Math.Abs(command.Transfer.Amount) == SandboxAmounts.CardRefused
                ? DeclineCodes.CardRefused
            : card.Balance < command.Transfer.Amount
            || command.Transfer.Amount == SandboxAmounts.CardInsufficientFunds
                ? DeclineCodes.CardInsufficientFunds
            : null;
        if (decline is null)
        {
            book.Update(SandboxTables.Cards, card! with { Balance = card.Balance - command.Transfer.Amount });
        }

        return book.Insert(SandboxTables.Transfers, command.Transfer with { DeclineCode = decline });
    }

    /// <summary>The budget blocks the whole stock at its largest discount.</summary>
    private static void StartCampaign(SeedSandbox command, Book book)
    {
        var seed = command.Seed.Campaign;
        var endsAt = command.Now.AddDays(seed.Days);
        var campaign = book.Insert(
            CouponTables.Campaigns,
            new CampaignRow
            {
                Id = command.CampaignId,
                Name = seed.Name,
                State = CampaignState.Running,
                Currency = Money.Renminbi,
                Budget = checked(seed.Stock.Quantity * seed.Stock.Discount),
                StartsAt = command.Now,
                EndsAt = endsAt,
            }
        );
        book.Insert(
            CouponTables.Stocks,
            new CouponStockRow
            {
                Id = command.StockId,
                CampaignId = campaign.Id,
                NameZh = seed.Stock.NameZh,
                NameEn = seed.Stock.NameEn,
                Currency = campaign.Currency,
                Discount = seed.Stock.Discount,
                Threshold = seed.Stock.Threshold,
                Quantity = seed.Stock.Quantity,
                Issued = 0,
                PerCustomerLimit = seed.Stock.PerCustomerLimit,
                ValidDays = seed.Stock.ValidDays,
                StartsAt = command.Now,
                EndsAt = endsAt,
            }
        );
        LedgerRules.Post(
            book,
            new(
                PostingKind.CampaignFunding,
                campaign.Id.Value,
                AppId: null,
                campaign.Currency,
                command.Now,
                LedgerRules.CampaignFundingLegs(
                    new(InternalAccountKind.CampaignBudget, campaign.Id.Value, campaign.Currency),
                    campaign.Budget
                )
            )
        );
    }
}
