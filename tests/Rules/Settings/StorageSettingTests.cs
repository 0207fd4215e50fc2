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
}
