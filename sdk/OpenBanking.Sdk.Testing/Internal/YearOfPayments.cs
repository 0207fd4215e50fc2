using OpenBanking.Server.Accounts;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Testing.Internal;

/// <summary>Pays what an account may pay in a year, as much each day as it may.</summary>
internal sealed class YearOfPayments(
    OpenBankingClient client,
    BankRows rows,
    SandboxBankClock clock,
    LinkedCustomer customer,
    string agreementId
)
{
    public async Task PayAsync(AccountRow account, CancellationToken cancellationToken)
    {
        var limits = rows.Limits.For(account.Type, await TodayAsync(cancellationToken).ConfigureAwait(false));
        var days = (int)(limits.YearlyOutflow / limits.DailyOutflow) + 1;
        var today = await TodayAsync(cancellationToken).ConfigureAwait(false);
        if (today.AddDays(days).Year != today.Year)
        {
            // What is paid by then would not count for the year after.
            await clock.AdvanceAsync(TimeSpan.FromDays(days), cancellationToken).ConfigureAwait(false);
        }

        while (
            await LeftOfYearAsync(limits, cancellationToken).ConfigureAwait(false) is > 0 and var left
            && await LeftOfDayAsync(limits, cancellationToken).ConfigureAwait(false) is var ofDay
        )
        {
            if (ofDay > 0)
            {
                await PayAsync(Money.Cny(Math.Min(left, ofDay)), left, cancellationToken)
                    .ConfigureAwait(false);
            }

            await clock.AdvanceAsync(TimeSpan.FromDays(1), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <param name="amount">What is paid.</param>
    /// <param name="left">What is to be paid in the year, in fen: money for it is brought all at once where the agreement lets
    /// so much be brought.</param>
    /// <param name="cancellationToken">Gives up.</param>
    private async Task PayAsync(Money amount, long left, CancellationToken cancellationToken)
    {
        var account = await rows.AccountOfAsync(customer, cancellationToken).ConfigureAwait(false);
        var now = await clock.NowAsync(cancellationToken).ConfigureAwait(false);
        var orderNo = $"year-{agreementId[^8..]}-{now.ToUnixTimeMilliseconds()}";
        if (account.Available < amount.Amount)
        {
            await TopUpAsync(orderNo, left, cancellationToken).ConfigureAwait(false);
        }

        var payment = await client
            .Payments.CreateAsync(
                new CreatePaymentRequest
                {
                    OrderNo = orderNo,
                    Amount = amount,
                    AgreementId = agreementId,
                },
                IdempotencyKey.FromOrder(orderNo, "payment"),
                cancellationToken
            )
            .ConfigureAwait(false);
        ThrowIfDeclined("payment", amount, payment.DeclineCode);
    }

    private async Task TopUpAsync(string orderNo, long left, CancellationToken cancellationToken)
    {
        var agreement = await client
            .Agreements.GetAsync(agreementId, cancellationToken)
            .ConfigureAwait(false);
        var amount = Money.Cny(Math.Min(left, agreement.PerPaymentLimit.Amount));
        var asked = await client
            .TopUps.CreateAsync(
                new CreateTopUpRequest { AgreementId = agreementId, Amount = amount },
                IdempotencyKey.FromOrder(orderNo, "top-up"),
                cancellationToken
            )
            .ConfigureAwait(false);
        var brought = await client.TopUps.WaitShortlyAsync(asked.Id, cancellationToken).ConfigureAwait(false);
        ThrowIfDeclined("top-up", amount, brought.DeclineCode);
    }

    private async Task<long> LeftOfYearAsync(AccountLimits limits, CancellationToken cancellationToken)
    {
        var account = await rows.AccountOfAsync(customer, cancellationToken).ConfigureAwait(false);
        var (_, _, ofYear) = AccountRules.OutflowAt(
            account,
            await clock.NowAsync(cancellationToken).ConfigureAwait(false)
        );
        return limits.YearlyOutflow - ofYear;
    }

    private async Task<long> LeftOfDayAsync(AccountLimits limits, CancellationToken cancellationToken)
    {
        var account = await rows.AccountOfAsync(customer, cancellationToken).ConfigureAwait(false);
        var (_, ofDay, _) = AccountRules.OutflowAt(
            account,
            await clock.NowAsync(cancellationToken).ConfigureAwait(false)
        );
        return AccountRules.DayLimitOf(account, limits) - ofDay;
    }

    private async Task<DateOnly> TodayAsync(CancellationToken cancellationToken) =>
        BusinessCalendar.DateOf(await clock.NowAsync(cancellationToken).ConfigureAwait(false));

    private static void ThrowIfDeclined(string what, Money amount, string? code)
    {
        if (code is not null)
        {
            throw new InvalidOperationException($"A {what} of {amount} was declined with {code}.");
        }
    }
}
