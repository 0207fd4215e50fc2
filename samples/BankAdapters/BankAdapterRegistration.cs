using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Server.Outside;

namespace OpenBanking.Samples.BankAdapters;

public static class BankAdapterRegistration
{
    // <register_adapters>
    /// <summary>Registers every port. In a sandbox they take the place of the made-up outside.</summary>
    public static void AddBankAdapters(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(BackendOptions.Section).Get<BackendOptions>() ?? new();
        options.Check();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<Backend>();
        builder.Services.AddSingleton<IIdentityVerification, IdentityAdapter>();
        builder.Services.AddSingleton<ICardDeposit, DepositAdapter>();
        builder.Services.AddSingleton<IRiskDecision, RiskAdapter>();
        builder.Services.AddSingleton<IPaymentRisk, PaymentRiskAdapter>();
        builder.Services.AddSingleton<ICardRail, CardRailAdapter>();
        builder.Services.AddSingleton<IMessageSender, MessageAdapter>();
        builder.Services.AddSingleton<ISettlementRail, SettlementAdapter>();
        builder.Services.AddSingleton<ICoreBankingPostings, PostingAdapter>();
    }
    // </register_adapters>
}
