using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Security;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Applications;

/// <summary>Where customers go on with an application. The address holds a keyed digest, so that nobody finds one by guessing
/// and none is kept; who opens it has proven nothing yet.</summary>
public sealed class ContinuationAddresses(ServerKeys keys, ServerAddress address)
{
    private readonly byte[] key = keys.For("account application continuation");

    public string Of(World world, Id<AccountApplicationRow> id) => address.Issuer + PathOf(world, id);

    /// <summary>The path of the first page; those of the others begin with it.</summary>
    public string PathOf(World world, Id<AccountApplicationRow> id) =>
        $"/bank/{world}/applications/{id}/{DigestOf(world, id)}";

    public bool IsRight(World world, Id<AccountApplicationRow> id, string digest) =>
        Secrets.AreEqual(digest, DigestOf(world, id));

    private string DigestOf(World world, Id<AccountApplicationRow> id) =>
        Base64Url.EncodeToString(
            HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{world}/{id}")).AsSpan(0, 24)
        );
}
