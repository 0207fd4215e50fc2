using OpenBanking.Server.Partners;

namespace OpenBanking.Tests.Rules.Partners;

public class PartnerRulesTests
{
    private static readonly AppRow app = Rows.App with
    {
        ManagementHash = "old",
        WebhookEndpoints = 3,
        RevocationsUntil = Rows.Noon.AddMinutes(5),
    };

    private static readonly ChangeApp change = new(
        Rows.World,
        Rows.Noon,
        "old",
        Rows.App with
        {
            Name = "Renamed",
            ManagementHash = "new",
        }
    );

    [Fact]
    public void A_change_leaves_what_only_the_server_changes()
    {
        var bank = Bank();

        var kept = bank.Run(change).Accepted;

        Assert.Equal(
            ("Renamed", "new", 3, (object?)app.RevocationsUntil),
            (kept.Name, kept.ManagementHash, kept.WebhookEndpoints, kept.RevocationsUntil)
        );
    }

    [Fact]
    public void Only_the_newest_token_changes_or_ends_an_app()
    {
        var bank = Bank();
        bank.Run(change);

        Assert.Equal("invalid_token", bank.Run(change).Rejected.Code);
        Assert.Equal(
            "invalid_token",
            bank.Run(new EndApp(Rows.World, Rows.Noon, app.Id, "old")).Rejected.Code
        );
        Assert.Equal("Renamed", bank.Get(PartnerTables.Apps, app.Id).Name);
    }

    [Fact]
    public void An_app_ends_once_and_is_not_changed_afterwards()
    {
        var bank = Bank();

        var ended = bank.Run(new EndApp(Rows.World, Rows.Noon, app.Id, "old")).Accepted;

        Assert.Equal((Rows.Noon, null), ((object?)ended.EndedAt, ended.ManagementHash));
        Assert.Equal("invalid_token", bank.Run(change).Rejected.Code);
        Assert.Equal(
            "invalid_token",
            bank.Run(new EndApp(Rows.World, Rows.Noon, app.Id, "old")).Rejected.Code
        );
    }

    [Fact]
    public void That_no_consent_is_left_is_noted_once_and_of_an_app_that_has_ended_alone()
    {
        var bank = Bank();
        var note = new NoteConsentsEnded(Rows.World, Rows.Noon.AddMinutes(1), app.Id);

        Assert.Null(bank.Run(note).Accepted.ConsentsEndedAt);
        bank.Run(new EndApp(Rows.World, Rows.Noon, app.Id, "old"));

        Assert.Equal(note.Now, bank.Run(note).Accepted.ConsentsEndedAt);
        Assert.Equal(note.Now, bank.Run(note with { Now = note.Now.AddMinutes(1) }).Accepted.ConsentsEndedAt);
    }

    private static MemoryBank Bank() => new MemoryBank().Put(PartnerTables.Apps, app);
}
