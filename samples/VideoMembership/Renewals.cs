namespace OpenBanking.Samples.VideoMembership;

/// <summary>How many memberships go on, how many ended, and of how many it is not known: the next run settles these.</summary>
public sealed record RenewalRun(int Renewed, int Lapsed, int Open);

/// <summary>Charges the next month of those whose month is over, under the agreement that they gave when they linked.</summary>
public sealed class Renewals(OpenBankingClient bank, Shop shop, ILogger<Renewals> logger)
{
    /// <summary>Goes through all whose month is over by then. Run again, it charges nobody twice.</summary>
    public async Task<RenewalRun> RunAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        var run = new RenewalRun(0, 0, 0);
        foreach (var found in shop.FindDue(at))
        {
            using var turn = await shop.TakeTurnAsync(found.UserId!, cancellationToken);
            // Its user, or an event, may have changed it meanwhile.
            if (shop.FindDue(at).FirstOrDefault(order => order.OrderNo == found.OrderNo) is not { } due)
            {
                continue;
            }

            try
            {
                run = await RenewAsync(due, cancellationToken)
                    ? run with
                    {
                        Renewed = run.Renewed + 1,
                    }
                    : run with
                    {
                        Lapsed = run.Lapsed + 1,
                    };
            }
            catch (OpenBankingException failure)
            {
                logger.LogWarning("{OrderNo} was not renewed yet: {Message}", due.OrderNo, failure.Message);
                run = run with { Open = run.Open + 1 };
            }
        }

        return run;
    }

    private async Task<bool> RenewAsync(MembershipOrder due, CancellationToken cancellationToken)
    {
        // <renew>
        // Customers end agreements at the bank: nobody is charged in vain, or asked for what they took back.
        var agreement = await bank.Agreements.GetAsync(due.AgreementId!, cancellationToken);
        if (agreement.Status != ConsentStatus.Authorized || agreement.Total.Left < Shop.Price)
        {
            // A run before may have paid this month and not heard of it. Closed, its order number says so for good.
            if (
                due.State == OrderState.Ordered
                && (await bank.Orders.CloseAsync(due.OrderNo, cancellationToken)).LastPayment?.Status
                    == PaymentStatus.Captured
            )
            {
                return true;
            }

            shop.Lapse(due);
            return false;
        }

        // The number is that of the month: a run that is repeated asks for the same payment again.
        var order = due.State == OrderState.Ordered ? due : shop.Renew(due);
        var payment = await bank.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = order.OrderNo,
                Amount = Shop.Price,
                AgreementId = agreement.Id,
                Description = "Another month of videos",
            },
            IdempotencyKey.FromOrder(order.OrderNo, "payment"),
            cancellationToken
        );
        if (payment.Status == PaymentStatus.Captured)
        {
            return true; // the webhook delivers it, as any other order
        }

        var why = await bank.Payments.ExplainDeclineAsync(payment, cancellationToken);
        logger.LogInformation("{OrderNo} was not renewed: {Why}", order.OrderNo, why);
        shop.Lapse(order);
        return false;
        // </renew>
    }
}
