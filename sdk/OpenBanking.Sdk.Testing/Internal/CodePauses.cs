using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Testing.Internal;

/// <summary>Lets the pause between two one-time codes to a number be over, so that a test need not wait for it.</summary>
internal static class CodePauses
{
    public static Task EndCodePauseAsync(this IServiceProvider server, World sandbox, string mobile) =>
        server
            .GetRequiredService<Engine>()
            .SubmitAsync(
                new EndPause(
                    sandbox,
                    server.GetRequiredService<Vault>().BlindIndex("mobile", mobile),
                    server.GetRequiredService<TimeProvider>().GetUtcNow()
                )
            );

    private sealed record EndPause(World World, string MobileIndex, DateTimeOffset Now)
        : Command<Done>(World, Now)
    {
        /// <summary>Those for signing in, and those of who is signed in.</summary>
        private IEnumerable<MobileKey> Counted =>
            [new(MobileIndex), new(OneTimeCodeRules.SignedIn(MobileIndex))];

        public override void Keys(IKeySet keys)
        {
            foreach (var counted in Counted)
            {
                keys.Want(CustomerTables.OneTimeCodeRates, counted);
            }
        }

        public override Decision<Done> Decide(Book book)
        {
            foreach (var counted in Counted)
            {
                if (book.Find(CustomerTables.OneTimeCodeRates, counted) is { } rate)
                {
                    book.Update(
                        CustomerTables.OneTimeCodeRates,
                        rate with
                        {
                            LastSentAt = rate.LastSentAt - OneTimeCodeRules.LeastPause,
                        }
                    );
                }
            }

            return Decision.Accept(new Done());
        }
    }
}
