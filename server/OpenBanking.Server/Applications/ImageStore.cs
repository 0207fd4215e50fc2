using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Applications;

/// <summary>Takes pictures of ID cards in, and gives them to the verification and to the bank's staff.</summary>
public sealed class ImageStore(
    Store store,
    Engine.Engine engine,
    WorldClocks clocks,
    Vault vault,
    Ids ids,
    ApplicationOptions options
)
{
    /// <summary>How long a stretch of applications is whose pictures are looked for at once, by when they expire.</summary>
    private static readonly TimeSpan stretch = TimeSpan.FromDays(2);

    /// <summary>How far back pictures are looked for.</summary>
    private static readonly TimeSpan farthest = TimeSpan.FromDays(400);

    /// <summary>Whether the picture is kept; it is not when the application waits for none any more.</summary>
    public async Task<bool> KeepAsync(
        World world,
        Id<AccountApplicationRow> application,
        IdentityImageSide side,
        IdentityImage image
    )
    {
        var id = IdentityImageRow.IdOf(application, side);
        var now = await clocks.NowAsync(world);
        var decision = await engine.SubmitAsync(
            new KeepIdentityImage(
                world,
                now,
                new()
                {
                    Id = id,
                    ApplicationId = application,
                    Side = side,
                    MediaType = image.MediaType,
                    Width = image.Width,
                    Height = image.Height,
                    GivenAt = now,
                    Content = vault.Seal(image.Content, id.Value),
                }
            )
        );
        return decision is Accepted<Done>;
    }

    /// <summary>Whether the very same picture was given for the card's other side.</summary>
    public async ValueTask<bool> IsOfOtherSideAsync(
        World world,
        Id<AccountApplicationRow> application,
        IdentityImageSide side,
        IdentityImage image
    )
    {
        var other =
            side == IdentityImageSide.Portrait ? IdentityImageSide.Emblem : IdentityImageSide.Portrait;
        return await ReadAsync(world, application, other) is { } given
            && given.Content.AsSpan().SequenceEqual(image.Content);
    }

    /// <summary>Has the person verified, unless the bank asks for a picture that is missing.</summary>
    public async Task SubmitAsync(World world, Id<AccountApplicationRow> application) =>
        await engine.SubmitAsync(
            new SubmitIdentityImages(
                world,
                await clocks.NowAsync(world),
                application,
                options.IdentityImages == ImageRule.Required,
                ids.New<IntentRow>(),
                clocks.RealNow
            )
        );

    /// <summary>The pictures of an application; null when it has none.</summary>
    public async ValueTask<IdentityImages?> ReadAsync(World world, AccountApplicationRow application) =>
        application.Images == 0
            ? null
            : new(
                await ReadAsync(world, application.Id, IdentityImageSide.Portrait),
                await ReadAsync(world, application.Id, IdentityImageSide.Emblem)
            );

    /// <summary>Has the pictures deleted of applications that came to nothing, a limited number at a time: of the last days, and of one
    /// earlier stretch after the other, since what waited for a server that stood still comes to its end late.</summary>
    public static void Sweep(Engine.Engine engine, DateTimeOffset now)
    {
        var earlier = now.Ticks / TimeSpan.TicksPerMinute % (long)(farthest / stretch) * stretch;
        // With the condition of the index, word for word: the states that are ends, but for opened.
        engine.SweepLater(
            IdentityImageTables.Images,
            $"""
            application_id IN (
                SELECT id FROM account_application
                WHERE images > 0 AND state IN (2, 4, 7, 8) AND expires_at > {now - stretch}
            )
            """
        );
        engine.SweepLater(
            IdentityImageTables.Images,
            $"""
            application_id IN (
                SELECT id FROM account_application
                WHERE images > 0 AND state IN (2, 4, 7, 8)
                AND expires_at > {now - earlier - stretch} AND expires_at <= {now - earlier}
            )
            """
        );
    }

    private async ValueTask<IdentityImage?> ReadAsync(
        World world,
        Id<AccountApplicationRow> application,
        IdentityImageSide side
    ) =>
        await store.FindAsync(IdentityImageTables.Images, world, IdentityImageRow.IdOf(application, side))
            is { } row
            ? new(row.MediaType, row.Width, row.Height, vault.Open(row.Content, row.Id.Value))
            : null;
}
