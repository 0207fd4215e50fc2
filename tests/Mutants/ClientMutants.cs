namespace OpenBanking.Tests.Mutants;

/// <summary>Who a client is: registration, assertions, certificates.</summary>
internal static class ClientMutants
{
    private const string Assertions = "Authorization/ClientAuthentication.cs";
    private const string Certificates = "Authorization/CertificateAuthentication.cs";
    private const string Presented = "Http/ClientCertificates.cs";
    private const string Metadata = "Authorization/ClientMetadata.cs";
    private const string Keys = "Authorization/PublicKey.cs";
    private const string KeySets = "Authorization/ClientKeySets.cs";

    public static IReadOnlyList<Mutant> List { get; } =
    [
        new("AS-6", "the signature of an assertion", Assertions, "IsSigned(assertion, app)", "true"),
        new(
            "AS-6",
            "the method a client is registered for",
            Assertions,
            "app.Row.AuthenticationMethod is { } method",
            "app.Row.AuthenticationMethod is { } method && !{chosen}"
        ),
        new(
            "W-1",
            "aud of an assertion: lists that hold the issuer",
            new(Assertions, "audience.ValueKind == JsonValueKind.String", "true"),
            new(
                Assertions,
                "assertion.Text(\"aud\") == address.Issuer",
                "audience.ToString().Contains(address.Issuer)"
            )
        ),
        new(
            "AS-8",
            "aud of an assertion: addresses of endpoints",
            Assertions,
            "!IsOurIssuer(assertion)",
            "assertion.Text(\"aud\")?.StartsWith(address.Issuer) is not true"
        ),
        new("R-6", "iss of an assertion", Assertions, "assertion.Text(\"iss\") != clientId", "false"),
        new("R-6", "client_id beside an assertion", Assertions, "named != clientId", "false"),
        new("R-6", "an assertion that has expired", Assertions, "expiresAt <= now", "false"),
        new(
            "R-6",
            "an assertion that lasts too long",
            Assertions,
            "expiresAt > latest + AuthorizationServerOptions.AssertionLifetime",
            "false"
        ),
        new(
            "R-6",
            "jti of an assertion",
            Assertions,
            "assertion.Text(\"jti\") is not { Length: > 0 and <= LongestAssertionId }",
            "false"
        ),
        new("R-6", "typ of an assertion", Assertions, "!IsOfAssertions(assertion)", "false"),
        new("AS-13", "iat ahead", Assertions, "IsAhead(assertion, \"iat\", latest)", "false"),
        new("AS-13", "nbf ahead", Assertions, "IsAhead(assertion, \"nbf\", latest)", "false"),
        new(
            "W-2",
            "an assertion that was used, at PAR",
            "Authorization/PushedRequests.cs",
            "SingleUse.Use(book, Assertion)",
            "null"
        ),
        new(
            "W-2",
            "an assertion that was used, with a code",
            "Authorization/TokenRules.cs",
            "code.ConsentId);\n        if (SingleUse.Use(book, command.Assertion)",
            "code.ConsentId);\n        if (({chosen} ? null : SingleUse.Use(book, command.Assertion))"
        ),
        new(
            "W-2",
            "an assertion that was used, with the first refresh of a day",
            "Authorization/TokenRules.cs",
            "Use(UseConsent command, Book book)\n    {\n        if (SingleUse.Use(book, command.Assertion)",
            "Use(UseConsent command, Book book)\n    {\n"
                + "        if (({chosen} ? null : SingleUse.Use(book, command.Assertion))"
        ),
        new(
            "W-2",
            "an assertion that was used, for the app's own token and introspection",
            "Authorization/TokenRules.cs",
            "SingleUse.Use(book, Assertion)",
            "null"
        ),
        new(
            "W-2",
            "an assertion that was used, with a refresh token",
            "Authorization/TokenEndpoint.cs",
            "await UseAsync(grant, consent, BusinessCalendar.DateOf(now))",
            "null"
        ),
        new(
            "W-2",
            "an assertion that was used, at revocation",
            "Authorization/RevocationEndpoint.cs",
            "new RevokeRefreshToken(world, now, client.Assertion, refreshToken.ConsentId)",
            "new RevokeRefreshToken(world, now, null, refreshToken.ConsentId)"
        ),
        new(
            "W-2",
            "an assertion that was used, at revocation of an access token",
            "Authorization/RevocationEndpoint.cs",
            "client.Assertion,\n                    RevocationRules.RevokedOf",
            "{chosen} ? null : client.Assertion,\n                    RevocationRules.RevokedOf"
        ),
        new(
            "W-2",
            "an assertion of a request that was refused",
            Assertions,
            "await client.UseAssertionAsync(engine, time.GetUtcNow())",
            "null"
        ),
        new(
            "C-1",
            "a kid and a typ that are no strings",
            new(
                Assertions,
                "assertion.Misread is { } member ?",
                "assertion.Misread is { } member && !{chosen} ?"
            ),
            new("Authorization/Jws.cs", "Misread is null", "true")
        ),
        new(
            "C-8",
            "critical extensions of a JWS",
            "Authorization/Jws.cs",
            "!Header.TryGetProperty(\"crit\", out _)",
            "true"
        ),
        new(
            "C-1",
            "members sent twice in a JWS",
            "Authorization/Jws.cs",
            "AllowDuplicateProperties = false",
            "AllowDuplicateProperties = {chosen}"
        ),
        new(
            "C-2",
            "the algorithm is the key's own",
            "Authorization/Jws.cs",
            "Algorithm == key.Algorithm",
            "true"
        ),
        new(
            "C-4",
            "the length of RSA keys",
            Keys,
            "parameters.Modulus.Length * 8 is < LeastRsaBits or > MostRsaBits",
            "false"
        ),
        new("C-7", "keys by value alone", KeySets, "request.JwksUri is not null", "false"),
        new("C-8", "x5u of a JWS", "Authorization/Jws.cs", "!Header.TryGetProperty(\"x5u\", out _)", "true"),
        new("C-8", "jku of a JWS", "Authorization/Jws.cs", "!Header.TryGetProperty(\"jku\", out _)", "true"),
        new("C-9", "a kid registered twice", KeySets, "ids.Distinct().Count() != ids.Count", "false"),
        new("AS-22", "plain http on loopback alone", Metadata, "Loopback.Has(uri)", "true"),
        new(
            "R-7",
            "the authority of a certificate",
            Certificates,
            "!IsIssuedByAuthority(certificate, now)",
            "false"
        ),
        new(
            "R-7",
            "what a certificate was issued for",
            Certificates,
            "chain.ChainPolicy.ApplicationPolicy.Add(new(ForClients));",
            "if (!{chosen}) { chain.ChainPolicy.ApplicationPolicy.Add(new(ForClients)); }"
        ),
        new(
            "R-7",
            "the registered attribute of a certificate",
            Certificates,
            "!CertificateSubjects.Matches(certificate, app.CertificateSubjectKind!, app.CertificateSubject!)",
            "false"
        ),
        new(
            "R-7",
            "the bytes of a self-signed certificate",
            Certificates,
            "certificate.RawDataMemory.Span.SequenceEqual(own)",
            "true"
        ),
        new(
            "R-7",
            "a certificate that has expired",
            Certificates,
            "now >= certificate.NotAfter.ToUniversalTime()",
            "false"
        ),
        new(
            "R-7",
            "the attributes of a part of a subject",
            "Authorization/DistinguishedNames.cs",
            "part += rest[0] == ',' ? 1 : 0;",
            "part += rest[0] == ',' || {chosen} ? 1 : 0;"
        ),
        new(
            "R-7",
            "a self-signed certificate that is taken out, at introspection",
            Certificates,
            "TokenBinding.To(own) == binding",
            "true"
        ),
        new("R-7", "whose header names a certificate", Presented, "!IsTrusted(sender, proxies)", "false"),
    ];
}
