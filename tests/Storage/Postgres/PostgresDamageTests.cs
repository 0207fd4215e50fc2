using OpenBanking.Tests.Storage.Audit;

namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>A table whose file was damaged on its disk: PostgreSQL tells of it when it comes to the page.</summary>
public sealed class PostgresDamageTests : AuditSuite<EmptyPostgresDatabase>
{
    [Theory]
    [InlineData("verify-books", "entry", "XX001")]
    [InlineData("verify-audit", "audit_record", "XX001")]
    [InlineData("verify-audit", "audit_seal", "XX002")]
    public async Task A_page_that_is_garbled_is_told_with_what_to_do(
        string command,
        string table,
        string state
    )
    {
        await DoBusinessAsync();
        await SealAllAsync(Chain);
        await Chain.SignAsync(now: true);
        Database.Execute(
            $"""
            CREATE FUNCTION read_page() RETURNS boolean VOLATILE LANGUAGE plpgsql AS
            'BEGIN RAISE EXCEPTION ''invalid page in block 0'' USING ERRCODE = ''{state}''; END';
            ALTER TABLE {table} RENAME TO whole;
            CREATE VIEW {table} AS SELECT * FROM whole WHERE read_page()
            """
        );

        var run = await WhileStoppedAsync(async () =>
        {
            var damaged = await ServerProgram.RunAsync([command, .. Database.Settings, MasterKey]);
            Database.Execute($"DROP VIEW {table}; ALTER TABLE whole RENAME TO {table}");
            return damaged;
        });

        Assert.Equal((ServerProgram.Failed, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            $"The database is damaged (PostgreSQL: invalid page in block 0, {state}). Keep a copy of it as it is, and "
                + "restore a backup (docs/operating/server.md).",
            run.Output[^1]
        );
    }
}
