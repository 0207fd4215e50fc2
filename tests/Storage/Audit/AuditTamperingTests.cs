using OpenBanking.Tests.Storage.Ledger;

namespace OpenBanking.Tests.Storage.Audit;

/// <summary>Whatever is done to what was sealed is noticed, and the first place of it named.</summary>
public abstract class AuditTamperingTests<TDatabase> : AuditSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const string ThirdRecord = "id = (SELECT record_id FROM audit_seal WHERE position = 3)";

    private const string Unsealed = " world = 7 AND id NOT IN (SELECT record_id FROM audit_seal)";

    private const string LastPayment = Unsealed + " AND entries > 0";

    private const string LinesOfLastPayment =
        " world = 7 AND posting_id IN (SELECT posting_id FROM entry WHERE amount = 3300)";

    private const string Ledger = "of the chain was broken by a change in the ledger";

    private const string Events = "of the chain has left events in";

    // Changed.
    [InlineData(
        "UPDATE audit_record SET records = digest WHERE " + ThirdRecord,
        "Position 3 of the chain was changed"
    )]
    [InlineData(
        "UPDATE audit_record SET digest = records WHERE " + ThirdRecord,
        "Position 3 of the chain was changed"
    )]
    [InlineData(
        "UPDATE audit_record SET entries = 99 WHERE " + ThirdRecord,
        "Position 3 of the chain was changed"
    )]
    [InlineData(
        "UPDATE audit_record SET world = 8 WHERE " + ThirdRecord,
        "Position 3 of the chain has lost its record"
    )]
    [InlineData(
        "UPDATE audit_seal SET hash = previous_hash WHERE position = 3",
        "Position 3 of the chain was changed"
    )]
    [InlineData(
        "UPDATE audit_chain SET hash = (SELECT hash FROM audit_seal WHERE position = 1)",
        "Position 7 of the chain is not what"
    )]
    [InlineData(
        "UPDATE audit_head SET signature = 'a.b.c'",
        "A head that is stored was not signed by this server"
    )]
    // Taken away.
    [InlineData(
        "DELETE FROM audit_record WHERE " + ThirdRecord,
        "Position 3 of the chain has lost its record"
    )]
    [InlineData("DELETE FROM audit_seal WHERE position = 3", "Position 3 of the chain is missing")]
    [InlineData("DELETE FROM audit_seal WHERE position = 7", "Position 7 of the chain is missing")]
    [InlineData("DELETE FROM audit_seal WHERE position = 1", "Position 1 of the chain is missing")]
    // Added.
    [InlineData(
        "INSERT INTO audit_record SELECT 8, id, created_at, entries, records, digest FROM audit_record WHERE "
            + ThirdRecord,
        "1 records were added beside the chain"
    )]
    [InlineData(
        """
            INSERT INTO audit_seal SELECT world, 8, 8, record_id, hash, hash, sealed_at FROM audit_seal WHERE position = 7
            """,
        "1 positions were added after the end of the chain"
    )]
    // Moved.
    [InlineData(
        """
            UPDATE audit_seal SET position = 99 WHERE position = 3;
            UPDATE audit_seal SET position = 3 WHERE position = 4;
            UPDATE audit_seal SET position = 4 WHERE position = 99
            """,
        "Position 3 of the chain does not follow"
    )]
    // The ledger.
    [InlineData("UPDATE entry SET amount = amount + 1 WHERE kind = 1 AND amount = 1500", Ledger)]
    [InlineData("UPDATE entry SET app_id = NULL WHERE kind = 1 AND amount = 1500", Ledger)]
    [InlineData("DELETE FROM entry WHERE kind = 1 AND amount = 1500", Ledger)]
    [InlineData(
        """
            INSERT INTO entry SELECT world, account_id, sequence + 1000, posting_id, kind, app_id, amount, currency,
            balance_after, business_date, created_at FROM entry WHERE kind = 1 AND amount = 1500
            """,
        "1 entries were added to the ledger"
    )]
    // What was left for those who are told.
    [InlineData(
        "UPDATE journal SET events = (SELECT digest FROM audit_record LIMIT 1) WHERE world = 7",
        Events
    )]
    [Theory]
    public async Task What_was_done_is_found(string sql, string broken)
    {
        await SealBusinessAsync();
        await AssertSoundAsync();
        Unguard();

        Database.Execute(sql);

        Assert.Contains(broken, (await VerifyAsync()).Broken ?? "nothing", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_that_are_not_those_that_were_given_are_found()
    {
        await SubmitAsync(OpenBanking.Tests.Storage.Engine.Probe.Put(1), "key");
        await SealAllAsync(Chain);
        await AssertSoundAsync();

        Database.Execute("UPDATE journal_answers SET bodies = (SELECT digest FROM audit_record LIMIT 1)");

        Assert.Matches(
            "^Position 1 of the chain has left answers in jrn_[^ ]+ that are not what was written\\.$",
            (await VerifyAsync()).Broken ?? "nothing"
        );
    }

    [Fact]
    public async Task A_record_that_is_gone_before_it_was_sealed_is_missed()
    {
        await DoBusinessAsync();
        Unguard();

        Database.Execute("DELETE FROM audit_record");

        Assert.EndsWith(
            "were taken away before they were sealed.",
            (await VerifyAsync()).Broken!,
            StringComparison.Ordinal
        );
    }

    [InlineData("UPDATE audit_record SET records = digest WHERE " + LastPayment, "is not what was recorded")]
    [InlineData("UPDATE audit_record SET entries = 0 WHERE " + LastPayment, "is not what was recorded")]
    [InlineData("UPDATE audit_record SET digest = records WHERE " + LastPayment, "is not what was recorded")]
    [InlineData(
        "UPDATE entry SET amount = amount * 2 WHERE " + LinesOfLastPayment,
        "are not what was posted"
    )]
    [InlineData("DELETE FROM entry WHERE " + LinesOfLastPayment, "are not what was posted")]
    [InlineData(
        "UPDATE journal SET events = (SELECT digest FROM audit_record LIMIT 1) WHERE" + Unsealed,
        "has left events that are not what was written"
    )]
    [InlineData(
        "DELETE FROM audit_record WHERE "
            + Unsealed
            + " AND entries = 0; DELETE FROM audit_unsealed WHERE id NOT IN (SELECT id FROM audit_record)",
        "1 batches have left events or answers and no record"
    )]
    [Theory]
    public async Task What_was_done_to_what_is_not_sealed_yet_is_found(string sql, string broken)
    {
        var bank = await SealBusinessAsync();
        await bank.PayAsync(3, 33_00);
        await bank.IssueAsync(2);
        var sound = await VerifyAsync();
        // The two, and the one of the key of the heads.
        Assert.Equal((null, 7L, 3L), (sound.Broken, sound.Positions, sound.Unsealed));
        Unguard();

        Database.Execute(sql);

        Assert.Contains(broken, (await VerifyAsync()).Broken ?? "nothing", StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_end_that_was_cut_off_is_missed_by_the_heads_that_were_exported()
    {
        await SealBusinessAsync();
        var head = (await VerifyAsync()).LastHead!;
        Unguard();

        CutOffAfterThree();

        Assert.Null((await VerifyAsync(options: new() { CoversFrom = Rows.Noon.AddDays(1) })).Broken);
        Assert.StartsWith(
            "Position 4 of the chain is missing: a head that is exported",
            (await VerifyAsync([head])).Broken!,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task An_end_that_was_written_anew_is_not_the_one_that_was_signed()
    {
        await SealBusinessAsync();
        var head = (await VerifyAsync()).LastHead!;
        Unguard();
        CutOffAfterThree();
        for (var i = 100; i < 104; i++)
        {
            await Engine.SubmitAsync(OpenBanking.Tests.Storage.Engine.Probe.Put(i));
        }

        Clock.Now += Server.Audit.AuditChain.Lease;
        await SealAllAsync(Chain);

        Assert.StartsWith(
            "Position 7 of the chain was changed",
            (await VerifyAsync([head])).Broken!,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_audit_cannot_be_changed_by_mistake()
    {
        await SealBusinessAsync();

        foreach (
            var sql in (string[])
                [
                    "UPDATE audit_record SET entries = 1",
                    "DELETE FROM audit_record",
                    "UPDATE audit_seal SET sealed_at = sealed_at",
                    "DELETE FROM audit_seal",
                    "DELETE FROM audit_head",
                ]
        )
        {
            Assert.ThrowsAny<Exception>(() => Database.Execute(sql));
        }

        await AssertSoundAsync();
    }

    /// <summary>Seven batches, sealed and signed. The key of the heads is kept before them.</summary>
    private async Task<SmallBank> SealBusinessAsync()
    {
        var chain = NewChain();
        var bank = await DoBusinessAsync();
        await SealAllAsync(chain);
        await chain.SignAsync(now: true);
        return bank;
    }

    private void CutOffAfterThree() =>
        Database.Execute(
            """
            DELETE FROM audit_record WHERE id NOT IN (SELECT record_id FROM audit_seal WHERE position <= 3);
            DELETE FROM audit_seal WHERE position > 3;
            DELETE FROM audit_head;
            DELETE FROM audit_unsealed;
            UPDATE audit_chain SET position = 3, hash = (SELECT hash FROM audit_seal WHERE position = 3)
            """
        );

    private void Unguard()
    {
        Database.UnguardEntries();
        Database.UnguardAudit();
    }
}
