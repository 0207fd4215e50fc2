using System.Security.Cryptography.X509Certificates;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>What stands behind an access token that counts.</summary>
/// <param name="Consent">The consent of a customer's token, as far as the token goes; null for a token of the app
/// itself.</param>
/// <param name="Now">The business time of the app's world.</param>
public sealed record LiveToken(RegisteredApp App, ConsentRow? Consent, DateTimeOffset Now);

/// <summary>
/// Whether an access token, valid by itself, still counts. Checks, in order: its app is registered; a certificate it is
/// bound to is one the app may still have (<see cref="CertificateAuthentication.WhyNotBound"/>); for a customer's token
/// the consent is of this app, has not ended, and is of the token's epoch; the token itself was not taken back.
/// The consent is read anew for every request and never remembered, so that what ends a token on one node ends it on
/// all. The list of tokens taken back is looked at only while it holds one of the same consent or app.
/// </summary>
public sealed class LiveTokens(
    AppDirectory apps,
    CertificateAuthentication certificates,
    WorldClocks clocks,
    Store store
)
{
    /// <summary>What stands behind the token, or why it no longer counts.</summary>
    /// <param name="certificate">The one presented with the token; null where none is, or only its digest is known.</param>
    public async ValueTask<(LiveToken? Live, string? Reason)> FindAsync(
        AccessToken token,
        X509Certificate2? certificate
    )
    {
        if (await apps.FindAsync(token.ClientId) is not { } app)
        {
            return (null, "The app is not registered any more.");
        }

        if (certificates.WhyNotBound(app.Row, token.Binding, certificate) is { } reason)
        {
            return (null, reason);
        }

        var now = await clocks.NowAsync(app.World);
        if (token.ConsentId is not { } consentId)
        {
            return await IsRevokedAsync(app.World, token, app.Row.RevocationsUntil)
                ? (null, TakenBack)
                : (new(app, Consent: null, now), null);
        }

        var consent = await store.FindAsync(ConsentTables.Consents, app.World, consentId);
        return consent is null || consent.AppId != app.Row.Id || !ConsentRules.IsActive(consent, now)
                ? (null, "The customer's consent has ended: ask the customer again.")
            : token.Epoch != consent.Epoch || await IsRevokedAsync(app.World, token, consent.RevocationsUntil)
                ? (null, TakenBack)
            : (new(app, AsFarAs(token, consent), now), null);
    }

    /// <summary>The consent as far as the token goes: whoever asks the consent asks the token.</summary>
    private static ConsentRow AsFarAs(AccessToken token, ConsentRow consent) =>
        token.Details is null
            ? consent
            : consent with
            {
                Details = AuthorizationDetails.Write([.. token.Details]),
            };

    private const string TakenBack = "The token was taken back.";

    private async ValueTask<bool> IsRevokedAsync(World world, AccessToken token, DateTimeOffset? until) =>
        clocks.RealNow < until
        && await store.FindAsync(
            AuthorizationTables.SingleUse,
            world,
            SingleUse.KeyOf(RevocationRules.RevokedOf(token))
        )
            is not null;
}
