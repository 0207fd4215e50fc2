namespace OpenBanking.Server.CommandLine;

/// <summary>What the program says of itself when it is asked how it is used.</summary>
public static class Usage
{
    private const string Text = """
        OpenBanking.Server [--Section:Name=VALUE ...]            serves; a sandbox on an embedded store, unless settings say otherwise
        OpenBanking.Server COMMAND [WORDS] [--Section:Name=VALUE ...]

        Schema and books
          migrate [--plan]                       brings the schema up to date, or says what that would be
          verify-books, verify-audit             prove that the books balance, and that the audit is as it was sealed
          resolve-finding fnd_...                closes what the auditor has found, and frees the account
          keys [rotate [--compromised] | rewrap | retire VERSION]
        Customers and accounts
          find-customer MOBILE                   their ids and accounts
          release-number cus_... MOBILE          a number that the telecom has given to somebody else
          freeze-account, unfreeze-account acct_...
          identity-images acct_... FOLDER        writes the pictures of the ID card
          cases, take-case, answer-case, correct-name case_... [by=NAME ...]
        Money
          pay-out                                settles the days that are over
          outstanding                            transfers that come to no end
          resolve-transfer int_... OUTCOME       says what the card's bank did
          retry-withdrawal wdr_...
          settle-campaign cmp_...                gives back what is left of a budget
          set-fees prt_...|app_... [rate=BASIS_POINTS minimum=FEN cap=FEN refunded=yes|no scene=NAME from=DATE]
        Partners
          partners, register-partner NAME, register-app, show-app, change-app, end-app
        Other
          openapi [3.0]                          writes the OpenAPI document

        Settings may also come from environment variables (Server__PublicAddress) and from appsettings.json. All of them, and each command,
        are told in docs/operating/server.md.
        """;

    /// <summary>Whether that is asked, as programs are.</summary>
    public static bool IsAsked(string[] args) =>
        args is ["help", ..] || args.Any(word => word is "--help" or "-h" or "-?");

    public static int Write()
    {
        Console.WriteLine(Text);
        return 0;
    }
}
