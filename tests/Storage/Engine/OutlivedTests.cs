using OpenBanking.Server.Authorization;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage.Engine;

/// <summary>What was asked of the outside, and tokens, are kept for as long as somebody may come back to them.</summary>
public abstract class OutlivedTests<TDatabase> : HouseSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private static readonly DateTimeOffset kept = Rows.Noon.AddDays(-30);

    private static readonly DateTimeOffset gone = kept.AddMicroseconds(-1);

    [Fact(Timeout = Patience)]
    public async Task What_was_asked_of_the_outside_is_kept_until_thirty_days_after_its_answer()
    {
        Put(
            IntentTables.Intents,
            Intent(1, IntentState.Done, gone),
            Intent(2, IntentState.Done, kept),
            Intent(3, IntentState.Sent, gone),
            Intent(4, IntentState.Waiting, gone)
        );

        await KeepHouseAsync();

        Assert.Equal(
            [Rows.Id<IntentRow>(2), Rows.Id<IntentRow>(3), Rows.Id<IntentRow>(4)],
            All(IntentTables.Intents).Select(intent => intent.Id).OrderBy(id => id.Value)
        );
    }

    /// <summary>The made-up outside knows by it that it has sent a message, and sends it once.</summary>
    [Fact(Timeout = Patience)]
    public async Task A_message_of_a_sandbox_is_kept_for_thirty_days_and_longer_while_it_may_be_asked_about()
    {
        Put(
            IntentTables.Intents,
            Intent(11, IntentState.Done, kept),
            Intent(12, IntentState.Sent, gone),
            Intent(13, IntentState.Waiting, gone)
        );
        Put(
            SandboxTables.Messages,
            Message(10, gone),
            Message(11, gone),
            Message(12, gone),
            Message(13, gone),
            Message(14, kept)
        );

        await KeepHouseAsync();

        Assert.Equal([12, 13, 14], Messages.Where(number => number >= 10));
    }

    /// <summary>An intent of another sandbox keeps nothing here.</summary>
    [Fact(Timeout = Patience)]
    public async Task A_message_is_kept_for_what_its_own_sandbox_asks()
    {
        var other = new World(Rows.World.Number + 1);
        PutIn(other, IntentTables.Intents, Intent(10, IntentState.Sent, gone));
        Put(SandboxTables.Messages, Message(10, gone));
        PutIn(other, SandboxTables.Messages, Message(10, gone));

        await KeepHouseAsync();

        Assert.Equal([10], Messages.Where(number => number >= 10));
        Assert.Single(Store.List(SandboxTables.Messages, other, $"1 = {1}"));
    }

    [Fact(Timeout = Patience)]
    public async Task A_refresh_token_is_kept_until_thirty_days_after_the_last_day_of_its_consent()
    {
        var ended = Rows.Noon - AuthorizationServerOptions.ConsentLifetime - TimeSpan.FromDays(30);
        Put(
            AuthorizationTables.RefreshTokens,
            RefreshToken("gone", ended.AddMicroseconds(-1)),
            RefreshToken("kept", ended)
        );

        await KeepHouseAsync();

        Assert.Equal("kept", Assert.Single(All(AuthorizationTables.RefreshTokens)).Hash);
    }

    [Fact(Timeout = Patience)]
    public async Task A_token_that_registers_apps_is_kept_for_an_hour_after_its_end()
    {
        PutIn(
            World.Live,
            PartnerTables.InitialAccessTokens,
            InitialToken("gone", Rows.Noon.AddHours(-1).AddMicroseconds(-1)),
            InitialToken("kept", Rows.Noon.AddHours(-1))
        );

        await KeepHouseAsync();

        Assert.Equal(
            "kept",
            Assert.Single(Store.List(PartnerTables.InitialAccessTokens, World.Live, $"1 = {1}")).Hash
        );
    }

    private static IntentRow Intent(int id, IntentState state, DateTimeOffset due) =>
        Rows.Intent with
        {
            Id = Rows.Id<IntentRow>(id),
            Kind = IntentKind.SendMessage,
            State = state,
            DueAt = due,
            CreatedAt = gone,
        };

    private static SandboxMessageRow Message(int number, DateTimeOffset at) =>
        Probe.Message(number) with
        {
            Id = Rows.Id<IntentRow>(number),
            SentAt = at,
        };

    private static RefreshTokenRow RefreshToken(string hash, DateTimeOffset at) =>
        new()
        {
            Hash = hash,
            AppId = Rows.App.Id,
            ConsentId = Rows.Consent.Id,
            CreatedAt = at,
        };

    private static InitialAccessTokenRow InitialToken(string hash, DateTimeOffset until) =>
        new()
        {
            Hash = hash,
            WorldNumber = Rows.World.Number,
            PartnerId = Rows.App.PartnerId,
            ExpiresAt = until,
        };
}
