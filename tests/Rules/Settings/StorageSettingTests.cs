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
}
