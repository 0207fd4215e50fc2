using System.Security.Cryptography;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;

namespace OpenBanking.Tests.Rules.Security;

public class WrappingKeyTests
{
    /// <summary>Bytes that are no sealed values: digests, public keys, and what holds nothing of a person.</summary>
    private static readonly HashSet<string> unsealed =
    [
        "account_application.deposit_mac",
        "app_logo.content",
        "audit_chain.hash",
        "audit_record.digest",
        "audit_record.records",
        "audit_seal.hash",
        "audit_seal.previous_hash",
        "card_deposit.mac",
        "customer.last_wrong_pin",
        "customer.pin_hash",
        "customer.pin_salt",
        "event.body",
        "journal.events",
        "journal_answers.bodies",
        "one_time_code.last_wrong",
        "one_time_code.mac",
        "passkey.credential_id",
        "passkey.public_key",
        "pin_reset.pin_hash",
        "pin_reset.pin_salt",
    ];

    [Fact]
    public void Every_column_of_bytes_is_rewrapped_or_known_to_be_no_sealed_value() =>
        Assert.Equal(
            SealedColumns.All.Select(column => column.Name).Concat(unsealed).Order(),
            Schema
                .Tables.SelectMany(table =>
                    table
                        .Columns.Where(column => table.KindOf(column) == ColumnKind.Blob)
                        .Select(column => $"{table.Name}.{column}")
                )
                .Order()
        );

    [Fact]
    public void A_value_is_the_same_under_another_key_and_opens_for_its_row_alone()
    {
        var (row, other) = (Guid.NewGuid(), Guid.NewGuid());
        var old = new Vault(new(new byte[32]));
        var value = old.SealText("张伟", row);

        Assert.Null(old.Rewrap(value, row));
        Assert.Equal(1, Vault.VersionOf(value));
        Assert.ThrowsAny<CryptographicException>(() => old.Rewrap([0, 0, 0, 2, .. value.AsSpan(4)], row));
        Assert.ThrowsAny<CryptographicException>(() => old.Open([0, 0, 0, 2, .. value.AsSpan(4)], other));
        Assert.Equal(0, Vault.VersionOf([]));
    }
}
