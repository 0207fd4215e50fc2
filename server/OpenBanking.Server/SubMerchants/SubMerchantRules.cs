using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.SubMerchants;

/// <summary>Registers a merchant that sells through a partner.</summary>
public sealed record RegisterSubMerchant(
    World World,
    DateTimeOffset Now,
    Id<AppRow> AppId,
    SubMerchantRow SubMerchant
) : Command<SubMerchantRow>(World, Now)
{
    public override Actor Actor => Actor.App(AppId);

    public override Subject Subject => Subject.Of(SubMerchant.Id);

    public override void Keys(IKeySet keys) => keys.Want(SubMerchantTables.SubMerchants, SubMerchant.Id);

    public override Decision<SubMerchantRow> Decide(Book book) =>
        Decision.Accept(book.Insert(SubMerchantTables.SubMerchants, SubMerchant));
}

/// <summary>Ends new payments to a merchant.</summary>
public sealed record CloseSubMerchant(
    World World,
    DateTimeOffset Now,
    Id<AppRow> AppId,
    Id<SubMerchantRow> SubMerchantId
) : Command<SubMerchantRow>(World, Now)
{
    public override Actor Actor => Actor.App(AppId);

    public override Subject Subject => Subject.Of(SubMerchantId);

    public override void Keys(IKeySet keys) => keys.Want(SubMerchantTables.SubMerchants, SubMerchantId);

    public override Decision<SubMerchantRow> Decide(Book book) => SubMerchantRules.Close(this, book);
}

/// <summary>Who may be paid beside the partner.</summary>
public static class SubMerchantRules
{
    /// <summary>Closing it twice is closing it once. What was held for it may still be captured, and what it was paid given
    /// back and paid out.</summary>
    public static Decision<SubMerchantRow> Close(CloseSubMerchant command, Book book)
    {
        var row = book.Get(SubMerchantTables.SubMerchants, command.SubMerchantId);
        return Decision.Accept(
            row.State == SubMerchantState.Closed
                ? row
                : book.Update(SubMerchantTables.SubMerchants, row with { State = SubMerchantState.Closed })
        );
    }
}
