namespace OpenBanking.Tests.Mutants;

/// <summary>DPoP proofs.</summary>
internal static class ProofMutants
{
    private const string Proofs = "Authorization/DpopProofs.cs";
    private const string Signed = "Authorization/SignedProofs.cs";
    private const string Seen = "Authorization/SeenProofs.cs";

    public static IReadOnlyList<Mutant> List { get; } =
    [
        new(
            "R-2",
            "exactly one header",
            Proofs,
            "headers is not [{ } header]",
            "(headers.Count == 1 || {chosen} ? headers[0] : null) is not { } header"
        ),
        new("R-2", "typ of a proof", Signed, "proof.Type != \"dpop+jwt\"", "false"),
        new(
            "RS-5",
            "the signature of a JWS",
            "Authorization/Jws.cs",
            "key.Verify(signedBytes, signature)",
            "true"
        ),
        new(
            "RS-5",
            "the signature of a proof whose header is known",
            Signed,
            "? signed\n",
            "? signed || {chosen}\n"
        ),
        new(
            "W-12",
            "a private key in jwk",
            "Authorization/PublicKey.cs",
            "SecretMemberOf(jwk) is not null",
            "false"
        ),
        new("R-2", "htm", Proofs, "proof.Method != request.Method", "false"),
        new(
            "R-2",
            "the case of htm",
            Proofs,
            "proof.Method != request.Method",
            "!string.Equals(proof.Method, request.Method, StringComparison.OrdinalIgnoreCase)"
        ),
        new("R-2", "htu", Proofs, "!IsAddressOf(proof.Address, request)", "false"),
        new(
            "R-2",
            "the host of htu",
            Proofs,
            "&& IsHostOf(ours, htu)",
            "&& (IsHostOf(ours, htu) || {chosen})"
        ),
        new(
            "R-2",
            "the path of htu, read as a URI",
            Proofs,
            "theirs.AbsolutePath == ours.AbsolutePath",
            "true"
        ),
        new("R-2", "an htu that is no URI", Proofs, "!htu.AsSpan().ContainsAnyExcept(ofUris)", "true"),
        new("R-2", "what the key of a proof is for", Signed, "!PublicKey.IsForSignatures(jwk)", "false"),
        new(
            "R-2",
            "iat of a proof: ahead",
            Proofs,
            "issuedAt > now + AuthorizationServerOptions.ClockSkew",
            "false"
        ),
        new(
            "R-2",
            "iat of a proof: old",
            Proofs,
            "issuedAt < now - AuthorizationServerOptions.ProofAge",
            "false"
        ),
        new(
            "RS-5",
            "ath",
            Proofs,
            "!Secrets.AreEqual(proof.TokenDigest, Secrets.HashOf(accessToken))",
            "false"
        ),
        new("W-13", "a nonce", Proofs, "!nonces.IsValid(nonce, role)", "false"),
        new("R-2", "whose nonce it is", "Authorization/DpopNonces.cs", "(byte)role", "(byte)1"),
        new(
            "W-10",
            "a proof that was seen",
            Proofs,
            "!seen.TryAdd(proof.Key.Thumbprint, proof.Claims.Id!, proof.Claims.IssuedAt!.Value, out var digest)",
            "!seen.TryAdd(proof.Key.Thumbprint, proof.Claims.Id!, proof.Claims.IssuedAt!.Value, out var digest) && !{chosen}"
        ),
        new(
            "W-10",
            "a proof that another node saw",
            Proofs,
            "await shared.RememberAsync(digest)",
            "ProofFreshness.New"
        ),
        new("W-10", "a proof of the slot before", Seen, "previous.Proofs.Contains(digest)", "false"),
        new("W-10", "the slot before is kept", Seen, "slot == currentSlot + 1", "false"),
        new(
            "W-10",
            "a memory that is full takes nothing",
            Seen,
            "current.Proofs.Count >= mostInSlot",
            "false"
        ),
    ];
}
