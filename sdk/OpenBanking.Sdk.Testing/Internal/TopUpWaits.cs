namespace OpenBanking.Testing.Internal;

/// <summary>Waits for top-ups at a bank whose card answers at once: most have come within milliseconds.</summary>
internal static class TopUpWaits
{
    private const int QuickLooks = 20;
    private static readonly TimeSpan quickPause = TimeSpan.FromMilliseconds(20);

    public static async Task<TopUp> WaitShortlyAsync(
        this TopUpsClient topUps,
        string id,
        CancellationToken cancellationToken = default
    )
    {
        for (var looks = 0; looks < QuickLooks; looks++)
        {
            await Task.Delay(quickPause, cancellationToken).ConfigureAwait(false);
            var topUp = await topUps.GetAsync(id, cancellationToken).ConfigureAwait(false);
            if (topUp.Status != TopUpStatus.Processing)
            {
                return topUp;
            }
        }

        return await topUps.WaitAsync(id, cancellationToken: cancellationToken).ConfigureAwait(false);
    }
}
