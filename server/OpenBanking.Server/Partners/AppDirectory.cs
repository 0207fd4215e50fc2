using System.Collections.Concurrent;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Partners;

/// <summary>An app with the world it is in, and its keys ready for use.</summary>
public sealed record RegisteredApp(World World, AppRow Row, IReadOnlyList<Authorization.PublicKey> Keys)
{
    private IReadOnlyList<string>? redirectUris;

    /// <summary>The scopes it may ask for.</summary>
    public IReadOnlySet<string> Scopes { get; } = Row.Scope.Split(' ').ToHashSet();

    public IReadOnlyList<string> GrantTypes { get; } = Row.GrantTypes.Split(' ');

    /// <summary>Read when it is asked for: one that cannot be read stops nothing else.</summary>
    public IReadOnlyList<string> RedirectUris =>
        redirectUris ??= Authorization.ClientMetadata.ReadList(Row.RedirectUris);

    /// <summary>The types of authorization details it may ask for.</summary>
    public IReadOnlyList<string> DetailsTypes { get; } = Row.AuthorizationDetailsTypes.Split(' ');
}

/// <summary>Finds apps by client id, which comes without a world. Kept in memory for a moment: an app's facts change
/// rarely, and a change counts everywhere within <see cref="KeptFor"/>, wherever the clock is set meanwhile.</summary>
public sealed class AppDirectory(Store store, TimeProvider time)
{
    public static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(2);
    private const int MostKept = 10_000;

    private readonly ConcurrentDictionary<Id<AppRow>, (RegisteredApp App, long ReadAt)> kept = [];

    public async ValueTask<RegisteredApp?> FindAsync(string? clientId)
    {
        if (!Id<AppRow>.TryParse(clientId, out var id))
        {
            return null;
        }

        var readAt = time.GetTimestamp();
        if (kept.TryGetValue(id, out var known) && time.GetElapsedTime(known.ReadAt, readAt) < KeptFor)
        {
            return known.App;
        }

        if (await ReadAsync(id, known.App) is not { } app)
        {
            return null;
        }

        if (kept.Count >= MostKept)
        {
            kept.Clear();
        }

        kept[id] = (app, readAt);
        return app;
    }

    /// <summary>Waits until no node knows the app as it was: whoever changed it may then say that the change counts.
    /// What another node read in the moment of the change, it keeps no longer than this.</summary>
    public async Task ForgetEverywhereAsync(Id<AppRow> id)
    {
        kept.TryRemove(id, out _);
        await Task.Delay(KeptFor, time);
        kept.TryRemove(id, out _);
    }

    /// <summary>The app as it is in the store now.</summary>
    public async ValueTask<RegisteredApp?> ReadAsync(string clientId) =>
        Id<AppRow>.TryParse(clientId, out var id) ? await ReadAsync(id, before: null) : null;

    /// <summary>The logo of an app as it was read; null when it has none.</summary>
    public async ValueTask<AppLogoRow?> FindLogoAsync(RegisteredApp app) =>
        app.Row.Logo is null ? null : await store.FindAsync(PartnerTables.Logos, app.World, app.Row.Id);

    /// <summary>Keys that are as they were stay ready for use.</summary>
    private async Task<RegisteredApp?> ReadAsync(Id<AppRow> id, RegisteredApp? before) =>
        await store.FindAsync(PartnerTables.AppWorlds, World.Live, id) is { } place
        && await store.FindAsync(PartnerTables.Apps, new(place.WorldNumber), id) is { EndedAt: null } row
            ? new(
                new(place.WorldNumber),
                row,
                before?.Row.Jwks == row.Jwks ? before.Keys : Authorization.PublicKey.ReadSet(row.Jwks)
            )
            : null;
}
