using OpenBanking.Server.Storage;

namespace OpenBanking.Tests.Storage.Tables;

/// <summary>Every table of the schema against the database's own idea of it. One database serves them all: each test has
/// worlds of its own there.</summary>
public abstract class TableTests<TDatabase>(OpenDatabase<TDatabase> opened, ITestOutputHelper output)
    : IClassFixture<OpenDatabase<TDatabase>>
    where TDatabase : TestDatabase, new()
{
    private readonly TDatabase database = opened.Database;
    private readonly Store store = opened.Store;
    private readonly IWriteSession session = opened.Session;
    private readonly RandomRows random = new(output);

    public static TheoryData<string> All => [.. Schema.Tables.Select(table => table.Name)];

    public static TheoryData<string> Versioned =>
        [.. Schema.Tables.Where(table => table.Versioned).Select(table => table.Name)];

    /// <summary>Any of whose columns may change alone: the database holds no rule between them.</summary>
    public static TheoryData<string> Loose =>
        [
            .. Schema
                .Tables.Where(table => table.Versioned)
                .Select(table => table.Name)
                .Except(["coupon", "coupon_stock", "payment", "payment_confirmation"]),
        ];

    public static TheoryData<string> Additive =>
        [.. Schema.Tables.Where(table => table.SumColumn is not null).Select(table => table.Name)];

    [Fact]
    public void The_database_has_the_tables_of_the_schema_and_no_others()
    {
        Assert.Equal(Schema.Tables.Select(table => table.Name).Order(), database.Tables.Order());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_database_has_the_columns_of_the_row_and_no_others(string table)
    {
        // Without an order: what a later migration adds stands last in the database.
        Assert.Equal(
            TableCase.Of(table).Columns.OrderBy(column => column.Name, StringComparer.Ordinal),
            database.ColumnsOf(table).OrderBy(column => column.Name, StringComparer.Ordinal)
        );
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_row_is_read_back_as_it_was_written(string table)
    {
        TableCase.Of(table).RoundTrips(store, session, random, Nulls.Some);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_row_without_any_nulls_is_read_back_as_it_was_written(string table)
    {
        TableCase.Of(table).RoundTrips(store, session, random, Nulls.None);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_row_with_all_its_nulls_is_read_back_as_it_was_written(string table)
    {
        TableCase.Of(table).RoundTrips(store, session, random, Nulls.All);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_row_is_never_seen_from_another_world(string table)
    {
        TableCase.Of(table).StaysInItsWorld(store, session, random);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_key_is_taken_once(string table)
    {
        TableCase.Of(table).TakesAKeyOnce(store, session, random, database.IsRefusal);
    }

    [Theory]
    [MemberData(nameof(Versioned))]
    public void A_row_is_updated_from_the_version_that_was_read(string table)
    {
        TableCase.Of(table).IsUpdatedFromTheVersionRead(store, session, random);
    }

    [Theory]
    [MemberData(nameof(Loose))]
    public void A_row_is_updated_in_whatever_columns_changed(string table)
    {
        TableCase.Of(table).IsUpdatedInWhateverColumns(store, session, random);
    }

    [Theory]
    [MemberData(nameof(Versioned))]
    public void A_row_is_not_updated_from_an_older_version(string table)
    {
        TableCase.Of(table).IsNotUpdatedFromAnOlderVersion(store, session, random);
    }

    [Theory]
    [MemberData(nameof(Additive))]
    public void A_sum_is_made_by_the_first_addition_and_takes_the_others(string table)
    {
        TableCase.Of(table).AddsUp(store, session, random);
    }
}
