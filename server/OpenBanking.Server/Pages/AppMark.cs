using System.Globalization;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>What an app is known by at a glance: its logo, or the first letter of its name.</summary>
/// <param name="Logo">Where its logo is; null when it has none.</param>
public sealed record AppMark(string Name, string? Logo)
{
    /// <summary>The first letter, whole.</summary>
    public string Initial => StringInfo.GetNextTextElement(Name);

    public static AppMark Of(World world, AppRow app) =>
        new(app.Name, app.Logo is { } digest ? AppLogos.AddressOf(world, app.Id, digest) : null);

    /// <summary>Of whom the customer pays: a merchant that sells through an app is not shown with the app's logo.</summary>
    public static AppMark Of(KnownConfirmation known) =>
        known.Through is null ? Of(known.World, known.App) : new(known.Payee, null);
}

/// <summary>Serves the logos of apps from the bank's own address: pages show nothing from elsewhere. The address names the
/// content, so that browsers keep it for good.</summary>
public static class AppLogos
{
    private const string Kept = "public, max-age=31536000, immutable";

    public static string AddressOf(World world, Id<AppRow> app, string digest) =>
        $"/bank/{world}/logos/{app}/{digest}";

    public static void MapAppLogos(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/bank/{world:int}/logos/{app}/{digest}", FindAsync).ExcludeFromDescription();

    private static async Task<IResult> FindAsync(
        HttpContext context,
        int world,
        string app,
        string digest,
        Store store
    )
    {
        if (
            !Id<AppRow>.TryParse(app, out var id)
            || await store.FindAsync(PartnerTables.Logos, new(world), id)
                is not { Content: { Length: > 0 } content } logo
            || ClientLogos.DigestOf(content) != digest
        )
        {
            return Results.NotFound();
        }

        context.Response.Headers.CacheControl = Kept;
        return Results.Bytes(content, logo.MediaType);
    }
}
