using System.ComponentModel;
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
    /// <summary>How many messages the message box shows.</summary>
    public const int MessagesShown = 20;

    public static void MapSandbox(this IEndpointRouteBuilder routes)
    {
        if (!routes.ServiceProvider.GetRequiredService<ServerMode>().IsSandbox)
        {
            return;
        }

        var sandbox = routes.MapGroup("/sandbox").WithTags("Sandbox");
        sandbox.AddEndpointFilter(RefusableArguments.RefuseAsync);
        sandbox
            .MapPost("/partners", SignUpAsync)
            .WithName("signUp")
            .WithSummary("Opens a sandbox with persons, cards and a coupon campaign of its own")
            .Produces<SandboxSignUp>(StatusCodes.Status201Created);
        sandbox
            .MapGet("/{sandbox:int:min(1)}/messages.json", ListMessagesAsync)
            .WithName("listMessages")
            .WithSummary("The newest messages that would have gone to phones")
            .Produces<Page<SandboxMessage>>()
            .Refuses(ProblemCodes.InvalidRequest, ProblemCodes.NotFound);
        sandbox
            .MapGet("/{sandbox:int:min(1)}/persons.json", ListPersonsAsync)
            .WithName("listPersons")
            .WithSummary("The made-up persons and cards of a sandbox")
            .Produces<Page<SandboxPerson>>()
            .Refuses(ProblemCodes.NotFound);
    }

    private static async Task<IResult> SignUpAsync(
        Body<SandboxSignUpRequest> body,
        Sandboxes sandboxes,
        ServerAddress address
    )
    {
        var name = body.Value.PartnerName;
        if (Wire.Refuse(Wire.CheckName("/partner_name", name, WireText.Name.Longest)) is { } refused)
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

    private static async Task<IResult> ListMessagesAsync(
        int sandbox,
        [Description("Only messages to this number; to every number when absent.")] string? mobile,
        Sandboxes sandboxes
    )
    {
        if (
            Wire.Refuse(mobile is "" ? null : Wire.CheckText("mobile", mobile, WireText.Words)) is { } refused
        )
        {
            return refused;
        }

        return await sandboxes.ListMessagesAsync(new(sandbox), mobile) is { } messages
            ? Answers.Ok(
                new Page<SandboxMessage>
                {
                    Data =
                    [
                        .. messages.Select(message => new SandboxMessage
                        {
                            Mobile = message.Mobile,
                            Text = message.Text,
                            SentAt = message.SentAt,
                        }),
                    ],
                    HasMore = false,
                }
            )
            : Problems.NotFound();
    }

    private static async Task<IResult> ListPersonsAsync(int sandbox, Sandboxes sandboxes) =>
        await sandboxes.ListPersonsAsync(new(sandbox)) is { } persons
            ? Answers.Ok(
                new Page<SandboxPerson> { Data = [.. persons.Select(found => found.Person)], HasMore = false }
            )
            : Problems.NotFound();
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

    /// <summary>The newest messages of a sandbox, to one number or to all; null when there is no such sandbox.</summary>
    public async ValueTask<IReadOnlyList<SandboxMessageRow>?> ListMessagesAsync(
        World world,
        string? mobile
    ) =>
        !await ExistsAsync(world) ? null
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

    /// <summary>The persons of a sandbox with their cards and what is on them, in fen: each with one, and then those who have more
    /// with the others; null when there is no such sandbox.</summary>
    public async ValueTask<IReadOnlyList<(SandboxPerson Person, long OnCard)>?> ListPersonsAsync(World world)
    {
        if (!await ExistsAsync(world))
        {
            return null;
        }

        var cards = await store.ListAsync(SandboxTables.Cards, world, $"ORDER BY number");
        var persons = await store.ListAsync(SandboxTables.Persons, world, $"ORDER BY mobile");
        var cardsOf = cards.ToLookup(card => card.IdNumber);
        return
        [
            .. persons
                .SelectMany(person =>
                    cardsOf[person.IdNumber]
                        .Select((card, number) => (number, (Describe(person, card), card.Balance)))
                )
                .OrderBy(found => found.number)
                .Select(found => found.Item2),
        ];
    }

    private static SandboxPerson Describe(SandboxPersonRow person, SandboxCardRow card) =>
        new()
        {
            Name = person.Name,
            IdNumber = person.IdNumber,
            Mobile = person.Mobile,
            CardNumber = card.Number,
            CardBank = card.Bank,
        };

    /// <summary>The live world is no sandbox.</summary>
    private async ValueTask<bool> ExistsAsync(World world) =>
        world != World.Live
        && await store.FindAsync(WorldTables.Worlds, World.Live, new(world.Number)) is not null;
}
