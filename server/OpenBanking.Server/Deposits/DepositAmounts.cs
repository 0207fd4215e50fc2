using System.Globalization;
using System.Security.Cryptography;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Deposits;

/// <summary>Makes the small amounts that prove cards, and has them sent.</summary>
public sealed class DepositAmounts(WorldClocks clocks, Vault vault, Ids ids, ICardDeposit? port = null)
{
    /// <summary>Whether the bank has a way to send one.</summary>
    public bool AreOffered => port is not null;

    /// <param name="subjectId">What the card is proven for.</param>
    public NewDeposit New(Guid subjectId, string cardNumber)
    {
        var amount = RandomNumberGenerator.GetInt32(DepositRules.Least, DepositRules.Most + 1);
        var intent = ids.New<IntentRow>();
        return new(
            MacOf(subjectId, amount),
            vault.BlindIndex("deposit card", cardNumber),
            intent,
            vault.SealJson(amount, intent.Value),
            clocks.RealNow
        );
    }

    /// <summary>What is kept of an amount.</summary>
    /// <param name="amount">In fen.</param>
    public byte[] MacOf(Guid subjectId, int amount) =>
        vault.MacOf($"deposit {amount.ToString(CultureInfo.InvariantCulture)}", subjectId);

    /// <summary>Has it sent; nothing is sent twice.</summary>
    public async Task<OutsideAnswer> SendAsync(
        Reference reference,
        IntentRow intent,
        FiveElements elements,
        bool mayBeKnown,
        CancellationToken cancellationToken
    )
    {
        var sender = port ?? throw new InvalidOperationException("No card deposits are registered.");
        var answer = mayBeKnown ? await sender.FindAsync(reference, cancellationToken) : null;
        answer ??= await sender.SendAsync(
            reference,
            elements.CardNumber,
            elements.Name,
            Money.Cny(vault.OpenJson<int>(intent.Request!, intent.Id.Value)),
            cancellationToken
        );
        return answer.RefusingWith(ApplicationReasons.CardNotVerified);
    }
}
