using OpenBanking.Server.Http;

namespace OpenBanking.Server.Authorization;

/// <summary>What tokens are for, where a client says so (RFC 8707 §2): this server, by the identifier that is the <c>aud</c> of its
/// access tokens, and no other.</summary>
public static class ResourceIndicators
{
    public const string Parameter = "resource";

    public static OAuthFailure? Check(OAuthForm form, ServerAddress address) =>
        form.Resources.All(resource => resource == address.Issuer)
            ? null
            : new(
                400,
                OAuthErrors.InvalidTarget,
                $"resource must be {address.Issuer}, to the letter: tokens of this server are good for nothing else."
            );
}
