using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Partners;

/// <summary>Registers an app in its world.</summary>
public sealed record AddApp(World World, DateTimeOffset Now, AppRow App) : Command<AppRow>(World, Now)
{
    public override Actor Actor => Actor.App(App.Id);

    public override Subject Subject => Subject.Of(App.Id);

    public override void Keys(IKeySet keys) => keys.Want(PartnerTables.Apps, App.Id);

    public override Decision<AppRow> Decide(Book book) =>
        Decision.Accept(book.Insert(PartnerTables.Apps, App));
}

/// <summary>Makes an app findable by its client id alone: the last step of its registration.</summary>
public sealed record PlaceApp(DateTimeOffset Now, AppWorldRow Place) : Command<AppWorldRow>(World.Live, Now)
{
    public override Subject Subject => Subject.Of(Place.Id);

    public override void Keys(IKeySet keys) => keys.Want(PartnerTables.AppWorlds, Place.Id);

    public override Decision<AppWorldRow> Decide(Book book) =>
        Decision.Accept(book.Insert(PartnerTables.AppWorlds, Place));
}
