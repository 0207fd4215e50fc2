using OpenBanking.Server.Http;

namespace OpenBanking.Server.Authorization;

/// <summary>
/// GET and POST /oauth/userinfo (OpenID Connect Core §5.3). The checks are those of every route that takes a token
/// (<see cref="TokenFilter"/>): no token in the query · one Authorization header · a valid token that still counts · a
/// proof with its key, or its certificate · a customer's token · the scope <c>openid</c>. Says who the customer is to
/// this partner, and nothing else: the bank gives no names.
/// </summary>
public static class UserInfoEndpoint
{
    public static TokenRequirement Requirement { get; } = new(OfCustomer: true, [Scopes.OpenId]);

    public static IResult Handle(Caller caller) =>
        OAuthAnswers.Ok(new UserInfo { Sub = caller.Show(caller.Consent.CustomerId) });
}
