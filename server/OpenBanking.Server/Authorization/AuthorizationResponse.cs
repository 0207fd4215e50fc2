using Microsoft.AspNetCore.WebUtilities;
using OpenBanking.Server.Http;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Partners;

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

    /// <summary>Where a customer goes whose app may no longer ask for this: back to it with the reason (RFC 6749 §4.1.2.1), and to a
    /// page of ours where the address is no longer the app's.</summary>
    public static string NotAllowed(AuthorizationRequest request, RegisteredApp app, ServerAddress address) =>
        app.RedirectUris.Contains(request.RedirectUri) && request.WhyNotAllowedTo(app) is { } failure
            ? Write(
                request,
                address,
                ("error", failure.Error),
                ("error_description", OAuthAnswers.Printable(failure.Description))
            )
            : PageRoutes.NotAllowed;

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
