using Microsoft.Extensions.Configuration;
using OpenBanking.Server;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Risk;
using OpenBanking.Server.Storage;

namespace OpenBanking.Tests.Rules.Settings;

/// <summary>Settings as an operator gives them, <c>Section:Name=VALUE</c>.</summary>
internal static class GivenSettings
{
    public static string RefusalOf(params string[] settings) =>
        Assert.Throws<WrongSettingException>(() => Read(settings)).Message;

    public static void Read(params string[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                settings
                    .Select(setting => setting.Split('=', 2))
                    .Select(parts => KeyValuePair.Create(parts[0], (string?)parts[1]))
            )
            .Build();
        _ = configuration.Read<ServerOptions>();
        _ = configuration.Read<StorageOptions>();
        _ = configuration.Read<EngineLimits>();
        _ = configuration.Read<AuditOptions>();
        _ = configuration.Read<ConfirmationOptions>();
        _ = configuration.Read<OutsideLimits>();
        _ = configuration.Read<HoldOptions>();
        _ = configuration.Read<RiskOptions>();
    }
}
