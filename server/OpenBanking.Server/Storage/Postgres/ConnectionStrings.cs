using System.Net;
using Npgsql;

namespace OpenBanking.Server.Storage.Postgres;

/// <summary>Which of Npgsql's connection strings the server can work with: told before anything is connected to.</summary>
internal static class ConnectionStrings
{
    /// <summary>A snapshot keeps a connection, and another one reads beside it.</summary>
    private const int FewestConnections = 2;

    /// <summary>Bytes; Npgsql takes no less.</summary>
    private const int SmallestBuffer = 4096;

    /// <summary>What text goes to the database in: every name fits in it.</summary>
    public const string Encoding = "UTF8";

    /// <summary>What Npgsql says of it names the part that is wrong, and no value: one of them is the password.</summary>
    /// <exception cref="WrongSettingException">No database can be reached by the string, or the server cannot work as it
    /// says.</exception>
    public static void Check(string? text)
    {
        try
        {
            var database = new NpgsqlConnectionStringBuilder(text);
            if (text is null)
            {
                return;
            }

            CheckHosts(database);
            CheckUse(database);
            CheckFiles(database);
            // Which of them go together, nobody knows but Npgsql. It connects to nothing before it is asked for a connection.
            using var connections = new NpgsqlDataSourceBuilder(text).Build();
        }
        catch (ArgumentException failure) when (failure.ParamName is { } part)
        {
            throw Wrong($": there is no {part}, or it cannot have this value.");
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            throw Wrong($" cannot be used: {failure.Message}");
        }
    }

    /// <exception cref="WrongSettingException">With that many writers no connection would be left.</exception>
    public static void RequireRoomFor(int writers, string? text)
    {
        var database = new NpgsqlConnectionStringBuilder(text);
        if (database.Pooling && database.MaxPoolSize <= writers)
        {
            throw Wrong(
                $": a Maximum Pool Size is more than Engine:Writers, which is {writers}: each writer keeps a connection."
            );
        }
    }

    private static void CheckHosts(NpgsqlConnectionStringBuilder database)
    {
        string[] hosts = database.Host?.Split(',') ?? [""];
        if (Array.Exists(hosts, string.IsNullOrWhiteSpace))
        {
            throw Wrong(" has no Host.");
        }

        if (database.Port > IPEndPoint.MaxPort || !Array.TrueForAll(hosts, HasPort))
        {
            throw Wrong($": a Port is 1 to {IPEndPoint.MaxPort}.");
        }
    }

    /// <summary>Whether the port behind a host is one, where there is any: not in the folder of a Unix socket, nor in an address of
    /// IPv6 without brackets.</summary>
    private static bool HasPort(string host)
    {
        var (colon, bracket) = (host.LastIndexOf(':'), host.LastIndexOf(']'));
        return PostgresStore.IsLocal(host)
            || colon < 0
            || colon < bracket
            || (bracket < 0 && host.IndexOf(':', StringComparison.Ordinal) < colon)
            || int.TryParse(host.AsSpan(colon + 1), out var port) && port is > 0 and <= IPEndPoint.MaxPort;
    }

    private static void CheckUse(NpgsqlConnectionStringBuilder database)
    {
        // The writers wait for an answer each on a thread of its own.
        if (database.Multiplexing)
        {
            throw Wrong(": the server works without Multiplexing.");
        }

        if (database["Replication Mode"].ToString() != "Off")
        {
            throw Wrong(": the server works without Replication Mode.");
        }

        RequireUtf8("Encoding", database.Encoding);
        RequireUtf8("Client Encoding", database.ClientEncoding);
        RequireLeast("Read Buffer Size", database.ReadBufferSize, SmallestBuffer);
        RequireLeast("Write Buffer Size", database.WriteBufferSize, SmallestBuffer);
        if (database.Pooling)
        {
            RequireLeast("Maximum Pool Size", database.MaxPoolSize, FewestConnections);
        }
    }

    /// <summary>Files are read when a connection is made, and some of them not by every connection.</summary>
    private static void CheckFiles(NpgsqlConnectionStringBuilder database)
    {
        (string Keyword, string? File)[] files =
        [
            ("Root Certificate", database.RootCertificate),
            ("SSL Certificate", database.SslCertificate),
            ("SSL Key", database.SslKey),
            ("Passfile", database.Passfile),
        ];
        foreach (var (keyword, file) in files)
        {
            if (!string.IsNullOrEmpty(file) && !File.Exists(file))
            {
                throw Wrong($": there is no file {file}, which {keyword} names.");
            }
        }
    }

    private static void RequireUtf8(string keyword, string? encoding)
    {
        if (
            encoding is not null
            && !encoding
                .Replace("-", "", StringComparison.Ordinal)
                .Equals(Encoding, StringComparison.OrdinalIgnoreCase)
        )
        {
            throw Wrong($": the server works with no other {keyword} than {Encoding}.");
        }
    }

    private static void RequireLeast(string keyword, int value, int least)
    {
        if (value < least)
        {
            throw Wrong($": a {keyword} is at least {least}.");
        }
    }

    private static WrongSettingException Wrong(string how) => new($"Storage:ConnectionString{how}");
}
