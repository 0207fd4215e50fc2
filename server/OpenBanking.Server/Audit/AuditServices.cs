using OpenBanking.Server.Engine;

namespace OpenBanking.Server.Audit;

/// <summary>The audit, as the server is put together.</summary>
public static class AuditServices
{
    public static void AddAudit(this IServiceCollection services, AuditOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<IBatchRecorder, AuditRecorder>();
        services.AddSingleton<AuditKeys>();
        services.AddSingleton<Sealers>();
        services.AddSingleton<AuditChain>();
        services.AddSingleton<AuditVerifier>();
        services.AddSingleton<Findings>();
        services.AddSingleton<AuditorPass>();
        services.AddHostedService<AuditSealer>();
        services.AddHostedService<Auditor>();
    }
}
