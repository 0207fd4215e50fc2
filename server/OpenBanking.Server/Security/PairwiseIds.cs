using System.Security.Cryptography;
using System.Text;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;

namespace OpenBanking.Server.Security;

/// <summary>
/// Ids as a partner sees them. Ids of customers, accounts and cards are encrypted under a key of the partner
/// (one AES block, so that nothing has to be looked up): two partners never see the same id for one person, and
/// an id of another partner leads nowhere.
/// </summary>
public sealed class PairwiseIds(ServerKeys keys)
{
    private const int MostKeptInGeneration = 10_000;

    private static readonly HashSet<string> pairwisePrefixes =
    [
        CustomerRow.IdPrefix,
        AccountRow.IdPrefix,
        BoundCardRow.IdPrefix,
    ];

    private readonly byte[] master = keys.For("pairwise ids");
    private readonly RecentlyUsed<byte[]> partnerKeys = new(MostKeptInGeneration);

    public string Format<T>(Id<PartnerRow> partner, Id<T> id)
        where T : IIdentified => Format(partner, T.IdPrefix, id.Value);

    public string Format(Id<PartnerRow> partner, string prefix, Guid id) =>
        prefix
        + Crockford.Encode(pairwisePrefixes.Contains(prefix) ? Transform(partner, id, encrypt: true) : id);

    /// <summary>Reads an id that <see cref="Format{T}"/> wrote for this partner. Any other text of the right form
    /// gives an id that nothing has.</summary>
    public bool TryParse<T>(Id<PartnerRow> partner, string? text, out Id<T> id)
        where T : IIdentified
    {
        var known = Id<T>.TryParse(text, out id);
        if (known && pairwisePrefixes.Contains(T.IdPrefix))
        {
            id = new(Transform(partner, id.Value, encrypt: false));
        }

        return known;
    }

    /// <summary>The id of a line of an account's statement.</summary>
    /// <param name="postingId">For the bank's own accounts, where the number alone names no line.</param>
    public string FormatEntry(Id<PartnerRow> partner, Guid accountId, long sequence, Guid? postingId = null)
    {
        var name = Encoding.UTF8.GetBytes(
            postingId is { } posting ? $"{accountId:N}/{sequence}/{posting:N}" : $"{accountId:N}/{sequence}"
        );
        var digest = SHA256.HashData(name);
        return "ent_"
            + Crockford.Encode(Transform(partner, new Guid(digest.AsSpan(0, 16), bigEndian: true), true));
    }

    private Guid Transform(Id<PartnerRow> partner, Guid id, bool encrypt)
    {
        Span<byte> block = stackalloc byte[16];
        id.TryWriteBytes(block, bigEndian: true, out _);
        using var cipher = Aes.Create();
        cipher.Key = KeyOf(partner);
        if (encrypt)
        {
            cipher.EncryptEcb(block, block, PaddingMode.None);
        }
        else
        {
            cipher.DecryptEcb(block, block, PaddingMode.None);
        }

        return new Guid(block, bigEndian: true);
    }

    private byte[] KeyOf(Id<PartnerRow> partner)
    {
        Span<char> name = stackalloc char[32];
        partner.Value.TryFormat(name, out _, "N");
        if (partnerKeys.Find(name) is { } known)
        {
            return known;
        }

        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, master, 16, info: partner.Value.ToByteArray());
        partnerKeys.Keep(name.ToString(), key);
        return key;
    }
}
