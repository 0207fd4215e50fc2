namespace OpenBanking.Samples.VideoMembership;

/// <summary>Ends at the bank what links before the present one gave: a new consent does not end the one before, whose agreement could
/// be charged on after the user has taken the account out.</summary>
public sealed class FormerLinks(OpenBankingClient bank, Shop shop, ILogger<FormerLinks> logger)
{
    /// <summary>Ends them all. Those before one that fails are ended then.</summary>
    public async Task EndAsync(string userId, CancellationToken cancellationToken)
    {
        foreach (var consent in shop.FindUser(userId).FormerConsents ?? [])
        {
            await bank.Consents.RevokeAsync(consent, cancellationToken);
            var user = shop.FindUser(userId);
            shop.Save(user with { FormerConsents = [.. user.FormerConsents!.Except([consent])] });
        }
    }

    /// <summary>Ends them if that can be done now; else with the next link, or when the account is taken out.</summary>
    public async Task TryEndAsync(string userId, CancellationToken cancellationToken)
    {
        try
        {
            await EndAsync(userId, cancellationToken);
        }
        catch (OpenBankingException failure)
        {
            logger.LogWarning("A consent of a link before was not ended yet: {Message}", failure.Message);
        }
    }
}
