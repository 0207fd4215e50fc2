using OpenBanking.Server.Consents;
using OpenBanking.Server.Http;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Security;

namespace OpenBanking.Server.Risk;

/// <summary>What is known of a payment's risk before it is decided.</summary>
/// <param name="Answer">Of the bank's risk engine.</param>
/// <param name="Checks">The velocity rules it is held against; none for a payment that its customer confirms.</param>
public sealed record RiskView(RiskAnswer Answer, IReadOnlyList<VelocityCheck> Checks)
{
    public static RiskView Nothing { get; } = new(RiskAnswer.Allow, []);
}

/// <summary>Asks the bank's risk engine about a payment, and finds the velocity rules for it.</summary>
public sealed class PaymentRisk(
    IPaymentRisk engine,
    VelocityRuleSets velocity,
    RiskOptions options,
    Vault vault,
    ILogger<PaymentRisk> log
)
{
    /// <param name="agreement">The one it is to be paid under; null when its customer is to confirm it.</param>
    /// <param name="deviceId">What the partner calls the browser or device.</param>
    public async Task<RiskView> LookAsync(
        Caller caller,
        AssessedPayment payment,
        AgreementRow? agreement,
        string? deviceId
    )
    {
        var device = deviceId is null ? (Guid?)null : HashOf(caller, deviceId);
        var answer = await AskAsync(payment with { Device = device });
        if (agreement is null)
        {
            return new(answer, []);
        }

        var subjects = new Dictionary<VelocitySubject, Guid>
        {
            [VelocitySubject.Customer] = agreement.CustomerId.Value,
            [VelocitySubject.Partner] = agreement.PartnerId.Value,
        };
        if (device is { } known)
        {
            subjects[VelocitySubject.Device] = known;
        }

        return new(answer, velocity.ChecksFor(subjects, caller.Now));
    }

    /// <summary>What fails or is late is told by the setting: a payment is never kept waiting, nor let through, by an engine
    /// that is down.</summary>
    private async Task<RiskAnswer> AskAsync(AssessedPayment payment)
    {
        using var deadline = new CancellationTokenSource(options.Deadline);
        try
        {
            return await engine.AssessAsync(payment, deadline.Token).WaitAsync(options.Deadline);
        }
        catch (Exception failure)
        {
            // The kind of failure alone: an adapter's exception may quote what it was asked with.
            log.LogWarning(
                "The risk of a payment has no answer, and {Answer} counts: {Failure}",
                options.WithoutAnswer,
                failure.GetType().Name
            );
            return options.WithoutAnswer;
        }
    }

    /// <summary>A device is one partner's: what two partners call the same is not the same.</summary>
    private Guid HashOf(Caller caller, string deviceId) =>
        vault.HashOf("device", $"{caller.World}/{caller.App.PartnerId}/{deviceId}");
}
