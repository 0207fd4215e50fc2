using System.Security.Cryptography;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Security;

/// <summary>Whether the master key is that of the store. Under another one nothing opens, nobody is found, and what is sealed would
/// open for no other server.</summary>
internal static class MasterKeyFit
{
    public const string Refusal =
        "The master key is not that of this store: what is sealed there does not open. "
        + "Set Server:MasterKey, or a sandbox's master.key, to the one that the store was begun with.";

    /// <summary>One that opens is enough: single values may be damaged.</summary>
    private const int Tried = 10;

    /// <summary>The tables of a few rows first, since they have values from the first start on.</summary>
    private static readonly IReadOnlyList<SealedColumn> columns =
    [
        .. SealedColumns.All.OrderBy(column => column.IsPaged),
    ];

    /// <summary>Called before anything is sealed.</summary>
    /// <exception cref="WrongSettingException">The store was begun with another master key, or rewrapped with another wrapping
    /// key.</exception>
    public static async Task RequireAsync(Store store, Vault vault)
    {
        var (opened, foreign) = await TryAsync(store, vault);
        // Whether what a newer wrapping key has wrapped opens does not hang on the master key: it is a secret of its own.
        var ofMaster = foreign.Remove(WrappingKeys.First);
        if (opened.Count == 0 && ofMaster)
        {
            throw new WrongSettingException(Refusal);
        }

        if (foreign.Count > 0)
        {
            throw new WrongSettingException(RefusalOf(foreign.Max()));
        }

        if (
            opened.Count > 0
            && !opened.Contains(WrappingKeys.First)
            && !(await FitsIndexesAsync(store, vault) ?? !ofMaster)
        )
        {
            throw new WrongSettingException(Refusal);
        }
    }

    /// <summary>The wrapping keys of which a value opened, and those of which none did, as far as it takes to know.</summary>
    private static async Task<(HashSet<int> Opened, HashSet<int> Foreign)> TryAsync(Store store, Vault vault)
    {
        var (opened, unopened) = (new HashSet<int>(), new HashSet<int>());
        foreach (var column in columns)
        {
            foreach (var value in await ListAsync(store, column))
            {
                var version = Vault.VersionOf(value.Value);
                if (!opened.Contains(version))
                {
                    (Opens(vault, value.Value, column.RowId(value.Other)) ? opened : unopened).Add(version);
                }
            }

            if (vault.InUse.All(opened.Contains))
            {
                break;
            }
        }

        unopened.ExceptWith(opened);
        return (opened, unopened);
    }

    private static string RefusalOf(int version) =>
        $"Server:WrappingKeys:{version} is not that of this store: what is sealed there with it does not open. "
        + "Set it to the one that the values were wrapped with.";

    /// <summary>Whether a master key has sealed anything here.</summary>
    public static async Task<bool> HasSealedAsync(Store store)
    {
        foreach (var column in columns)
        {
            if ((await ListAsync(store, column)).Count > 0)
            {
                return true;
            }
        }

        return false;
    }

    private static async ValueTask<IReadOnlyList<ColumnValue>> ListAsync(Store store, SealedColumn column)
    {
        var values = column.IsPaged
            ? await ColumnValues.ListAfterAsync(
                store,
                column.Table,
                column.Column,
                column.TiedTo,
                World.Live,
                Guid.Empty,
                Math.Min(Tried, column.PartSize)
            )
            : await ColumnValues.ListAsync(store, column.Table, column.Column, column.TiedTo);
        return [.. values.Where(value => Vault.VersionOf(value.Value) > 0)];
    }

    /// <summary>Whether customers are found by their ID numbers; null when none can be compared.</summary>
    private static async Task<bool?> FitsIndexesAsync(Store store, Vault vault)
    {
        var compared = false;
        foreach (
            var (world, identity) in await store.ListAcrossWorldsAsync(
                CustomerTables.Identities,
                Tried,
                $"ended_at IS NULL"
            )
        )
        {
            if (
                await store.FindAsync(CustomerTables.Customers, world, identity.CustomerId)
                    is { ErasedAt: null } customer
                && Opens(vault, customer.Profile, customer.Id.Value)
            )
            {
                var profile = vault.OpenJson<CustomerProfile>(customer.Profile, customer.Id.Value);
                if (vault.BlindIndex("id number", profile.IdNumber) == identity.IdNumberIndex)
                {
                    return true;
                }

                compared = true;
            }
        }

        return compared ? false : null;
    }

    private static bool Opens(Vault vault, byte[] value, Guid rowId)
    {
        try
        {
            CryptographicOperations.ZeroMemory(vault.Open(value, rowId));
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
