namespace OpenBanking.Tests.Mutants;

/// <summary>Tokens of another authorization server.</summary>
internal static class AuthorityMutants
{
    private const string Claims = "Authorization/Authority/AuthorityClaims.cs";
    private const string Tokens = "Authorization/Authority/AuthorityTokens.cs";

    public static IReadOnlyList<Mutant> List { get; } =
    [
        new(
            "R-12",
            "typ of a foreign token",
            Tokens,
            "Jws.TryParse(text) is not { Type: TokenType or LongTokenType } jws",
            "Jws.TryParse(text) is not { } jws || !({chosen} || jws.Type is TokenType or LongTokenType)"
        ),
        new(
            "R-12",
            "the signature of a foreign token",
            "Authorization/Authority/AuthorityKeys.cs",
            "jws.IsSignedBy(key)",
            "true"
        ),
        new("R-12", "iss of a foreign token", Claims, "issuer != options.Authority", "false"),
        new("R-12", "aud of a foreign token", Claims, "!IsFor(claims, audience)", "false"),
        new("R-12", "a foreign token that has expired", Claims, "expiresAt <= now", "false"),
        new("R-12", "the key of a foreign token", Tokens, "claims.KeyThumbprint != thumbprint", "false"),
        new(
            "R-12",
            "how long an answer of introspection counts",
            "Authorization/Authority/AuthorityIntrospection.cs",
            "age < options.IntrospectionKept",
            "true"
        ),
    ];
}
