using OpenBanking.Server.Http;

namespace OpenBanking.Server.Authorization;

/// <summary>What a token is to be bound to (FAPI 2.0 SP §5.3.2.1 nos. 4 and 5): the key of the DPoP proof, if there is one; or
/// else the certificate of a client that is registered for that. There is no third way, and no token without.</summary>
public sealed class SenderConstraint(DpopProofs proofs)
{
    public async ValueTask<(TokenBinding? Binding, OAuthFailure? Failure)> RequireAsync(
        HttpContext context,
        AuthenticatedClient client
    )
    {
        var (key, failure) = await proofs.CheckOptionalAsync(context.Request);
        if (failure is not null)
        {
            return (null, failure);
        }

        if (key is not null)
        {
            return (TokenBinding.To(key), null);
        }

        if (!client.App.Row.CertificateBoundTokens)
        {
            return (
                null,
                OAuthFailure.InvalidProof("A DPoP proof is required: every token is bound to a key.")
            );
        }

        var presented = PresentedCertificate.Of(context);
        return presented.Certificate is { } certificate
            ? (TokenBinding.To(certificate), null)
            : (
                null,
                OAuthFailure.InvalidRequest(
                    $"Every token is bound: send a DPoP proof, or present a certificate. {presented.Missing}"
                )
            );
    }
}
