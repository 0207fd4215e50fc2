using Microsoft.AspNetCore.WebUtilities;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Authorization;

/// <summary>Where a customer goes back to: always with <c>iss</c> (RFC 9207), and with the <c>state</c> of the pushed
/// request, never with one from an address.</summary>
public static class AuthorizationResponse
{
    public static string Granted(AuthorizationRequest request, ServerAddress address, string code) =>
        Write(request, address, ("code", code));

    public static string Denied(AuthorizationRequest request, ServerAddress address) =>
        Write(
            request,
            address,
            ("error", "access_denied"),
            ("error_description", "The customer went back without agreeing.")
        );

    private static string Write(
        AuthorizationRequest request,
        ServerAddress address,
        params (string Name, string Value)[] parameters
    )
    {
        var query = parameters.ToDictionary(
            parameter => parameter.Name,
            parameter => (string?)parameter.Value
        );
        query["state"] = request.State;
        query["iss"] = address.Issuer;
        return QueryHelpers.AddQueryString(
            request.RedirectUri,
            query.Where(parameter => parameter.Value is not null)
        );
    }
}
