using OpenBanking.Server.Engine;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage.Engine;

/// <summary>One key, one effect, one answer.</summary>
public abstract class IdempotencyTests<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task A_known_key_is_answered_as_before_and_moves_nothing()
    {
        var fresh = Assert.IsType<KeyedOutcome.Fresh>(await SubmitAsync(Probe.Put(1), "key"));

        var known = Assert.IsType<KeyedOutcome.Known>(await SubmitAsync(Probe.Put(2), "key"));

        Assert.Equal("made 1", BodyOf(fresh));
        Assert.Equal("made 1", BodyOf(known));
        Assert.Equal((201, Probe.Message(1).Id.Value), (known.Row.Status, known.Row.ResourceId));
        Assert.Equal([1], Messages);
        Assert.Equal(1, Store.Commits);
    }

    [Fact]
    public async Task A_known_key_with_another_request_is_refused_and_moves_nothing()
    {
        await SubmitAsync(Probe.Put(1), "key", body: 1);

        var refused = Assert.IsType<KeyedOutcome.Refused>(await SubmitAsync(Probe.Put(2), "key", body: 2));

        Assert.Equal(ProblemCodes.IdempotencyKeyReused, refused.Refusal.Code);
        Assert.Equal([1], Messages);
        Assert.Equal("made 1", BodyOf(await SubmitAsync(Probe.Put(3), "key", body: 1)));
    }

    [Fact]
    public async Task A_key_is_known_after_a_restart()
    {
        await SubmitAsync(Probe.Put(1), "key");

        Restart();

        var known = Assert.IsType<KeyedOutcome.Known>(await SubmitAsync(Probe.Put(2), "key"));
        Assert.Equal("made 1", BodyOf(known));
        var reused = await SubmitAsync(Probe.Put(2), "key", body: 2);
        Assert.Equal(
            ProblemCodes.IdempotencyKeyReused,
            Assert.IsType<KeyedOutcome.Refused>(reused).Refusal.Code
        );
        Assert.Equal([1], Messages);
    }

    /// <summary>A row that was damaged or changed by hand: what was made is shown in its place.</summary>
    [Theory]
    [InlineData("answer_offset = 7")]
    [InlineData("answer_offset = 2000000000")]
    [InlineData("answer_length = 2000000000")]
    public async Task An_answer_that_lies_elsewhere_than_its_key_says_is_not_there(string changed)
    {
        await SubmitAsync(Probe.Put(1), "key");
        Database.Execute($"UPDATE idempotency SET {changed}");

        var known = Assert.IsType<KeyedOutcome.Known>(await SubmitAsync(Probe.Put(2), "key"));

        Assert.Null(await Engine.RecallAnswerAsync(Rows.World, known.Row));
    }

    [Fact]
    public async Task The_same_key_twice_in_one_batch_acts_once()
    {
        var outcomes = await SubmitTogetherAsync(
            () => SubmitAsync(Probe.Put(1), "key"),
            () => SubmitAsync(Probe.Put(2), "key"),
            () => SubmitAsync(Probe.Put(3), "key", body: 2)
        );

        Assert.Equal("made 1", BodyOf(Assert.IsType<KeyedOutcome.Fresh>(outcomes[0])));
        Assert.Equal("made 1", BodyOf(Assert.IsType<KeyedOutcome.Known>(outcomes[1])));
        Assert.IsType<KeyedOutcome.Refused>(outcomes[2]);
        Assert.Equal([1], Messages);
        Assert.Equal(1, Store.Commits);
    }

    [Fact]
    public async Task The_answers_of_a_batch_are_told_apart()
    {
        int[] numbers = [7, 1_000, 20, 300];

        await SubmitTogetherAsync([
            .. numbers.Select(number =>
                (Func<Task<KeyedOutcome>>)(() => SubmitAsync(Probe.Put(number), $"key-{number}"))
            ),
        ]);

        Assert.Single(Store.List(EngineTables.Answers, Rows.World, $"ORDER BY id"));
        foreach (var number in numbers)
        {
            Assert.Equal($"made {number}", BodyOf(await SubmitAsync(Probe.Put(0), $"key-{number}")));
        }
    }

    [Fact]
    public async Task A_key_whose_request_was_refused_stays_unused()
    {
        var refused = await SubmitAsync(
            Probe.PutAnd(1, _ => Decision.Reject(ProblemCodes.OrderAlreadyPaid)),
            "key"
        );

        Assert.Equal(
            ProblemCodes.OrderAlreadyPaid,
            Assert.IsType<KeyedOutcome.Refused>(refused).Refusal.Code
        );
        Assert.IsType<KeyedOutcome.Fresh>(await SubmitAsync(Probe.Put(2), "key", body: 2));
        Assert.Equal([2], Messages);
    }

    [Fact]
    public async Task A_key_whose_request_was_declined_is_used()
    {
        await SubmitAsync(Probe.PutAnd(1, _ => Decision.Decline(1)), "key");

        Assert.Equal(
            "made 1",
            BodyOf(Assert.IsType<KeyedOutcome.Known>(await SubmitAsync(Probe.Put(2), "key")))
        );
        Assert.Equal([1], Messages);
    }

    [Fact]
    public async Task A_key_whose_request_failed_stays_unused()
    {
        var bug = Probe.PutAnd(1, _ => throw new InvalidOperationException("A bug."));
        await Assert.ThrowsAsync<InvalidOperationException>(() => SubmitAsync(bug, "bug"));
        var refused = await Record.ExceptionAsync(() =>
            SubmitAsync(Probe.PutRefusedByTheDatabase(1), "refused")
        );
        Assert.True(Database.IsRefusal(refused!));

        Assert.IsType<KeyedOutcome.Fresh>(await SubmitAsync(Probe.Put(1), "bug"));
        Assert.IsType<KeyedOutcome.Fresh>(await SubmitAsync(Probe.Put(2), "refused"));
        Assert.Equal([1, 2], Messages);
    }

    [Fact]
    public async Task The_answers_beside_a_refused_command_are_recalled_as_they_were_given()
    {
        var outcomes = await SubmitTogetherAsync(
            () => SubmitAsync(Probe.Put(1), "a"),
            () => SubmitAsync(Probe.PutRefusedByTheDatabase(2), "b"),
            () => SubmitAsync(Probe.Put(300), "c")
        );

        Assert.True(Database.IsRefusal((Exception)outcomes[1]));
        Assert.Equal("made 1", BodyOf(await SubmitAsync(Probe.Put(4), "a")));
        Assert.Equal("made 300", BodyOf(await SubmitAsync(Probe.Put(4), "c")));
        Assert.Equal([1, 300], Messages);
    }

    [Fact]
    public async Task Keys_of_different_apps_and_worlds_never_meet()
    {
        World other = new(8);
        var outcomes = await SubmitTogetherAsync(
            () => SubmitAsync(Probe.Put(1), "key", body: 1),
            () => SubmitAsync(Probe.Put(2), "key", body: 2, app: Rows.Id<Server.Partners.AppRow>(2).Value),
            () => SubmitAsync(Probe.Put(3, other), "key", body: 3)
        );

        Assert.Equal(
            ["made 1", "made 2", "made 3"],
            outcomes.Select(outcome => BodyOf(Assert.IsType<KeyedOutcome.Fresh>(outcome)))
        );
        var known = Assert.IsType<KeyedOutcome.Known>(await SubmitAsync(Probe.Put(4, other), "key", body: 3));
        Assert.Equal("made 3", BodyOf(known, other));
        Assert.Null(Engine.RecallAnswer(Rows.World, known.Row));
    }

    private async Task<IReadOnlyList<object>> SubmitTogetherAsync(params Func<Task<KeyedOutcome>>[] submits)
    {
        using var gate = await HoldAsync();
        var waiting = submits.Select(submit => submit()).ToList();
        await gate.OpenAsync();
        return await EndsOfAsync(waiting);
    }
}
