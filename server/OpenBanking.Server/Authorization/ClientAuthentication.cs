using System.Text.Json;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Partners;

namespace OpenBanking.Server.Authorization;

/// <summary>A client that proved who it is.</summary>
/// <param name="Assertion">The name under which its assertion is used up; null when it proved it by certificate: a
/// handshake is fresh by itself.</param>
public sealed record AuthenticatedClient(RegisteredApp App, SingleUseRow? Assertion)
{
    /// <summary>Uses up the assertion, for a request that changes nothing else.</summary>
    public async Task<OAuthFailure?> UseAssertionAsync(Engine.Engine engine, DateTimeOffset now) =>
        Assertion is not null
        && await engine.SubmitAsync(new UseAssertion(App.World, now, Assertion)) is Rejected<Done> rejected
            ? OAuthFailure.From(rejected.Refusal)
            : null;
}

/// <summary>
/// Authenticates clients by private_key_jwt (RFC 7523, FAPI 2.0 SP §5.3.2.1), in this order: there is an assertion, or else
/// a certificate (<see cref="CertificateAuthentication"/>); nothing of another method; the assertion's type; a well-formed
/// JWS; <c>iss</c> = <c>sub</c> = a registered client = <c>client_id</c> if sent; registered for this method; <c>kid</c> and
/// <c>typ</c> strings, if they are there, and <c>typ</c> of assertions; <c>aud</c> our issuer as a string; <c>exp</c>,
/// <c>iat</c>, <c>nbf</c> in their windows; <c>jti</c>; signed by a registered key. The assertion is used up by the command
/// it comes with, or by the refusal of its request, so that it is good once.
/// </summary>
public sealed class ClientAuthentication(
    AppDirectory apps,
    CertificateAuthentication certificates,
    ServerAddress address,
    Engine.Engine engine,
    TimeProvider time
)
{
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private const int LongestAssertionId = 256;
    private const string MediaTypes = "application/";

    public async ValueTask<(AuthenticatedClient? Client, OAuthFailure? Failure)> AuthenticateAsync(
        HttpContext context,
        OAuthForm form
    )
    {
        if (form["client_assertion"] is not { } text)
        {
            return await certificates.AuthenticateAsync(context, form);
        }

        if (OtherMethodOf(context.Request, form) is { } other)
        {
            return (null, other);
        }

        if (form["client_assertion_type"] != AssertionType)
        {
            return Refuse($"client_assertion_type must be {AssertionType}.");
        }

        if (Jws.TryParse(text) is not { } assertion)
        {
            return Refuse($"client_assertion is not {Jws.Expected}.");
        }

        var clientId = assertion.Text("sub");
        if (assertion.Text("iss") != clientId || (form["client_id"] is { } named && named != clientId))
        {
            return Refuse("The assertion's iss and sub, and client_id if sent, must all be the client id.");
        }

        if (await apps.FindAsync(clientId) is not { } app)
        {
            return Refuse("There is no such client here: check the client id and the server's address.");
        }

        if (app.Row.AuthenticationMethod is { } method)
        {
            return Refuse($"The client is registered for {method}, and authenticates with nothing else.");
        }

        if (CheckClaims(assertion) is { } reason)
        {
            return Refuse(reason);
        }

        return IsSigned(assertion, app)
            ? (new(app, UseOf(app, assertion, time.GetUtcNow())), null)
            : Refuse(UnsignedReason(assertion, app));
    }

    /// <summary>Refuses a request of a client that proved who it is. Its assertion is spent by that, too (OpenID Connect Core
    /// §9): whoever comes by it has no use for it. Not where a nonce is asked for: clients send the same request again then,
    /// with another proof and often with the same assertion.</summary>
    public async Task<IResult> RefuseAsync(AuthenticatedClient client, OAuthFailure failure)
    {
        OAuthFailure? used =
            failure.HasSpentAssertion || failure.Error == OAuthErrors.NonceRequired
                ? null
                : await client.UseAssertionAsync(engine, time.GetUtcNow());
        return OAuthAnswers.Failed(used ?? failure);
    }

    /// <summary>RFC 6749 §5.2: a client authenticates in one way.</summary>
    public static OAuthFailure? OtherMethodOf(HttpRequest request, OAuthForm form) =>
        form["client_secret"] is not null ? MoreThanOne("client_secret")
        : request.Headers.Authorization.Any(header =>
            header is not null && (header + " ").StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)
        )
            ? MoreThanOne("the Authorization header")
        : null;

    private static OAuthFailure MoreThanOne(string other) =>
        OAuthFailure.InvalidRequest(
            $"The client authenticates in more than one way: leave out {other}, which is not taken here."
        );

    private string? CheckClaims(Jws assertion)
    {
        var now = time.GetUtcNow();
        var latest = now + AuthorizationServerOptions.ClockSkew;
        return assertion.Misread is { } member ? $"The assertion's {member} must be a string."
            : !IsOfAssertions(assertion)
                ? "The assertion's typ must be client-authentication+jwt or JWT, or be left out."
            : !IsOurIssuer(assertion)
                ? $"The assertion's aud must be the string {address.Issuer}, not an array and not an endpoint."
            : assertion.Unreadable("exp", "iat", "nbf") is { } claim
                ? $"The assertion's {claim} {Jws.InstantExpected}"
            : assertion.Instant("exp") is not { } expiresAt ? "The assertion needs an exp."
            : expiresAt <= now
                ? $"The assertion expired {(now - expiresAt).TotalSeconds:0} s ago: check your clock against the Date header."
            : expiresAt > latest + AuthorizationServerOptions.AssertionLifetime
                ? "The assertion's exp is too far ahead: a minute is enough."
            : IsAhead(assertion, "iat", latest) || IsAhead(assertion, "nbf", latest)
                ? "The assertion is from the future: check your clock against the Date header."
            : assertion.Text("jti") is not { Length: > 0 and <= LongestAssertionId } ? WrongId(assertion)
            : null;
    }

    private static string WrongId(Jws assertion) =>
        assertion.Payload.TryGetProperty("jti", out _)
            ? $"The assertion's jti must be a string of 1 to {LongestAssertionId} characters."
            : "The assertion needs a jti.";

    private bool IsOurIssuer(Jws assertion) =>
        assertion.Payload.TryGetProperty("aud", out var audience)
        && audience.ValueKind == JsonValueKind.String
        && assertion.Text("aud") == address.Issuer;

    /// <summary>RFC 8725 §3.11: whatever says that it is something else is no assertion.</summary>
    private static bool IsOfAssertions(Jws assertion)
    {
        if (!assertion.Header.TryGetProperty("typ", out _))
        {
            return true;
        }

        var type = assertion.Type.AsSpan();
        type = type.StartsWith(MediaTypes, StringComparison.OrdinalIgnoreCase)
            ? type[MediaTypes.Length..]
            : type;
        return type.Equals("JWT", StringComparison.OrdinalIgnoreCase)
            || type.Equals("client-authentication+jwt", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Absent is fine.</summary>
    private static bool IsAhead(Jws assertion, string claim, DateTimeOffset latest) =>
        assertion.Instant(claim) > latest;

    private static bool IsSigned(Jws assertion, RegisteredApp app) =>
        app
            .Keys.Where(key => assertion.KeyId is null || key.KeyId is null || key.KeyId == assertion.KeyId)
            .Any(assertion.IsSignedBy);

    private static string UnsignedReason(Jws assertion, RegisteredApp app) =>
        assertion.Algorithm is not (PublicKey.Es256 or PublicKey.Ps256)
            ? "The assertion's alg must be ES256 or PS256."
        : assertion.Untaken is { } member ? $"The assertion's header must not hold {member}."
        : $"The assertion is not signed by a registered key; {WhatIsRegistered(app.Keys)}.";

    private static string WhatIsRegistered(IReadOnlyList<PublicKey> keys)
    {
        string[] named = [.. keys.Select(key => key.KeyId).OfType<string>().Select(id => $"kid {id}")];
        return named is []
            ? "the registered keys have no kid"
            : $"registered are {string.Join(", ", named)}"
                + (named.Length < keys.Count ? ", and a key without kid" : "");
    }

    /// <summary>Remembered up to a second longer than it is good: thousands expire with the same second. By the part of a
    /// second in which they came, those that come together stand together in the index of what expires.</summary>
    private static SingleUseRow UseOf(RegisteredApp app, Jws assertion, DateTimeOffset now) =>
        new()
        {
            Kind = SingleUseKind.ClientAssertion,
            Hash = Secrets.HashOf($"{app.Row.Id}\0{assertion.Text("jti")}"),
            ExpiresAt =
                assertion.Instant("exp")!.Value
                + AuthorizationServerOptions.ClockSkew
                + TimeSpan.FromTicks(now.Ticks % TimeSpan.TicksPerSecond),
        };

    private static (AuthenticatedClient?, OAuthFailure?) Refuse(string description) =>
        (null, OAuthFailure.InvalidClient(description));
}
