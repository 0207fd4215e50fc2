using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Tests;

/// <summary>Lets the pause between two one-time codes to a number be over, so that a test need not wait for it.</summary>
public static class PauseBetweenCodes
{
    public static Task EndPauseAsync(this TestServer server, TestPartner partner, string mobile) =>
        server.EndPauseAsync(partner.SandboxNumber, mobile);

    public static Task EndPauseAsync(this TestServer server, int sandbox, string mobile) =>
        server
            .Get<Engine>()
            .SubmitAsync(
                new EndPause(
                    new(sandbox),
                    server.Get<Vault>().BlindIndex("mobile", mobile),
                    server.Get<TimeProvider>().GetUtcNow()
                )
            );

    private sealed record EndPause(World World, string MobileIndex, DateTimeOffset Now)
        : Command<Done>(World, Now)
    {
        public override void Keys(IKeySet keys) =>
            keys.Want(CustomerTables.OneTimeCodeRates, new(MobileIndex));

        public override Decision<Done> Decide(Book book)
        {
            if (book.Find(CustomerTables.OneTimeCodeRates, new(MobileIndex)) is { } rate)
            {
                book.Update(
                    CustomerTables.OneTimeCodeRates,
                    rate with
                    {
                        LastSentAt = rate.LastSentAt - OneTimeCodeRules.LeastPause,
                    }
                );
            }

            return Decision.Accept(new Done());
        }
    }
}
