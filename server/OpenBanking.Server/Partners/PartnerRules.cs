using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Partners;

/// <summary>The bank takes a partner on.</summary>
public sealed record AddPartner(World World, DateTimeOffset Now, PartnerRow Partner)
    : Command<PartnerRow>(World, Now)
{
    public override Subject Subject => Subject.Of(Partner.Id);

    public override void Keys(IKeySet keys) => keys.Want(PartnerTables.Partners, Partner.Id);

    public override Decision<PartnerRow> Decide(Book book) =>
        Decision.Accept(book.Insert(PartnerTables.Partners, Partner));
}

/// <summary>Registers an app in its world.</summary>
public sealed record AddApp(World World, DateTimeOffset Now, AppRow App) : Command<AppRow>(World, Now)
{
    /// <summary>Its logo, if it has one.</summary>
    public AppLogoRow? Logo { get; init; }

    /// <summary>The app itself, unless the bank registers it.</summary>
    public Actor By { get; init; } = Actor.App(App.Id);

    public override Actor Actor => By;

    public override Subject Subject => Subject.Of(App.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(PartnerTables.Apps, App.Id);
        keys.Want(PartnerTables.Logos, App.Id);
    }

    public override Decision<AppRow> Decide(Book book)
    {
        PartnerRules.KeepLogo(book, App.Id, Logo);
        return Decision.Accept(book.Insert(PartnerTables.Apps, App));
    }
}

/// <summary>Makes an app findable by its client id alone: the last step of its registration.</summary>
public sealed record PlaceApp(DateTimeOffset Now, AppWorldRow Place) : Command<AppWorldRow>(World.Live, Now)
{
    public override Subject Subject => Subject.Of(Place.Id);

    public override void Keys(IKeySet keys) => keys.Want(PartnerTables.AppWorlds, Place.Id);

    public override Decision<AppWorldRow> Decide(Book book) =>
        Decision.Accept(book.Insert(PartnerTables.AppWorlds, Place));
}

/// <summary>Changes what an app is registered with.</summary>
/// <param name="ManagementHash">Of the token it was done with: only the newest counts. Null for an app that the bank alone
/// manages.</param>
/// <param name="Changed">The app as it is to be; what only the server changes in it is left as it is.</param>
public sealed record ChangeApp(World World, DateTimeOffset Now, string? ManagementHash, AppRow Changed)
    : Command<AppRow>(World, Now)
{
    /// <summary>Its logo as it is to be; null for none.</summary>
    public AppLogoRow? Logo { get; init; }

    public override Subject Subject => Subject.Of(Changed.Id);

    public override void Keys(IKeySet keys)
    {
        keys.Want(PartnerTables.Apps, Changed.Id);
        keys.Want(PartnerTables.Logos, Changed.Id);
    }

    public override Decision<AppRow> Decide(Book book) => PartnerRules.Change(this, book);
}

/// <summary>Deletes an app's registration: from now on it is no client. Its row stays, for the books.</summary>
public sealed record EndApp(World World, DateTimeOffset Now, Id<AppRow> AppId, string? ManagementHash)
    : Command<AppRow>(World, Now)
{
    public override Subject Subject => Subject.Of(AppId);

    public override void Keys(IKeySet keys) => keys.Want(PartnerTables.Apps, AppId);

    public override Decision<AppRow> Decide(Book book) => PartnerRules.End(this, book);
}

/// <summary>Notes that no consent is left of an app that has ended.</summary>
public sealed record NoteConsentsEnded(World World, DateTimeOffset Now, Id<AppRow> AppId)
    : Command<AppRow>(World, Now)
{
    public override void Keys(IKeySet keys) => keys.Want(PartnerTables.Apps, AppId);

    public override Decision<AppRow> Decide(Book book) => PartnerRules.NoteConsentsEnded(this, book);
}

/// <summary>How registrations change.</summary>
public static class PartnerRules
{
    /// <summary>Refuses: the token is not the newest, or the registration was deleted.</summary>
    public static Decision<AppRow> Change(ChangeApp command, Book book)
    {
        var app = book.Get(PartnerTables.Apps, command.Changed.Id);
        if (!IsManagedWith(app, command.ManagementHash))
        {
            return Decision.Reject("invalid_token");
        }

        if (command.Changed.Logo != app.Logo)
        {
            KeepLogo(book, app.Id, command.Logo);
        }

        return Decision.Accept(
            book.Update(
                PartnerTables.Apps,
                command.Changed with
                {
                    WebhookEndpoints = app.WebhookEndpoints,
                    RevocationsUntil = app.RevocationsUntil,
                    Version = app.Version,
                }
            )
        );
    }

    /// <summary>Refuses: the token is not the newest, or the registration was deleted.</summary>
    public static Decision<AppRow> End(EndApp command, Book book)
    {
        var app = book.Get(PartnerTables.Apps, command.AppId);
        return IsManagedWith(app, command.ManagementHash)
            ? Decision.Accept(
                book.Update(PartnerTables.Apps, app with { EndedAt = command.Now, ManagementHash = null })
            )
            : Decision.Reject("invalid_token");
    }

    /// <summary>Noted once; nothing of an app that has not ended.</summary>
    public static Decision<AppRow> NoteConsentsEnded(NoteConsentsEnded command, Book book)
    {
        var app = book.Get(PartnerTables.Apps, command.AppId);
        return Decision.Accept(
            app is { EndedAt: not null, ConsentsEndedAt: null }
                ? book.Update(PartnerTables.Apps, app with { ConsentsEndedAt = command.Now })
                : app
        );
    }

    /// <summary>Keeps an app's logo, or that it has none any more.</summary>
    public static void KeepLogo(Book book, Id<AppRow> id, AppLogoRow? logo)
    {
        if (book.Find(PartnerTables.Logos, id) is { } before)
        {
            book.Update(
                PartnerTables.Logos,
                before with
                {
                    MediaType = logo?.MediaType ?? before.MediaType,
                    Content = logo?.Content ?? [],
                }
            );
        }
        else if (logo is not null)
        {
            book.Insert(PartnerTables.Logos, logo);
        }
    }

    private static bool IsManagedWith(AppRow app, string? hash) =>
        app.EndedAt is null && app.ManagementHash == hash;
}
