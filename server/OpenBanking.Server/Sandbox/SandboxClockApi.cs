using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Sandbox;

/// <summary>GET and POST /v1/sandbox/clock, for a server that is a sandbox: so that a partner can try what depends on time. The scope is
/// that of payments or that of settlement, where fees need the latter: holds, days of agreements and payments nobody confirms end
/// by time as well as payouts come by it, and an app may have one of both.</summary>
public static class SandboxClockApi
{
    /// <summary>The most of one move: more than any limit, hold or coupon lasts.</summary>
    public const long MostSeconds = 400 * Day;

    /// <summary>The most in all, ahead of real time: ten years of 365 days.</summary>
    public const long MostSecondsAhead = 3_650 * Day;

    private const long Day = 24 * 60 * 60;
    private const string Pointer = "/advance_seconds";

    private static readonly TokenRequirement requirement = TokenRequirement.App(
        Scopes.Payments,
        Scopes.Settlement
    );

    public static void MapSandboxClock(this IEndpointRouteBuilder api)
    {
        if (!api.ServiceProvider.GetRequiredService<ServerMode>().IsSandbox)
        {
            return;
        }

        api.MapPost("/sandbox/clock", AdvanceAsync)
            .Needs(requirement)
            .WithName("advanceSandboxClock")
            .WithTags("Sandbox")
            .WithSummary("Sets the clock of this partner's sandbox ahead")
            .WithDescription(
                "What has come due by then has happened when it is answered: holds and consents have ended, coupons have run out, days "
                    + "that are over are being paid out; their events are on the way. The clock never goes back. Tokens, proofs, events "
                    + "and webhooks stay on real time."
            )
            .Produces<SandboxTime>();

        api.MapGet("/sandbox/clock", GetAsync)
            .Needs(requirement)
            .WithName("getSandboxClock")
            .WithTags("Sandbox")
            .WithSummary("What time it is in this partner's sandbox")
            .Produces<SandboxTime>();
    }

    private static async Task<IResult> AdvanceAsync(
        Caller caller,
        KeyedBody<AdvanceSandboxClockRequest> body,
        SandboxClock clock,
        WorldClocks clocks,
        Store store,
        Engine.Engine engine
    )
    {
        var seconds = body.Value.AdvanceSeconds;
        if (seconds is < 1 or > MostSeconds)
        {
            return OutOfRange($"A number from 1 to {MostSeconds} is expected.");
        }

        // The sandbox is a row of the live world, and so is the key of its move; those of all other requests are in the sandbox.
        if (await IsOfAnotherRequestAsync(store, caller, body.Request))
        {
            return Problems.From(KeyedRequest.Reused);
        }

        var now = clocks.RealNow;
        var answer = await engine.DecideOnceAsync(
            new AdvanceClock(now, caller.World, seconds)
            {
                MostAhead = MostSecondsAhead,
                AppId = caller.App.Id,
            },
            body.Request,
            _ => caller.App.Id.Value,
            row => Show(now.AddSeconds(row.ClockAheadSeconds), row.ClockAheadSeconds),
            async _ => await ShowAsync(clocks, caller.World),
            StatusCodes.Status200OK,
            refusal =>
                Task.FromResult(
                    refusal == ProblemCodes.InvalidRequest
                        ? OutOfRange(
                            $"The clock would be more than {MostSecondsAhead} seconds ahead of real time; GET says how far it is."
                        )
                        : null
                )
        );
        // Also when it was moved before: whoever moved it may not have come so far.
        await CatchUpAsync(clock, clocks, caller.World);
        return answer;
    }

    private static async Task<IResult> GetAsync(Caller caller, WorldClocks clocks) =>
        Answers.Ok(await ShowAsync(clocks, caller.World));

    private static async ValueTask<bool> IsOfAnotherRequestAsync(
        Store store,
        Caller caller,
        KeyedRequest request
    ) =>
        await store.FindAsync(EngineTables.Idempotency, caller.World, new(request.AppId, request.Key))
            is not null;

    /// <summary>What cannot be done now must not be told as if the clock had not moved.</summary>
    /// <exception cref="OutcomeUnknownException">The store or the engine takes nothing now.</exception>
    private static async Task CatchUpAsync(SandboxClock clock, WorldClocks clocks, World world)
    {
        try
        {
            await clocks.CountEverywhereAsync();
            await clock.CatchUpAsync(world);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or EngineBusyException)
        {
            throw new OutcomeUnknownException("Not all that has come due could happen.", failure);
        }
    }

    private static IResult OutOfRange(string detail) =>
        Wire.Refuse(Wire.Wrong(Pointer, "out_of_range", detail))!;

    private static async Task<SandboxTime> ShowAsync(WorldClocks clocks, World world)
    {
        var (now, ahead) = await clocks.ReadAheadAsync(world);
        return Show(now, (long)ahead.TotalSeconds);
    }

    private static SandboxTime Show(DateTimeOffset now, long ahead) =>
        new() { Now = now, AheadSeconds = ahead };
}
