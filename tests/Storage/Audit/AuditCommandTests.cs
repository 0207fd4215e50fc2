using OpenBanking.Server.Accounts;
using OpenBanking.Server.Audit;
using OpenBanking.Tests.Storage.Engine;

namespace OpenBanking.Tests.Storage.Audit;

/// <summary>What operators prove and mend with the server's program, beside a server or instead of it.</summary>
public abstract class AuditCommandTests<TDatabase> : AuditSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private const string Ledger = "of the chain was broken by a change in the ledger";

    [Fact]
    public async Task A_sound_audit_is_said_to_be_so()
    {
        await SealBusinessAsync();

        var run = await RunAsync("verify-audit");

        Assert.Equal((ServerProgram.Ok, ""), (run.ExitCode, run.Error));
        var positions = Count("audit_seal");
        Assert.Equal(
            [
                $"head: {(await VerifyAsync()).LastHead}",
                $"{positions} positions, signed to {positions}; 1 records are not sealed yet; "
                    + "0 entries from before the audit: nothing was changed",
            ],
            run.Output
        );
    }

    [Fact]
    public async Task A_record_that_is_not_sealed_yet_and_was_changed_is_named_and_the_exit_code_says_so()
    {
        await SealBusinessAsync();
        Database.UnguardAudit();
        Database.Execute(
            "UPDATE audit_record SET records = digest WHERE id NOT IN (SELECT record_id FROM audit_seal)"
        );
        var record = Store.ListAcrossWorlds(
            AuditTables.Records,
            1,
            $"id NOT IN (SELECT record_id FROM audit_seal) AND 1 = {1}"
        )[0];

        var run = await RunAsync("verify-audit");

        Assert.Equal((ServerProgram.Failed, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            $"Record {record.Row.Id}, which is not sealed yet, was changed: it is not what was recorded.",
            run.Output[^1]
        );
    }

    [Fact]
    public async Task A_row_that_was_changed_is_named_and_the_exit_code_says_so()
    {
        await SealBusinessAsync();
        Database.UnguardEntries();
        Database.Execute("UPDATE entry SET amount = amount + 1 WHERE kind = 1 AND amount = 1500");

        var run = await RunAsync("verify-audit");

        Assert.Equal((ServerProgram.Failed, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("Position ", run.Output[^1], StringComparison.Ordinal);
        Assert.Contains(Ledger, run.Output[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_end_that_was_cut_off_is_missed_by_the_file_of_heads()
    {
        await SealBusinessAsync();
        var folder = Directory.CreateTempSubdirectory("openbanking-heads-").FullName;
        var file = Path.Combine(folder, "heads");
        await File.WriteAllLinesAsync(file, [(await VerifyAsync()).LastHead!]);
        Database.UnguardAudit();
        Database.Execute(
            """
            DELETE FROM audit_seal WHERE position = (SELECT position FROM audit_chain);
            DELETE FROM audit_head;
            UPDATE audit_chain SET position = position - 1
            """
        );

        var run = await RunAsync("verify-audit", $"--Audit:HeadsFile={file}");

        Directory.Delete(folder, recursive: true);
        Assert.Equal((ServerProgram.Failed, ""), (run.ExitCode, run.Error));
        Assert.StartsWith("Position ", run.Output[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_said_how_many_heads_of_the_file_are_in_the_chain()
    {
        await SealBusinessAsync();
        var head = (await VerifyAsync()).LastHead!;
        var folder = Directory.CreateTempSubdirectory("openbanking-heads-").FullName;
        var file = Path.Combine(folder, "heads");
        await File.WriteAllLinesAsync(file, [head, head]);

        var run = await RunAsync("verify-audit", $"--Audit:HeadsFile={file}");

        Directory.Delete(folder, recursive: true);
        Assert.Equal((ServerProgram.Ok, ""), (run.ExitCode, run.Error));
        Assert.Equal($"heads of {file}: 2, all in the chain", run.Output[^2]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    public async Task A_file_without_heads_proves_nothing(string text)
    {
        await SealBusinessAsync();
        var folder = Directory.CreateTempSubdirectory("openbanking-heads-").FullName;
        var file = Path.Combine(folder, "heads");
        await File.WriteAllTextAsync(file, text);

        var run = await RunAsync("verify-audit", $"--Audit:HeadsFile={file}");

        Directory.Delete(folder, recursive: true);
        Assert.Equal(
            (
                ServerProgram.CannotStart,
                $"Audit:HeadsFile is \"{file}\", and holds no head: name the file that the heads were kept in, or none."
            ),
            (run.ExitCode, run.Error)
        );
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task A_finding_is_listed_and_resolved_once_and_its_account_is_free()
    {
        await SealBusinessAsync();
        Database.Execute("UPDATE account SET available = available + 1 WHERE world = 7");
        await Pass.SweepAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);
        var finding = Assert.Single(await Findings.ListOpenAsync()).Row;
        var listed =
            $"OPEN {finding.Id} in world 7 since {finding.FoundAt:u}: it did not hold that {finding.Rule} "
            + $"({Rows.Account.Id}); the account is frozen";

        Assert.Contains(listed, (await RunAsync("verify-audit")).Output);
        for (var time = 0; time < 2; time++)
        {
            var run = await RunAsync("resolve-finding", $"{finding.Id}");
            Assert.Equal((ServerProgram.Ok, ""), (run.ExitCode, run.Error));
            Assert.Equal([$"resolved: {finding.Id} {finding.Rule}"], run.Output);
        }

        Assert.DoesNotContain(listed, (await RunAsync("verify-audit")).Output);
        Assert.Equal(
            AccountState.Active,
            Store.Find(AccountTables.Accounts, Rows.World, Rows.Account.Id)!.State
        );
    }

    [Theory]
    [InlineData("fnd_nonsense")]
    [InlineData("fnd_00000000000000000000000001")]
    public async Task A_finding_that_is_not_there_cannot_be_resolved(string id)
    {
        await SealBusinessAsync();

        var run = await RunAsync("resolve-finding", id);

        Assert.Equal((ServerProgram.Failed, ""), (run.ExitCode, run.Error));
        Assert.Equal([$"There is no finding {id}."], run.Output);
    }

    [Fact]
    public async Task A_finding_must_be_named()
    {
        var run = await RunAsync("resolve-finding");

        Assert.Equal(ServerProgram.CannotStart, run.ExitCode);
        Assert.Equal("resolve-finding needs the finding's id, fnd_…, as verify-books lists it.", run.Error);
    }

    [Theory]
    [InlineData(
        "acct_00000000000000000000000002",
        "freeze-account",
        "ACCOUNT",
        "acct_00000000000000000000000002"
    )]
    [InlineData("--plan", "freeze-account", "ACCOUNT", "--plan")]
    [InlineData("--Server:MasterKey", "freeze-account", "ACCOUNT", "--Server:MasterKey", "c2VjcmV0")]
    [InlineData("--dry-run", "pay-out", "--dry-run")]
    [InlineData("now", "pay-out", "now")]
    [InlineData("--plan", "settle-campaign", "cmp_00000000000000000000000001", "--plan")]
    [InlineData("--plan", "set-fees", "prt_00000000000000000000000001", "rate=60", "--plan")]
    [InlineData("--all", "cases", "--all")]
    [InlineData("prt_1", "partners", "prt_1")]
    [InlineData("by=Lin", "register-partner", "NAME", "by=Lin")]
    [InlineData("--force", "take-case", "case_1", "by=Lin", "--force")]
    [InlineData("3.1", "openapi", "3.1")]
    public async Task What_no_command_knows_is_not_carried_out(string unknown, params string[] command)
    {
        await DoBusinessAsync();

        var run = await RunAsync([
            .. command.Select(word => word == "ACCOUNT" ? $"{Rows.Account.Id}" : word),
        ]);

        Assert.Equal(
            (
                ServerProgram.CannotStart,
                $"{command[0]} does not know {unknown}. Settings are --Section:Name=VALUE."
            ),
            (run.ExitCode, run.Error)
        );
        Assert.Empty(run.Output);
        Assert.Equal(
            AccountState.Active,
            Store.Find(AccountTables.Accounts, Rows.World, Rows.Account.Id)!.State
        );
    }

    private AuditorPass Pass =>
        new(Store, new AuditVerifier(Store, Keys, new()), Findings, new(), TimeProvider.System, Engine);

    private async Task SealBusinessAsync()
    {
        await DoBusinessAsync();
        await SealAllAsync(Chain);
        await Chain.SignAsync(now: true);
    }

    private Task<ServerRun> RunAsync(params string[] command) =>
        WhileStoppedAsync(() => ServerProgram.RunAsync([.. command, .. Database.Settings, MasterKey]));
}
