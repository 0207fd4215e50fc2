using System.Security.Cryptography;
using System.Text;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Security;

namespace OpenBanking.Tests.Rules.Security;

public class VaultTests
{
    private static readonly Guid row = Rows.Customer.Id.Value;
    private static readonly Guid otherRow = Rows.Id<CustomerRow>(2).Value;
    private static readonly byte[] secret = "6222000000000000012"u8.ToArray();
    private readonly Vault vault = new(new(new byte[32]));

    [Fact]
    public void What_was_sealed_for_a_row_opens_for_it()
    {
        Assert.Equal(secret, vault.Open(vault.Seal(secret, row), row));
        Assert.Equal("张伟", vault.OpenText(vault.SealText("张伟", row), row));
        Assert.Equal("", vault.OpenText(vault.SealText("", row), row));
        var profile = new CustomerProfile("张伟", "11010519491231002X", "13800138000");
        Assert.Equal(profile, vault.OpenJson<CustomerProfile>(vault.SealJson(profile, row), row));
    }

    [Fact]
    public void It_opens_for_no_other_row() =>
        Assert.ThrowsAny<CryptographicException>(() => vault.Open(vault.Seal(secret, row), otherRow));

    [Fact]
    public void It_opens_with_no_other_key()
    {
        var other = new Vault(new([1, .. new byte[31]]));

        Assert.ThrowsAny<CryptographicException>(() => other.Open(vault.Seal(secret, row), row));
    }

    [Fact]
    public void A_change_of_any_byte_is_found()
    {
        var value = vault.Seal(secret, row);
        for (var i = 0; i < value.Length; i++)
        {
            byte[] changed = [.. value];
            changed[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => vault.Open(changed, row));
        }
    }

    [Fact]
    public void A_cut_or_lengthened_value_does_not_open()
    {
        var value = vault.Seal(secret, row);
        for (var length = 0; length < value.Length; length++)
        {
            Assert.ThrowsAny<CryptographicException>(() => vault.Open(value.AsSpan(0, length), row));
        }

        Assert.ThrowsAny<CryptographicException>(() => vault.Open([.. value, 0], row));
    }

    [Fact]
    public void Equal_values_do_not_look_equal_and_do_not_show()
    {
        var (first, second) = (vault.Seal(secret, row), vault.Seal(secret, row));

        Assert.NotEqual(first, second);
        Assert.Equal(-1, first.AsSpan().IndexOf(secret));
    }

    [Fact]
    public void Equal_values_of_one_kind_have_one_index_and_it_is_keyed()
    {
        var other = new Vault(new([1, .. new byte[31]]));

        Assert.Equal(vault.BlindIndex("mobile", "138"), vault.BlindIndex("mobile", "138"));
        Assert.Distinct([
            vault.BlindIndex("mobile", "138"),
            vault.BlindIndex("mobile", "139"),
            vault.BlindIndex("id number", "138"),
            vault.BlindIndex("mobile\u0000138", ""),
            other.BlindIndex("mobile", "138"),
        ]);
    }

    [Fact]
    public void The_digest_of_a_code_is_tied_to_its_row_and_key()
    {
        var other = new Vault(new([1, .. new byte[31]]));

        Assert.Equal(vault.MacOf("123456", row), vault.MacOf("123456", row));
        Assert.Distinct(
            new[]
            {
                vault.MacOf("123456", row),
                vault.MacOf("123457", row),
                vault.MacOf("123456", otherRow),
                other.MacOf("123456", row),
            }.Select(Convert.ToHexString)
        );
    }

    [Fact]
    public void Each_purpose_has_a_key_of_its_own_and_a_master_key_is_32_bytes()
    {
        var keys = new ServerKeys(new byte[32]);

        Assert.Equal(keys.For("a"), new ServerKeys(new byte[32]).For("a"));
        Assert.NotEqual(keys.For("a"), keys.For("b"));
        Assert.Throws<ArgumentException>(() => new ServerKeys(new byte[31]));
        Assert.Throws<ArgumentException>(() => new ServerKeys(Encoding.ASCII.GetBytes(new string('0', 44))));
    }
}
