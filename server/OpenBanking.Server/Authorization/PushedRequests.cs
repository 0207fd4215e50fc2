using System.Text.Json;
using System.Text.Json.Serialization;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Authorization;

/// <summary>An authorization request, checked and kept.</summary>
/// <param name="Details">The authorization details, as JSON.</param>
/// <param name="KeyThumbprint">The key the code will be bound to (RFC 9449 §10), if the client named one.</param>
public sealed record AuthorizationRequest(
    string RedirectUri,
    string Scope,
    string? State,
    string? Nonce,
    string CodeChallenge,
    string Details,
    string? KeyThumbprint,
    string? UiLocales
)
{
    public static AuthorizationRequest Read(string stored) =>
        JsonSerializer.Deserialize(stored, StoredJson.Default.AuthorizationRequest)!;

    public string Write() => JsonSerializer.Serialize(this, StoredJson.Default.AuthorizationRequest);

    /// <summary>Whether the client may still ask for this: its registration may have changed since.</summary>
    public bool IsAllowedTo(RegisteredApp app) =>
        app.RedirectUris.Contains(RedirectUri) && WhyNotAllowedTo(app) is null;

    /// <summary>What the client is no longer registered for, beside the address; null when it is for all of it.</summary>
    public OAuthFailure? WhyNotAllowedTo(RegisteredApp app) =>
        !app.GrantTypes.Contains(Grants.AuthorizationCode)
            ? new(
                400,
                OAuthErrors.UnauthorizedClient,
                $"The app is no longer registered for the grant {Grants.AuthorizationCode}."
            )
        : ScopeText.Read(Scope).FirstOrDefault(scope => !app.Scopes.Contains(scope)) is { } scope
            ? new(400, OAuthErrors.InvalidScope, $"The app is no longer registered for the scope {scope}.")
        : AuthorizationDetails
            .Read(Details)
            .Select(AuthorizationDetails.TypeOf)
            .FirstOrDefault(type => !app.DetailsTypes.Contains(type))
            is { } type
            ? AuthorizationDetails.Refuse($"The app is no longer registered for {type}.")
        : null;
}

/// <summary>How requests are kept, written without reflection.</summary>
[JsonSerializable(typeof(AuthorizationRequest))]
internal sealed partial class StoredJson : JsonSerializerContext;

/// <summary>Keeps an authorization request, and uses up the assertion it came with, if it came with one.</summary>
public sealed record PushRequest(
    World World,
    DateTimeOffset Now,
    SingleUseRow? Assertion,
    PushedRequestRow Request
) : Command<PushedRequestRow>(World, Now)
{
    public override Actor Actor => Actor.App(Request.AppId);

    public override void Keys(IKeySet keys) => SingleUse.Want(keys, Assertion);

    public override Decision<PushedRequestRow> Decide(Book book) =>
        SingleUse.Use(book, Assertion) is { } refusal
            ? refusal
            : Decision.Accept(book.Insert(AuthorizationTables.PushedRequests, Request));
}

/// <summary>What may be used only once.</summary>
public static class SingleUse
{
    public static SingleUseKey KeyOf(SingleUseRow use) => new(use.Kind, use.Hash);

    /// <param name="use">Null when there is nothing to use up.</param>
    public static void Want(IKeySet keys, SingleUseRow? use)
    {
        if (use is not null)
        {
            keys.Want(AuthorizationTables.SingleUse, KeyOf(use));
        }
    }

    /// <summary>Uses it up, if there is something; a refusal when it was used before.</summary>
    public static Refusal? Use(Book book, SingleUseRow? use)
    {
        if (use is null)
        {
            return null;
        }

        if (book.Find(AuthorizationTables.SingleUse, KeyOf(use)) is not null)
        {
            return new(
                "invalid_client",
                "The assertion was used before: make a new one, with a new jti, for each request."
            );
        }

        book.Insert(AuthorizationTables.SingleUse, use);
        return null;
    }
}
