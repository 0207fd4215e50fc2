using System.Buffers.Text;
using System.Security.Cryptography;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Customers;

/// <summary>A browser that is asked something, in a world.</summary>
/// <param name="Secret">What is known of this browser alone: its answer is tied to it.</param>
public sealed record AskedBrowser(World World, string Secret);

/// <summary>Asks browsers for passkeys, and reads what they answer: fields in base64url with dots between, as the script
/// puts them into the form.</summary>
public sealed class Passkeys(Store store, WebAuthn webAuthn, PasskeyChallenges challenges, WorldClocks clocks)
{
    /// <summary>Longer than any answer there is.</summary>
    private const int LongestAnswer = 16 * 1024;

    /// <summary>Whether there can be any at the server's address.</summary>
    public bool AreOffered => webAuthn.IsPossible;

    /// <summary>What a browser is asked to sign in with, as JSON.</summary>
    public string AskToSignIn(AskedBrowser browser) =>
        webAuthn.SignInOptions(NewChallenge(ChallengeUse.SignIn, browser)).ToJson();

    /// <summary>What a browser is asked to make, as JSON.</summary>
    /// <param name="user">What the device shows the customer.</param>
    /// <param name="kept">Those that the customer has.</param>
    public string AskToAdd(
        AskedBrowser browser,
        Id<CustomerRow> customer,
        string bank,
        string user,
        IEnumerable<PasskeyRow> kept
    ) =>
        webAuthn
            .CreationOptions(
                NewChallenge(ChallengeUse.Add, browser),
                customer,
                bank,
                user,
                kept.Select(passkey => passkey.CredentialId)
            )
            .ToJson();

    /// <summary>Reads a sign-in: credential id, client data, authenticator data, signature, user handle. Null when it can
    /// be nobody's here; what it is worth otherwise, the rules decide.</summary>
    public async Task<PasskeyAnswer?> ReadSignInAsync(AskedBrowser browser, string? answer)
    {
        if (
            Split(answer) is not [var id, var clientData, var device, var signature, var handle]
            || Find(clientData, ChallengeUse.SignIn, browser) is not var (challenge, answered)
            || WebAuthn.CustomerOf(handle) is not { } customer
        )
        {
            return null;
        }

        var key = new PasskeyKey(customer, HashOf(id));
        if (await store.FindAsync(PasskeyTables.Passkeys, browser.World, key) is not { } passkey)
        {
            return null;
        }

        var counter = await webAuthn.VerifyAsync(
            new(id, clientData, device, signature, handle),
            challenge,
            passkey.PublicKey
        );
        return new(customer, key.CredentialHash, answered, counter is not null, counter ?? 0);
    }

    /// <summary>Reads what a device has made: credential id, client data, attestation object. Null when it is none.</summary>
    public async Task<(PasskeyRow Passkey, AnsweredChallenge Challenge)?> ReadMadeAsync(
        AskedBrowser browser,
        Id<CustomerRow> customer,
        string name,
        string? answer
    )
    {
        if (
            Split(answer) is not [var id, var clientData, var attestation]
            || Find(clientData, ChallengeUse.Add, browser) is not var (challenge, answered)
        )
        {
            return null;
        }

        var asked = webAuthn.CreationOptions(challenge, customer, "", "", []);
        return await webAuthn.VerifyMadeAsync(id, clientData, attestation, asked) is { } made
            ? (
                new()
                {
                    CustomerId = customer,
                    CredentialHash = HashOf(made.CredentialId),
                    CredentialId = made.CredentialId,
                    PublicKey = made.PublicKey,
                    SignatureCounter = made.Counter,
                    Name = name,
                    Epoch = 0,
                    CreatedAt = clocks.RealNow,
                },
                answered
            )
            : null;
    }

    private byte[] NewChallenge(ChallengeUse use, AskedBrowser browser) =>
        challenges.New(use, browser.World, browser.Secret, clocks.RealNow);

    private (byte[] Challenge, AnsweredChallenge Answered)? Find(
        byte[] clientData,
        ChallengeUse use,
        AskedBrowser browser
    ) =>
        WebAuthn.ChallengeOf(clientData) is { } challenge
        && challenges.Find(challenge, use, browser.World, browser.Secret, clocks.RealNow) is { } answered
            ? (challenge, answered)
            : null;

    private static byte[][]? Split(string? answer)
    {
        if (answer is null or { Length: > LongestAnswer })
        {
            return null;
        }

        var parts = answer.Split('.');
        return parts.All(part => StrictBase64Url.IsValid(part))
            ? [.. parts.Select(part => Base64Url.DecodeFromChars(part))]
            : null;
    }

    private static string HashOf(byte[] credentialId) =>
        Base64Url.EncodeToString(SHA256.HashData(credentialId));
}
