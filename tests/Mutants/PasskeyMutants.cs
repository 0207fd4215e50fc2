namespace OpenBanking.Tests.Mutants;

/// <summary>What a passkey's answer must be, as far as this server looks and not the library.</summary>
internal static class PasskeyMutants
{
    private const string Rules = "Customers/PasskeyRules.cs";
    private const string Challenges = "Customers/PasskeyChallenges.cs";
    private const string Asking = "Customers/WebAuthn.cs";

    private const string AtSignIn = "RpId = host,\n            UserVerification = ";
    private const string WhenMade =
        "ResidentKey = ResidentKeyRequirement.Required,\n                UserVerification = ";
    private const string Verified = "UserVerificationRequirement.Required";
    private const string NotVerified = "{chosen} ? UserVerificationRequirement.Preferred : " + Verified;

    public static IReadOnlyList<Mutant> List { get; } =
    [
        new(
            "S-8",
            "whether the key signed",
            Rules,
            "answer.Proven && IsForward(passkey.SignatureCounter, answer.Counter)",
            "IsForward(passkey.SignatureCounter, answer.Counter)"
        ),
        new("S-8", "a counter that goes back", Rules, "now > before || (now == 0 && before == 0)", "true"),
        new("S-8", "an answer given twice", Rules, "!UseUp(book, answer.Challenge)", "false"),
        new("S-8", "a passkey that was deleted", Rules, "passkey.EndedAt is null", "true"),
        new(
            "S-8",
            "passkeys that ended with a loss",
            Rules,
            "passkey.Epoch == customer.PasskeyEpoch",
            "true"
        ),
        new("S-8", "a passkey that is locked", Rules, "IsLocked(passkey, realNow)", "false"),
        new("S-8", "a passkey that was copied", Rules, "passkey.CounterFellAt is not null", "false"),
        new(
            "S-9",
            "the PIN before a passkey is made",
            Rules,
            "PinRules.Check(book, command.CustomerId, command.PinHash, command.Form, command.Now)",
            "PinCheck.Right"
        ),
        new("S-9", "how many passkeys there may be", Rules, "customer.Passkeys >= Most", "false"),
        new("S-9", "one answer adds one", Rules, "!UseUp(book, command.Challenge)", "false"),
        new(
            "S-10",
            "whether a challenge is ours",
            Challenges,
            "!CryptographicOperations.FixedTimeEquals(",
            "!{chosen} && !CryptographicOperations.FixedTimeEquals("
        ),
        new("S-10", "a challenge that is too old", Challenges, "now < expiresAt", "true"),
        new("S-10", "what a challenge is for", Challenges, "(byte)use", "(byte)0"),
        new("S-10", "the browser of a challenge", Challenges, "$\"{world}.{browser}\"", "$\"{world}\""),
        new("S-10", "the world of a challenge", Challenges, "$\"{world}.{browser}\"", "browser"),
        new("S-8", "the user verified at sign-in", Asking, AtSignIn + Verified, AtSignIn + NotVerified),
        new(
            "S-9",
            "the user verified when a passkey is made",
            Asking,
            WhenMade + Verified,
            WhenMade + NotVerified
        ),
    ];
}
