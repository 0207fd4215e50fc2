using System.Text.Json;
using Fido2NetLib;
using Fido2NetLib.Objects;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;

namespace OpenBanking.Server.Customers;

/// <summary>A passkey that a device has made.</summary>
public sealed record MadePasskey(byte[] CredentialId, byte[] PublicKey, long Counter);

/// <summary>What a browser made of an answer.</summary>
public sealed record SignedAnswer(
    byte[] CredentialId,
    byte[] ClientData,
    byte[] AuthenticatorData,
    byte[] Signature,
    byte[] UserHandle
);

/// <summary>WebAuthn Level 2 as this server speaks it. The device verifies its user always, and keeps the credential, so
/// that nobody need say who they are; keys are for ES256 or RS256, of which every device has one. What make the device is
/// of, is not asked. The relying party is the host of the public address, whatever headers say.</summary>
public sealed class WebAuthn
{
    /// <summary>Nobody asked for a statement of the device's maker; one that a device makes about itself does no harm.</summary>
    private static readonly string[] statements = ["none", "packed"];

    private readonly string host;
    private readonly Fido2 fido;

    public WebAuthn(ServerAddress address)
    {
        var origin = new Uri(address.Origin);
        host = origin.IdnHost;
        IsPossible = origin.HostNameType == UriHostNameType.Dns;
        fido = new(
            new Fido2Configuration
            {
                RPID = host,
                RPName = host,
                Origins = new HashSet<string> { address.Origin },
            }
        );
    }

    /// <summary>Browsers know passkeys of names, not of bare addresses.</summary>
    public bool IsPossible { get; }

    /// <summary>What a browser is asked to sign in with.</summary>
    public AssertionOptions SignInOptions(byte[] challenge) =>
        new()
        {
            Challenge = challenge,
            Timeout = (ulong)PasskeyChallenges.Lifetime.TotalMilliseconds,
            RpId = host,
            UserVerification = UserVerificationRequirement.Required,
        };

    /// <summary>What a browser is asked to make.</summary>
    /// <param name="user">What the device shows the customer.</param>
    /// <param name="known">The credentials that the customer has: no device makes two.</param>
    public CredentialCreateOptions CreationOptions(
        byte[] challenge,
        Id<CustomerRow> customer,
        string bank,
        string user,
        IEnumerable<byte[]> known
    ) =>
        new()
        {
            Challenge = challenge,
            Timeout = (ulong)PasskeyChallenges.Lifetime.TotalMilliseconds,
            Rp = new(host, bank),
            User = new()
            {
                Id = HandleOf(customer),
                Name = user,
                DisplayName = user,
            },
            PubKeyCredParams = [PubKeyCredParam.ES256, PubKeyCredParam.RS256],
            Attestation = AttestationConveyancePreference.None,
            AuthenticatorSelection = new()
            {
                ResidentKey = ResidentKeyRequirement.Required,
                UserVerification = UserVerificationRequirement.Required,
            },
            ExcludeCredentials = [.. known.Select(id => new PublicKeyCredentialDescriptor(id))],
        };

    /// <summary>What a device calls the customer: not their number, nor their name.</summary>
    public static byte[] HandleOf(Id<CustomerRow> customer) => customer.Value.ToByteArray(bigEndian: true);

    /// <summary>The customer that a device names; null when it names none.</summary>
    public static Id<CustomerRow>? CustomerOf(byte[] handle) =>
        handle.Length == HandleOf(default).Length ? new(new Guid(handle, bigEndian: true)) : null;

    /// <summary>The challenge that was answered, as the browser says; null when it says none.</summary>
    public static byte[]? ChallengeOf(byte[] clientData)
    {
        try
        {
            var client = JsonSerializer.Deserialize<AuthenticatorResponse>(clientData);
            return client?.Challenge;
        }
        catch (Exception failure) when (IsOfTheAnswer(failure))
        {
            return null;
        }
    }

    /// <summary>Whether the key signed this challenge here, with its user verified: gives how often it has signed, or
    /// null. Whether that goes forward is for the rules to say.</summary>
    public async Task<long?> VerifyAsync(SignedAnswer answer, byte[] challenge, byte[] publicKey)
    {
        try
        {
            var verified = await fido.MakeAssertionAsync(
                new()
                {
                    AssertionResponse = new()
                    {
                        Id = Base64Url(answer.CredentialId),
                        RawId = answer.CredentialId,
                        Type = PublicKeyCredentialType.PublicKey,
                        ClientExtensionResults = new(),
                        Response = new()
                        {
                            AuthenticatorData = answer.AuthenticatorData,
                            ClientDataJson = answer.ClientData,
                            Signature = answer.Signature,
                            UserHandle = answer.UserHandle,
                        },
                    },
                    OriginalOptions = SignInOptions(challenge),
                    StoredPublicKey = publicKey,
                    StoredSignatureCounter = 0,
                    // The passkey was looked up under this handle.
                    IsUserHandleOwnerOfCredentialIdCallback = (_, _) => Task.FromResult(true),
                }
            );
            return verified.SignCount;
        }
        catch (Exception failure) when (IsOfTheAnswer(failure))
        {
            return null;
        }
    }

    /// <summary>The passkey that was made for this challenge, here and with its user verified; null when there is none.</summary>
    public async Task<MadePasskey?> VerifyMadeAsync(
        byte[] credentialId,
        byte[] clientData,
        byte[] attestation,
        CredentialCreateOptions asked
    )
    {
        try
        {
            var answer = new AuthenticatorAttestationRawResponse
            {
                Id = Base64Url(credentialId),
                RawId = credentialId,
                Type = PublicKeyCredentialType.PublicKey,
                ClientExtensionResults = new(),
                Response = new()
                {
                    AttestationObject = attestation,
                    ClientDataJson = clientData,
                    Transports = [],
                },
            };
            if (!statements.Contains(AuthenticatorAttestationResponse.Parse(answer).AttestationObject.Fmt))
            {
                return null;
            }

            var made = await fido.MakeNewCredentialAsync(
                new()
                {
                    AttestationResponse = answer,
                    OriginalOptions = asked,
                    // Credentials are looked up under their customer, never alone.
                    IsCredentialIdUniqueToUserCallback = (_, _) => Task.FromResult(true),
                }
            );
            return new(made.Id, made.PublicKey, made.SignCount);
        }
        catch (Exception failure) when (IsOfTheAnswer(failure))
        {
            return null;
        }
    }

    /// <summary>What the library throws over garbled bytes is of many kinds, and all of it a no.</summary>
    private static bool IsOfTheAnswer(Exception failure) => failure is not OutOfMemoryException;

    private static string Base64Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
