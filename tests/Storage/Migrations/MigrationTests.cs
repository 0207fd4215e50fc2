using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests.Storage.Migrations;

/// <summary>How the schema is brought up to date.</summary>
public abstract class MigrationTests<TDatabase> : IDisposable
    where TDatabase : TestDatabase, new()
{
    private readonly TDatabase database = new();

    [Fact]
    public void The_first_start_makes_the_schema_and_notes_when()
    {
        Start(Rows.Noon);

        Assert.Equal("1", database.Scalar("SELECT MIN(number) FROM schema_migration"));
        Assert.Equal(
            database.Scalar("SELECT COUNT(*) FROM schema_migration"),
            database.Scalar(
                $"SELECT COUNT(*) FROM schema_migration WHERE applied_at = {database.Literal(Rows.Noon)}"
            )
        );
    }

    [Fact]
    public void The_second_start_applies_nothing()
    {
        using (var store = database.Open(new StoppedClock(Rows.Noon)))
        {
            using var session = store.OpenWriteSession();
            session.Insert(World.Live, PartnerTables.Apps, Rows.App);
        }

        var before = Applied();
        using var again = database.Open(new StoppedClock(Rows.Noon.AddDays(1)));

        Assert.Equal(before, Applied());
        Assert.Equal(Rows.App, again.Find(PartnerTables.Apps, World.Live, Rows.App.Id));
    }

    [Fact]
    public void A_migration_that_was_changed_after_it_ran_stops_the_start()
    {
        Start(Rows.Noon);
        database.Execute("UPDATE schema_migration SET checksum = 'other' WHERE number = 1");

        var refusal = Assert.Throws<InvalidOperationException>(() => database.Open());

        Assert.Contains("0001_spine.sql was changed", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        database.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Start(DateTimeOffset now) => database.Open(new StoppedClock(now)).Dispose();

    private string? Applied() =>
        database.Scalar(
            "SELECT COUNT(*) || '/' || MAX(applied_at) || '/' || MAX(checksum) FROM schema_migration"
        );
}
