using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Cases;

/// <summary>A case with its texts as they can be read.</summary>
/// <param name="Name">What the customer's name is to be.</param>
public sealed record ReadCase(CaseRow Row, string Text, string? Answer, string? Name);

/// <summary>What is read of cases; the customer is part of every condition but the bank's own.</summary>
public sealed class CaseQueries(Store store, Vault vault)
{
    private const int MostShown = 100;

    /// <summary>How many a copy of the customer's data has.</summary>
    private const int MostCopied = 10_000;

    /// <summary>How many the bank's list shows; the oldest come first, and none is left behind.</summary>
    private const int MostListed = 1_000;

    /// <summary>A customer's, the newest first.</summary>
    public ValueTask<IReadOnlyList<ReadCase>> ListAsync(World world, Id<CustomerRow> customer) =>
        ListAsync(world, customer, MostShown);

    /// <summary>A customer's, for a copy of their data.</summary>
    public ValueTask<IReadOnlyList<ReadCase>> ListAllAsync(World world, Id<CustomerRow> customer) =>
        ListAsync(world, customer, MostCopied);

    public async ValueTask<ReadCase?> FindAsync(World world, Id<CustomerRow> customer, Id<CaseRow> id) =>
        await store.FindAsync(CaseTables.Cases, world, id) is { } row && row.CustomerId == customer
            ? Read(row)
            : null;

    /// <summary>Those that wait for the bank's answer, the oldest first.</summary>
    public ValueTask<IReadOnlyList<(World World, CaseRow Row)>> ListWaitingAsync() =>
        // The condition of the index, word for word.
        store.ListAcrossWorldsAsync(CaseTables.Cases, MostListed, $"state <= 2 ORDER BY opened_at");

    /// <summary>The case with this id in whatever world.</summary>
    public async ValueTask<(World World, CaseRow Row)?> FindAsync(string text) =>
        Id<CaseRow>.TryParse(text, out var id)
        && await store.ListAcrossWorldsAsync(CaseTables.Cases, 1, $"id = {id}") is [var found]
            ? found
            : null;

    public ReadCase Read(CaseRow row) =>
        new(
            row,
            vault.OpenText(row.Text, row.Id.Value),
            row.Answer is { } answer ? vault.OpenText(answer, row.Id.Value) : null,
            row.Name is { } name ? vault.OpenText(name, row.Id.Value) : null
        );

    private async ValueTask<IReadOnlyList<ReadCase>> ListAsync(
        World world,
        Id<CustomerRow> customer,
        int most
    ) =>
        [
            .. (
                await store.ListAsync(
                    CaseTables.Cases,
                    world,
                    $"customer_id = {customer} ORDER BY id DESC LIMIT {most}"
                )
            ).Select(Read),
        ];
}
