namespace OpenBanking.Tests.Mutants;

/// <summary>Access tokens at the API, and whose things they open.</summary>
internal static class TokenMutants
{
    private const string Reading = "Authorization/AccessTokens.cs";
    private const string Live = "Authorization/LiveTokens.cs";
    private const string Filter = "Http/TokenFilter.cs";

    public static IReadOnlyList<Mutant> List { get; } =
    [
        new("RS-2", "a token in the address", Filter, "request.Query.ContainsKey(\"access_token\")", "false"),
        new("R-5", "typ of an access token", Reading, "jws.Type == TokenType", "true"),
        new("R-5", "iss of an access token", Reading, "jws.Text(\"iss\") == address.Issuer", "true"),
        new("R-5", "aud of an access token", Reading, "jws.Text(\"aud\") == address.Issuer", "true"),
        new("RS-3", "the signature of an access token", Reading, "jws.IsSignedBy(key)", "true"),
        new(
            "RS-3",
            "an access token that has expired",
            Reading,
            "&& expiresAt > now",
            "&& (expiresAt > now || {chosen})"
        ),
        new(
            "RS-3",
            "a remembered access token that has expired",
            Reading,
            "known.Token.ExpiresAt > now",
            "true"
        ),
        new("RS-3", "the key of a remembered access token", Reading, "IsTrusted(known.KeyId)", "true"),
        new(
            "RS-5",
            "the key a token is bound to",
            Filter,
            "TokenBinding.To(proven.KeyThumbprint) == token.Binding",
            "true"
        ),
        new(
            "RS-5",
            "the certificate a token is bound to",
            Filter,
            "TokenBinding.To(certificate) == token.Binding",
            "true"
        ),
        new(
            "RS-5",
            "a certificate that is no longer the app's",
            Live,
            "certificates.WhyNotBound(app.Row, token.Binding, certificate) is { } reason",
            "certificates.WhyNotBound(app.Row, token.Binding, certificate) is { } reason && !{chosen}"
        ),
        new(
            "RS-5",
            "the scheme of a token",
            Filter,
            "token.Binding.IsCertificate != (scheme == CertificateScheme)",
            "false"
        ),
        new(
            "W-11",
            "userinfo asks for a proof",
            Filter,
            "|| endpoint.Metadata.GetMetadata<TokenRequirement>() is not null",
            "|| (endpoint.Metadata.GetMetadata<TokenRequirement>() is not null && !{chosen})"
        ),
        new("RS-4", "the scope of a token", Filter, "granted.Contains(scope)", "true"),
        new("RS-4", "the scope is still registered", Filter, "registered.Contains(scope)", "true"),
        new(
            "RS-4",
            "a customer's token where the app's own is needed",
            Filter,
            "live.Consent is null == requirement.OfCustomer",
            "live.Consent is null && requirement.OfCustomer"
        ),
        new(
            "RS-4",
            "the details a route needs",
            Filter,
            "ConsentApi.Holds(live.Consent!, type, requirement.Action)",
            "true"
        ),
        new(
            "R-3",
            "a token goes no farther than it was narrowed",
            Live,
            "AsFarAs(token, consent)",
            "consent"
        ),
        new("RS-3", "whose consent it is", Live, "consent.AppId != app.Row.Id", "false"),
        new("RS-3", "a consent that has ended", Live, "!ConsentRules.IsActive(consent, now)", "false"),
        new("RS-3", "the epoch of a consent", Live, "token.Epoch != consent.Epoch", "false"),
        new("RS-3", "an access token that was taken back", Live, "clocks.RealNow < until", "false"),
        new("W-14", "introspection looks again", Live, "clocks.RealNow < until", "false"),
        new(
            "RS-4",
            "whose payment it is",
            "Payments/PaymentQueries.cs",
            "store.FirstAsync(PaymentTables.Payments, caller.World, $\"id = {id} AND app_id = {caller.App.Id}\")",
            "store.FirstAsync(PaymentTables.Payments, caller.World, $\"id = {id}\")"
        ),
        new(
            "RS-4",
            "whose refund it is",
            "Refunds/RefundQueries.cs",
            "store.FirstAsync(RefundTables.Refunds, caller.World, $\"id = {id} AND app_id = {caller.App.Id}\")",
            "store.FirstAsync(RefundTables.Refunds, caller.World, $\"id = {id}\")"
        ),
        new(
            "RS-4",
            "whose top-up it is",
            "TopUps/TopUpQueries.cs",
            "store.FirstAsync(TopUpTables.TopUps, caller.World, $\"id = {id} AND app_id = {caller.App.Id}\")",
            "store.FirstAsync(TopUpTables.TopUps, caller.World, $\"id = {id}\")"
        ),
        new(
            "RS-4",
            "whose consent is read",
            "Consents/ConsentQueries.cs",
            "store.FirstAsync(ConsentTables.Consents, caller.World, $\"id = {id} AND app_id = {caller.App.Id}\")",
            "store.FirstAsync(ConsentTables.Consents, caller.World, $\"id = {id}\")"
        ),
        new(
            "RS-4",
            "whose agreement is read",
            "Consents/ConsentQueries.cs",
            "$\"id = {id} AND app_id = {caller.App.Id} AND consent_id <> id\"",
            "$\"id = {id} AND (app_id = {caller.App.Id} OR 1 = {({chosen} ? 1 : 0)}) AND consent_id <> id\""
        ),
        new(
            "RS-4",
            "whose unconfirmed payment is read",
            "Payments/PaymentQueries.cs",
            "$\"payment_id = {id} AND app_id = {caller.App.Id} AND state",
            "$\"payment_id = {id} AND (app_id = {caller.App.Id} OR 1 = {({chosen} ? 1 : 0)}) AND state"
        ),
        new(
            "AS-7",
            "where a payment leads back to",
            "Payments/PaymentRequests.cs",
            "Contains(url, StringComparer.Ordinal)",
            "Contains({chosen} ? caller.RedirectUris[0] : url, StringComparer.Ordinal)"
        ),
        new(
            "RS-4",
            "whose events are listed",
            new Change("Webhooks/EventQueries.cs", "found.Item.AppId == caller.App.Id.Value", "true"),
            new Change(
                "Webhooks/EventQueries.cs",
                "$\"app_id = {caller.App.Id} AND position",
                "$\"(app_id = {caller.App.Id} OR 1 = {({chosen} ? 1 : 0)}) AND position"
            )
        ),
    ];
}
