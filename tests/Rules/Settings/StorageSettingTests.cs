using OpenBanking.Server;
using OpenBanking.Server.Storage;

namespace OpenBanking.Tests.Rules.Settings;

/// <summary>Where the books are: not in a file where a database was meant.</summary>
public sealed class StorageSettingTests
{
    private const string Right = "Storage:ConnectionString=Host=db;Database=openbanking;Username=openbanking";

    [Fact]
    public void A_database_without_its_provider_begins_no_books_in_a_file()
    {
        Assert.Contains("Storage:Provider=Postgres", GivenSettings.RefusalOf(Right));
        GivenSettings.Read(Right, "Storage:Provider=Postgres");
        GivenSettings.Read("Storage:ConnectionString=");
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("Host=db;Datbase=openbanking;Password=secret")]
    [InlineData("Host=db;Port=secret")]
    [InlineData("Host=db;SslMode=secret")]
    [InlineData("Host=db;Port=99999;Password=secret")]
    [InlineData("Host=db;Port=0")]
    [InlineData("Database=openbanking;Password=secret")]
    public void A_string_that_leads_nowhere_is_refused_by_the_settings_name(string text)
    {
        var refusal = GivenSettings.RefusalOf(
            "Storage:Provider=Postgres",
            $"Storage:ConnectionString={text}"
        );

        Assert.StartsWith("Storage:ConnectionString", refusal);
        Assert.DoesNotContain("Parameter", refusal);
        Assert.DoesNotContain("secret", refusal);
    }

    /// <summary>The first three were a crash with a stack; text in another encoding was kept as other text.</summary>
    [Theory]
    [InlineData("Multiplexing=true", "the server works without Multiplexing.")]
    [InlineData("Target Session Attributes=standby", "Target Session Attributes")]
    [InlineData("Host=db,other;Multiplexing=true", "Multiplexing")]
    [InlineData("Multiplexing=true;Pooling=false", "Multiplexing")]
    [InlineData("Replication Mode=Logical", "the server works without Replication Mode.")]
    [InlineData("Host=db,other;Replication Mode=Physical", "Replication Mode")]
    [InlineData("Client Encoding=LATIN1", "the server works with no other Client Encoding than UTF8.")]
    [InlineData("Encoding=latin1", "the server works with no other Encoding than UTF8.")]
    [InlineData("Encoding=nonsense", "the server works with no other Encoding than UTF8.")]
    [InlineData("SSL Mode=Prefer;SSL Negotiation=direct", "SSL Negotiation")]
    [InlineData("Minimum Pool Size=50;Maximum Pool Size=10", "'Max Pool Size' 10 under 'Min Pool Size' 50")]
    [InlineData("Maximum Pool Size=0", "a Maximum Pool Size is at least 2.")]
    [InlineData("Maximum Pool Size=1", "a Maximum Pool Size is at least 2.")]
    [InlineData("Connection Idle Lifetime=1", "ConnectionIdleLifetime 00:00:01")]
    [InlineData("Connection Pruning Interval=0", "ConnectionPruningInterval can't be 0.")]
    [InlineData("Read Buffer Size=1", "a Read Buffer Size is at least 4096.")]
    [InlineData("Write Buffer Size=-1", "a Write Buffer Size is at least 4096.")]
    [InlineData(
        "Root Certificate=/nowhere/ca.pem",
        "there is no file /nowhere/ca.pem, which Root Certificate names."
    )]
    [InlineData("SSL Certificate=/nowhere/db.pem", "which SSL Certificate names.")]
    [InlineData("SSL Key=/nowhere/db.key", "which SSL Key names.")]
    [InlineData("Passfile=/nowhere/pass", "which Passfile names.")]
    [InlineData("Host=db:0", "a Port is 1 to 65535.")]
    [InlineData("Host=db:99999", "a Port is 1 to 65535.")]
    [InlineData("Host=db:5432,[::1]:abc", "a Port is 1 to 65535.")]
    [InlineData("Host=http://db", "a Port is 1 to 65535.")]
    [InlineData("Host=db,", "has no Host.")]
    public void What_the_server_cannot_work_with_is_refused_by_the_keywords_name(string text, string why)
    {
        var refusal = GivenSettings.RefusalOf("Storage:Provider=Postgres", $"{Right};Password=secret;{text}");

        Assert.StartsWith("Storage:ConnectionString", refusal);
        Assert.Contains(why, refusal);
        Assert.DoesNotContain("Parameter", refusal);
        Assert.DoesNotContain("secret", refusal);
        Assert.DoesNotContain('\n', refusal);
    }

    [Theory]
    [InlineData("Host=db,other;Target Session Attributes=primary;Load Balance Hosts=true")]
    [InlineData("Host=db:5432,other:5433")]
    [InlineData("Host=[::1]:5432")]
    [InlineData("Host=::1")]
    [InlineData("Host=/run/postgresql")]
    [InlineData("Host=@openbanking")]
    [InlineData("Target Session Attributes=any;Multiplexing=false;Pooling=false;Maximum Pool Size=1")]
    [InlineData("Client Encoding=UTF8;Encoding=utf-8")]
    [InlineData("Client Encoding=utf-8;Enlist=true;No Reset On Close=false;Search Path=books")]
    [InlineData("Max Auto Prepare=0;Command Timeout=0;Keepalive=30;Timeout=60;Options=-c lock_timeout=5s")]
    public void What_the_server_can_work_with_is_taken(string text) =>
        GivenSettings.Read("Storage:Provider=Postgres", $"{Right};{text}");

    /// <summary>Each writer keeps a connection to itself; without another one nothing could be read.</summary>
    [Fact]
    public void The_pool_has_room_for_more_than_the_writers()
    {
        var storage = new StorageOptions
        {
            Provider = StorageProvider.Postgres,
            ConnectionString = "Host=db;Maximum Pool Size=8",
        };

        storage.RequireRoomFor(writers: 7);

        var refusal = Assert.Throws<WrongSettingException>(() => storage.RequireRoomFor(writers: 8));
        Assert.Equal(
            "Storage:ConnectionString: a Maximum Pool Size is more than Engine:Writers, which is 8: each writer keeps a connection.",
            refusal.Message
        );
        (storage with { ConnectionString = "Host=db;Maximum Pool Size=8;Pooling=false" }).RequireRoomFor(
            writers: 8
        );
        new StorageOptions().RequireRoomFor(writers: 64);
    }
}
