namespace OpenBanking;

/// <summary>Applies for an e-account for a person. The client encrypts the person to the bank's key; neither logs nor exceptions
/// hold anything of them.</summary>
public sealed record CreateAccountApplicationRequest
{
    /// <summary>Who applies.</summary>
    public required Applicant Applicant { get; init; }

    /// <summary>Where the bank's pages send the customer at the end, with <c>application_id</c> added: one of the app's
    /// registered redirect URIs, to the letter. When null, the pages say to go back to the app.</summary>
    public string? ReturnUri { get; init; }

    /// <summary>The class of account to open; <see cref="AccountType.TypeTwo"/> when null.</summary>
    public AccountType? AccountType { get; init; }

    /// <summary>Nothing of the person.</summary>
    public override string ToString() => nameof(CreateAccountApplicationRequest);
}
