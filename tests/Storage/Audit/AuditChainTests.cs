using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using OpenBanking.Tests.Storage.Engine;
using OpenBanking.Tests.Storage.Ledger;

namespace OpenBanking.Tests.Storage.Audit;

/// <summary>What is committed is recorded with it, and gets its place in the chain exactly once.</summary>
public abstract class AuditChainTests<TDatabase> : AuditSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    [Fact]
    public async Task A_record_says_who_did_what_to_what_and_what_came_of_it()
    {
        var bank = new SmallBank(Engine, Store, Rows.World);
        await bank.OpenAsync();
        await bank.TopUpAsync(1, 100_00);
        await Engine.SubmitAsync(bank.Payment(1, 20_00));
        await Engine.SubmitAsync(bank.Payment(2, 900_00));

        var commands = Contents().SelectMany(content => content.Commands).ToList();

        Assert.Equal(
            (CommandRecord[])
                [
                    new("CreatePayment", false, Actor.App(Rows.App.Id), Subject.Of(Rows.Id<PaymentRow>(1))),
                    new("CreatePayment", true, Actor.App(Rows.App.Id), Subject.Of(Rows.Id<PaymentRow>(2))),
                ],
            commands
                .Where(command => command.Command == nameof(CreatePayment))
                .OrderBy(command => command.Declined)
        );
        Assert.Equal(Count("entry"), $"{Contents().Sum(content => content.Entries.Count)}");
    }

    [Fact]
    public async Task Commands_that_change_nothing_and_commands_that_fail_leave_no_record()
    {
        await Engine.SubmitAsync(new Probe(Rows.World, _ => Decision.Accept(1)));
        await Engine.SubmitAsync(new Probe(Rows.World, _ => Decision.Reject("no")));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Engine.SubmitAsync(Probe.PutAnd(1, _ => throw new InvalidOperationException()))
        );

        Assert.Equal("0", Count("audit_record"));

        await Engine.SubmitAsync(Probe.Put(2));
        Assert.Equal("1", Count("audit_record"));
    }

    [Fact]
    public async Task A_batch_is_one_record_however_many_commands_it_has()
    {
        await RunTogetherAsync(Probe.Put(1), Probe.PutAnd(2, _ => Decision.Reject("no")), Probe.Put(3));

        var contents = Assert.Single(Contents());
        Assert.Equal(2, contents.Commands.Count);
    }

    [Fact]
    public async Task What_was_committed_is_sealed_without_gaps_and_the_chain_verifies()
    {
        await DoBusinessAsync();
        await SealAllAsync(Chain);

        await AssertSoundAsync();
        Assert.Equal(Count("audit_record"), Count("audit_seal"));
        Assert.Equal(Count("audit_seal"), Database.Scalar("SELECT MAX(position) FROM audit_seal"));
        // The queue is emptied behind the next batch.
        await Engine.SubmitAsync(new Probe(World.Live, _ => Decision.Accept(1)));
        await Engine.SubmitAsync(new Probe(World.Live, _ => Decision.Accept(1)));
        Assert.Equal("0", Count("audit_unsealed"));
    }

    /// <summary>Its id is older than the chain's end, since it was made before it waited for its commit.</summary>
    [Fact]
    public async Task A_batch_that_commits_late_gets_the_next_place()
    {
        var late = new Ids(Clock).New<JournalRow>();
        Clock.Now += TimeSpan.FromSeconds(3);
        var chain = NewChain();
        await Engine.SubmitAsync(Probe.Put(1));
        await SealAllAsync(chain);

        using (var session = Store.OpenWriteSession())
        {
            session.Run(
                Rows.World,
                book =>
                {
                    book.Insert(SandboxTables.Messages, Probe.Message(2));
                    new AuditRecorder().Record(
                        book,
                        late,
                        Rows.Noon,
                        [new("Late", false, Actor.Bank, default)],
                        default
                    );
                }
            );
        }

        await SealAllAsync(chain);

        var seals = Store.List(AuditTables.Seals, World.Live, $"ORDER BY position");
        Assert.Equal([1L, 2L], seals.Select(seal => seal.Position));
        Assert.Equal(late, seals[1].RecordId);
        Assert.True(seals[0].RecordId.Value.CompareTo(late.Value) > 0);
        await AssertSoundAsync();
    }

    [Fact]
    public async Task One_of_two_sealers_seals_and_the_other_takes_over_when_it_is_gone()
    {
        var (first, second) = (NewChain(), NewChain());
        await Engine.SubmitAsync(Probe.Put(1));
        Assert.True(await first.HoldAsync());
        Assert.False(await second.HoldAsync());

        Clock.Now += AuditChain.Lease;
        Assert.True(await second.HoldAsync());

        // It does not know yet that it was taken for dead.
        Assert.Equal(0, await first.SealAsync());
        Assert.Equal(1, await second.SealAsync());
        Assert.False(await first.HoldAsync());
        await second.ReleaseAsync();
        Assert.True(await first.HoldAsync());
        await AssertSoundAsync();
    }

    [Fact]
    public async Task A_sealer_that_was_killed_is_not_waited_for_once_its_connections_are_gone()
    {
        var before = new Sealers(Store, TimeProvider.System);
        await Engine.SubmitAsync(Probe.Put(1));
        Assert.True(await NewChain(sealers: before).HoldAsync());
        before.Dispose();

        using var after = new Sealers(Store, TimeProvider.System);
        var second = NewChain(sealers: after);

        for (var i = 0; !await second.HoldAsync(); i++)
        {
            Assert.True(i < 100, "The one that is gone is waited for.");
            await Task.Delay(50);
        }

        Assert.Equal(1, await second.SealAsync());
        await AssertSoundAsync();
    }

    /// <summary>The first one's key is kept, and recorded, in the moment of signing.</summary>
    [Fact]
    public async Task A_clean_stop_leaves_nothing_unsealed_and_signs_the_end()
    {
        using var sealers = new Sealers(Store, TimeProvider.System);
        using var sealer = new AuditSealer(
            Engine,
            NewChain(sealers: sealers),
            Clock,
            NullLogger<AuditSealer>.Instance
        );
        await DoBusinessAsync();

        await sealer.StopAsync(TestContext.Current.CancellationToken);

        var verdict = await VerifyAsync();
        Assert.Equal(
            (null, 8L, 8L, 0L),
            (verdict.Broken, verdict.Positions, verdict.SignedPosition, verdict.Unsealed)
        );
        Assert.True(await NewChain().HoldAsync());
    }

    /// <summary>Nobody is left to put its lease right.</summary>
    [Fact]
    public async Task A_sealer_that_died_while_the_clock_was_a_day_ahead_is_waited_for_no_longer_than_another()
    {
        var (dead, second) = (NewChain(), NewChain());
        await Engine.SubmitAsync(Probe.Put(1));
        Clock.Now += TimeSpan.FromDays(1);
        Assert.True(await dead.HoldAsync());
        Clock.Now -= TimeSpan.FromDays(1);

        Assert.True(await second.HoldAsync());
        Assert.Equal(1, await second.SealAsync());
        await AssertSoundAsync();
    }

    [Fact]
    public async Task A_sealer_whose_clock_is_a_little_ahead_is_left_alone()
    {
        var (first, second) = (NewChain(), NewChain());
        Clock.Now += TimeSpan.FromSeconds(30);
        Assert.True(await first.HoldAsync());
        Clock.Now -= TimeSpan.FromSeconds(30);

        Assert.False(await second.HoldAsync());
    }

    [Fact]
    public async Task A_sealer_whose_clock_was_set_right_renews_its_lease()
    {
        var (first, second) = (NewChain(), NewChain());
        Clock.Now += TimeSpan.FromDays(1);
        Assert.True(await first.HoldAsync());
        Clock.Now -= TimeSpan.FromDays(1);
        Assert.True(await first.HoldAsync());

        Assert.False(await second.HoldAsync());
    }

    [Fact]
    public async Task Sealers_that_all_think_they_are_the_one_seal_nothing_twice()
    {
        var writing = Task.WhenAll(Enumerable.Range(1, 100).Select(n => Engine.SubmitAsync(Probe.Put(n))));
        var sealers = Enumerable
            .Range(0, 3)
            .Select(async _ =>
            {
                var chain = NewChain();
                for (var i = 0; i < 30; i++)
                {
                    // Whoever asks now gets it: the lease of whoever is at work is over.
                    lock (Clock)
                    {
                        Clock.Now += AuditChain.Lease;
                    }

                    await chain.HoldAsync();
                    await chain.SealAsync();
                }
            });
        await Task.WhenAll([writing, .. sealers]);
        Clock.Now += AuditChain.Lease;
        await SealAllAsync(Chain);

        Assert.Equal(Count("audit_record"), Count("audit_seal"));
        await AssertSoundAsync();
    }

    [Fact]
    public async Task A_sealer_that_dies_before_its_commit_leaves_nothing_and_after_it_everything()
    {
        var chain = NewChain();
        await Engine.SubmitAsync(Probe.Put(1));
        await Engine.SubmitAsync(Probe.Put(2));
        Assert.True(await chain.HoldAsync());

        Store.Committing = _ => throw new StoreUnavailableException(new IOException("cut"));
        await Assert.ThrowsAsync<StoreUnavailableException>(chain.SealAsync);
        Assert.Equal("0", Count("audit_seal"));

        Store.Committing = null;
        Store.Committed = () => throw new OutcomeUnknownException("cut", new IOException("cut"));
        await Assert.ThrowsAsync<OutcomeUnknownException>(chain.SealAsync);
        Assert.Equal("2", Count("audit_seal"));

        Store.Committed = null;
        Assert.Equal(0, await chain.SealAsync());
        await Engine.SubmitAsync(Probe.Put(3));
        Assert.Equal(1, await chain.SealAsync());
        await AssertSoundAsync();
    }

    [Fact]
    public async Task Heads_are_signed_on_a_schedule_and_at_a_stop_and_exported()
    {
        var file = Path.GetTempFileName();
        var chain = NewChain(new() { HeadsFile = file });
        await Engine.SubmitAsync(Probe.Put(1));
        await SealAllAsync(chain);
        await chain.SignAsync(now: false);
        await Engine.SubmitAsync(Probe.Put(2));
        await SealAllAsync(chain);

        await chain.SignAsync(now: false);
        Assert.Single(await File.ReadAllLinesAsync(file));

        await chain.SignAsync(now: true);
        await chain.SignAsync(now: true);
        var heads = await File.ReadAllLinesAsync(file);
        File.Delete(file);
        var publicKeys = await Keys.ListAsync();
        // The key is kept by a command that is audited itself.
        Assert.Equal([1L, 3L], heads.Select(head => AuditKeys.Read(head, publicKeys)!.Position));
        var verdict = await VerifyAsync(heads);
        Assert.Equal((null, 3L, heads[1]), (verdict.Broken, verdict.SignedPosition, verdict.LastHead));
    }

    [Fact]
    public async Task A_head_that_could_not_be_written_is_written_later_and_in_its_order()
    {
        var folder = Directory.CreateTempSubdirectory("openbanking-heads-").FullName;
        var file = Path.Combine(folder, "missing", "heads");
        var chain = NewChain(new() { HeadsFile = file });
        await Engine.SubmitAsync(Probe.Put(1));
        await SealAllAsync(chain);
        await Assert.ThrowsAnyAsync<IOException>(() => chain.SignAsync(now: true));
        await Engine.SubmitAsync(Probe.Put(2));
        await SealAllAsync(chain);
        await Assert.ThrowsAnyAsync<IOException>(() => chain.SignAsync(now: true));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);

        await chain.SignAsync(now: false);
        await chain.SignAsync(now: true);

        var heads = await File.ReadAllLinesAsync(file);
        Directory.Delete(folder, recursive: true);
        var publicKeys = await Keys.ListAsync();
        Assert.Equal([1L, 3L], heads.Select(head => AuditKeys.Read(head, publicKeys)!.Position));
    }

    [Fact]
    public async Task A_head_that_was_signed_while_the_clock_was_a_day_ahead_keeps_none_from_being_signed()
    {
        Clock.Now += TimeSpan.FromDays(1);
        await Engine.SubmitAsync(Probe.Put(1));
        await SealAllAsync(Chain);
        await Chain.SignAsync(now: false);
        Clock.Now -= TimeSpan.FromDays(1);
        await Engine.SubmitAsync(Probe.Put(2));
        await SealAllAsync(Chain);

        await Chain.SignAsync(now: false);
        Assert.Equal("2", Count("audit_head"));
    }

    /// <summary>A node of the schema before writes what it always wrote.</summary>
    [Fact]
    public async Task A_node_without_the_audit_goes_on_writing_and_its_entries_are_told_of()
    {
        var bank = new SmallBank(Engine, Store, Rows.World);
        bank.Open();
        await SealAllAsync(Chain);

        var verdict = await VerifyAsync();
        Assert.Equal((null, 2L), (verdict.Broken, verdict.Unanswered));

        await bank.TopUpAsync(1, 100_00);
        await SealAllAsync(Chain);
        Assert.NotNull((await VerifyAsync()).Broken);
        var rolledOut = new AuditOptions { CoversFrom = Rows.Noon.AddSeconds(1) };
        Assert.Null((await VerifyAsync(options: rolledOut)).Broken);
        Assert.NotNull(Store.Find(ConsentTables.Agreements, Rows.World, Rows.Agreement.Id));
    }

    /// <summary>Servers of two versions read each other's, while one is rolled out.</summary>
    [Fact]
    public async Task A_record_is_read_without_what_servers_before_did_not_note()
    {
        await DoBusinessAsync();
        foreach (var contents in Contents().ToList())
        {
            var before = BatchContents.Read(
                (contents with { EventsDigest = null, AnswersDigest = null }).Write()
            );

            Assert.Equal((null, null), (before.EventsDigest, before.AnswersDigest));
            Assert.Equal(contents.Entries, before.Entries);
            Assert.Equal(contents.EntriesDigest, before.EntriesDigest);
            Assert.Equal(contents.EventApps.Count == 0 ? 0 : 32, contents.EventsDigest!.Length);
        }
    }

    private IEnumerable<BatchContents> Contents() =>
        Store
            .ListAcrossWorlds(AuditTables.Records, 1_000, $"1 = {1} ORDER BY id")
            .Select(found => BatchContents.Read(found.Row.Records));
}
