using System.Security.Cryptography;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Sandbox;

/// <summary>POST /sandbox/partners, GET /sandbox/{sandbox}/messages.json, /sandbox/{sandbox}/persons.json: for a server
/// that is a sandbox. The pages for people are beside the bank's own.</summary>
public static class SandboxApi
{
    private const int LongestName = 64;

    /// <summary>How many messages the message box shows.</summary>
    public const int MessagesShown = 20;

    public static void MapSandbox(this IEndpointRouteBuilder routes)
    {
        if (!routes.ServiceProvider.GetRequiredService<ServerMode>().IsSandbox)
        {
            return;
        }

        var sandbox = routes.MapGroup("/sandbox").ExcludeFromDescription();
        sandbox.AddEndpointFilter(RefusableArguments.RefuseAsync);
        sandbox.MapPost("/partners", SignUpAsync);
        sandbox.MapGet("/{sandbox:int}/messages.json", ListMessagesAsync);
        sandbox.MapGet("/{sandbox:int}/persons.json", ListPersonsAsync);
    }

    private static async Task<IResult> SignUpAsync(
        Body<SandboxSignUpRequest> body,
        Sandboxes sandboxes,
        ServerAddress address
    )
    {
        var name = body.Value.PartnerName;
        if (Wire.Refuse(Wire.CheckText("/partner_name", name, LongestName)) is { } refused)
        {
            return refused;
        }

        var (world, partner, token) = await sandboxes.OpenAsync(name);
        var home = $"{address.Issuer}/sandbox/{world}";
        return Answers.Created(
            new SandboxSignUp
            {
                PartnerId = partner.ToString(),
                SandboxId = world.ToString(),
                InitialAccessToken = token,
                MessagesUrl = $"{home}/messages",
                PersonsUrl = $"{home}/persons",
            }
        );
    }

    private static async Task<IResult> ListMessagesAsync(int sandbox, string? mobile, Sandboxes sandboxes) =>
        Wire.Refuse(mobile is "" ? null : Wire.CheckText("mobile", mobile))
        ?? Answers.Ok(
            new Page<SandboxMessage>
            {
                Data =
                [
                    .. (await sandboxes.ListMessagesAsync(new(sandbox), mobile)).Select(
                        message => new SandboxMessage
                        {
                            Mobile = message.Mobile,
                            Text = message.Text,
                            SentAt = message.SentAt,
                        }
                    ),
                ],
                HasMore = false,
            }
        );

    private static async Task<IResult> ListPersonsAsync(int sandbox, Sandboxes sandboxes) =>
        Answers.Ok(
            new Page<SandboxPerson> { Data = await sandboxes.ListPersonsAsync(new(sandbox)), HasMore = false }
        );
}

/// <summary>Opens sandboxes, and reads what is only in a sandbox.</summary>
public sealed class Sandboxes(Store store, Engine.Engine engine, Ids ids, TimeProvider time)
{
    /// <summary>A new world for a new partner, with the token that registers apps in it.</summary>
    public async Task<(World World, Id<PartnerRow> Partner, string InitialAccessToken)> OpenAsync(
        string partnerName
    )
    {
        var now = time.GetUtcNow();
        var world = new World(RandomNumberGenerator.GetInt32(1, int.MaxValue));
        var token = Ids.NewSecret();
        var partner = new PartnerRow
        {
            Id = ids.New<PartnerRow>(),
            Name = partnerName,
            CreatedAt = now,
        };
        await engine.SubmitAsync(
            new SeedSandbox(
                world,
                now,
                SandboxSeed.Default,
                partner,
                ids.New<CampaignRow>(),
                ids.New<CouponStockRow>()
            )
        );
        await engine.SubmitAsync(
            new OpenSandbox(
                now,
                new()
                {
                    Number = world.Number,
                    Name = partnerName,
                    ClockAheadSeconds = 0,
                    CreatedAt = now,
                },
                new()
                {
                    Hash = Secrets.HashOf(token),
                    WorldNumber = world.Number,
                    PartnerId = partner.Id,
                    ExpiresAt = now + AuthorizationServerOptions.InitialAccessTokenLifetime,
                }
            )
        );
        return (world, partner.Id, token);
    }

    /// <summary>The newest messages of a sandbox, to one number or to all.</summary>
    public async ValueTask<IReadOnlyList<SandboxMessageRow>> ListMessagesAsync(World world, string? mobile) =>
        world == World.Live ? []
        : mobile is null
            ? await store.ListAsync(
                SandboxTables.Messages,
                world,
                $"ORDER BY id DESC LIMIT {SandboxApi.MessagesShown}"
            )
        : await store.ListAsync(
            SandboxTables.Messages,
            world,
            $"mobile = {mobile} ORDER BY id DESC LIMIT {SandboxApi.MessagesShown}"
        );

    public async ValueTask<IReadOnlyList<SandboxPerson>> ListPersonsAsync(World world)
    {
        var cards = (await store.ListAsync(SandboxTables.Cards, world, $"ORDER BY number")).ToLookup(card =>
            card.IdNumber
        );
        return
        [
            .. (await store.ListAsync(SandboxTables.Persons, world, $"ORDER BY mobile")).SelectMany(person =>
                cards[person.IdNumber]
                    .Select(card => new SandboxPerson
                    {
                        Name = person.Name,
                        IdNumber = person.IdNumber,
                        Mobile = person.Mobile,
                        CardNumber = card.Number,
                        CardBank = card.Bank,
                    })
            ),
        ];
    }
}
