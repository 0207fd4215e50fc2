namespace OpenBanking.Tests.Storage.Postgres;

/// <summary>What every batch writes in one piece is compressed in little time.</summary>
public sealed class PostgresCompressionTests : IDisposable
{
    private readonly PostgresDatabase database = new();

    [Theory]
    [InlineData("journal", "events")]
    [InlineData("journal_answers", "bodies")]
    [InlineData("audit_record", "records")]
    public void Events_answers_and_records_are_compressed_by_lz4(string table, string column)
    {
        var method = database.Scalar(
            $"SELECT attcompression::text FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attname = '{column}'"
        );

        Assert.Equal("l", method);
    }

    public void Dispose() => database.Dispose();
}
