using Npgsql;
using NpgsqlTypes;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>A statement of a writer that is sent with one batch after the other. To make its parameters costs more than to fill
/// them, so they are made once: the world, an array a column, and perhaps how many rows there are.</summary>
/// <param name="wanted">Which columns its arrays are of; all when null.</param>
internal sealed class PostgresStatement(string text, bool[]? wanted = null)
{
    private readonly NpgsqlParameter<long> world = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
    private NpgsqlParameter<long>? count;

    public NpgsqlBatchCommand Command { get; } = new(text);

    /// <summary>What it is filled with.</summary>
    public PostgresArrays Rows { get; } = new(wanted);

    /// <summary>Begins to be filled anew.</summary>
    public void Clear() => Rows.Clear();

    /// <summary>Ends being filled.</summary>
    /// <param name="rows">How many rows there are, when it asks.</param>
    public void Complete(long ofWorld, long? rows = null)
    {
        if (Command.Parameters.Count == 0)
        {
            Command.Parameters.Add(world);
            Rows.AddTo(Command.Parameters);
            if (rows is not null)
            {
                Command.Parameters.Add(count = new() { NpgsqlDbType = NpgsqlDbType.Bigint });
            }
        }

        world.TypedValue = ofWorld;
        Rows.Renew();
        if (count is not null)
        {
            count.TypedValue = rows!.Value;
        }
    }
}
