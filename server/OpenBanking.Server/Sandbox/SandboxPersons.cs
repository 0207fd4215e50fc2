namespace OpenBanking.Server.Sandbox;

/// <summary>What is known of the made-up persons beyond their rows.</summary>
internal static class SandboxPersons
{
    private const string Numbers = "1990";
    private const string NewNumbers = "1991";

    /// <summary>Each has a second number, to change to: 1991 in the place of 1990.</summary>
    public static bool Have(SandboxPersonRow person, string mobile) =>
        person.Mobile == mobile
        || (
            mobile.StartsWith(NewNumbers, StringComparison.Ordinal)
            && person.Mobile == Numbers + mobile[NewNumbers.Length..]
        );
}
