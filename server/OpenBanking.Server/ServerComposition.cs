using Microsoft.AspNetCore.HttpOverrides;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Authorization.Authority;
using OpenBanking.Server.Cases;
using OpenBanking.Server.Confirmations;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Coupons;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Deposits;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Erasure;
using OpenBanking.Server.Fees;
using OpenBanking.Server.Http;
using OpenBanking.Server.Http.OpenApi;
using OpenBanking.Server.Ledger;
using OpenBanking.Server.Outside;
using OpenBanking.Server.Pages;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Payments;
using OpenBanking.Server.Payouts;
using OpenBanking.Server.Purposes;
using OpenBanking.Server.Refunds;
using OpenBanking.Server.Risk;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.SubMerchants;
using OpenBanking.Server.TopUps;
using OpenBanking.Server.Webhooks;
using OpenBanking.Server.Withdrawals;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server;

/// <summary>Puts the server together, for <c>Program</c> and for tests alike.</summary>
public static class ServerComposition
{
    private static DateOnly Today => BusinessCalendar.DateOf(TimeProvider.System.GetUtcNow());

    public static void AddOpenBankingServer(this WebApplicationBuilder builder)
    {
        var settings = builder.Configuration;
        SettingNames.Check(settings);
        LogLevels.Check(settings);
        var options = settings.Read<ServerOptions>();
        CrashPoints.Arm(options.CrashAt);
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(new ServerAddress(options.PublicAddress, options.MutualTlsAddress));
        services.AddSingleton(new ServerMode(options.Sandbox));
        var bank = settings.Read<BankOptions>();
        services.AddSingleton(bank);
        services.AddSingleton(new AccountAgreements(bank, Today));
        var engine = settings.Read<EngineLimits>();
        services.AddSingleton(engine);
        var outside = settings.Read<OutsideLimits>();
        services.AddSingleton(outside);
        services.AddSingleton(settings.Read<HoldOptions>());
        services.AddSingleton(settings.Read<NoticeOptions>());
        services.AddLimits(settings.Read<LimitOptions>());
        services.AddRisk(settings.Read<RiskOptions>());
        services.AddSingleton(settings.Read<ConfirmationOptions>());
        services.AddSingleton(settings.Read<SettlementOptions>());
        services.AddSingleton(settings.Read<SigningOptions>());
        services.AddSingleton(settings.Read<ApplicationOptions>());
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<Ids>();
        services.AddSingleton(provider => OpenKeys(options, provider));
        services.AddSingleton(provider => new WrappingKeys(
            provider.GetRequiredService<ServerKeys>(),
            options.WrappingKeys,
            provider.GetRequiredService<Store>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton(OpenVault);
        services.AddSingleton<PairwiseIds>();
        services.AddSingleton<PinHash>();
        var storage = settings.Read<StorageOptions>();
        storage.RequireRoomFor(engine.Writers);
        services.AddSingleton(storage);
        services.AddSingleton(provider =>
            Stores.Open(
                provider.GetRequiredService<StorageOptions>(),
                options.DataFolder,
                provider.GetRequiredService<TimeProvider>(),
                options.WrappingKeys.Keys.Append(WrappingKeys.First).Max()
            )
        );
        services.AddSingleton<StoreRefusals>();
        services.AddSingleton<IInvariant, LedgerInvariant>();
        services.AddAudit(settings.Read<AuditOptions>());
        services.AddSingleton<Engine.Engine>();
        services.AddSingleton<WorldClocks>();
        services.AddSingleton<AppDirectory>();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<TokenFilter>();
        services.AddCapabilities(outside, options.Sandbox);
        services.AddAuthorizationServer();
        services.AddAuthority(settings.Read<AuthorityOptions>(), options);
        services.AddBankPages(new ServerAddress(options.PublicAddress));
        services.AddOpenApiDocument();
        if (options.Sandbox)
        {
            services.AddSandbox();
        }

        services.Configure<ForwardedHeadersOptions>(forwarded => forwarded.Trust(options.TrustedProxies));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Headers outside ASCII come to the rules that refuse them, instead of ending the connection.
            kestrel.RequestHeaderEncodingSelector = _ => System.Text.Encoding.Latin1;
            if (options.MutualTlsAddress is not null)
            {
                kestrel.ConfigureHttpsDefaults(ClientCertificates.TakeAny);
            }

            kestrel.Limits.MaxRequestBodySize = ServerLimits.BodyBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = ServerLimits.HeaderBytes;
        });
    }

    private static void AddCapabilities(this IServiceCollection services, OutsideLimits outside, bool sandbox)
    {
        services.AddSingleton<AccountQueries>();
        services.AddSingleton<AccountConsents>();
        services.AddSingleton<KnownAgreements>();
        services.AddSingleton<ConsentQueries>();
        services.AddSingleton<CouponQueries>();
        services.AddSingleton<CaseQueries>();
        services.AddSingleton<PurposeQueries>();
        services.AddSingleton<Notices>();
        services.AddSingleton<FeeDirectory>();
        services.AddSingleton<SubMerchantQueries>();
        services.AddSingleton<PaymentSplits>();
        services.AddSingleton<HeldPayments>();
        services.AddSingleton<PaymentQueries>();
        services.AddSingleton<PaymentViews>();
        services.AddSingleton<PaymentRisk>();
        services.AddSingleton<PaymentRequests>();
        services.AddSingleton<ConfirmationQueries>();
        services.AddSingleton<Confirmations.Confirmations>();
        services.AddSingleton<PaymentCodeMessages>();
        services.AddSingleton<RefundQueries>();
        services.AddSingleton<TopUpQueries>();
        services.AddSingleton<WebhookQueries>();
        services.AddSingleton<EventQueries>();
        services.AddSingleton<WebhookAddresses>();
        services.AddSingleton<TransferNotices>();
        services.AddSingleton<AccountNotices>();
        services.AddSingleton<CardDebits>();
        services.AddSingleton<IIntentHandler>(provider => provider.GetRequiredService<CardDebits>());
        services.AddSingleton<OwnCardDebits>();
        services.AddSingleton<IIntentHandler>(provider => provider.GetRequiredService<OwnCardDebits>());
        services.AddSingleton<CardCredits>();
        services.AddSingleton<IIntentHandler>(provider => provider.GetRequiredService<CardCredits>());
        services.AddSingleton<OutstandingTransfers>();
        services.AddSingleton<OutstandingMetrics>();
        services.AddHostedService(provider => provider.GetRequiredService<OutstandingMetrics>());
        services.AddSingleton<SettlementTransfers>();
        services.AddSingleton<IIntentHandler>(provider => provider.GetRequiredService<SettlementTransfers>());
        services.AddSingleton<PayoutQueries>();
        services.AddSingleton<SettlementLineQueries>();
        services.AddSingleton<PayoutRuns>();
        services.AddSingleton<DailyPayouts>();
        services.AddHostedService(provider => provider.GetRequiredService<DailyPayouts>());
        services.AddApplications();
        services.AddSingleton<IIntentHandler, Messages>();
        services.AddSingleton<IIntentHandler, PaymentNotices>();
        services.AddSingleton<IIntentHandler, PinResetVerifications>();
        services.AddSingleton<IIntentHandler, CardVerifications>();
        services.AddSingleton<CardDeposits>();
        services.AddSingleton<IIntentHandler>(provider => provider.GetRequiredService<CardDeposits>());
        services.AddSingleton<CardDepositExpiry>();
        services.AddHostedService(provider => provider.GetRequiredService<CardDepositExpiry>());
        services.AddSingleton<IIntentHandler, UpgradeVerifications>();
        services.AddSingleton<IIntentHandler, MobileChangeVerifications>();
        services.AddSingleton<Erasures>();
        foreach (var group in Enum.GetValues<IntentGroup>())
        {
            services.AddSingleton<IHostedService>(provider =>
                ActivatorUtilities.CreateInstance<IntentWorker>(provider, group)
            );
        }

        if (outside.ExportPostings ?? !sandbox)
        {
            services.AddHostedService<PostingExport>();
        }

        services.AddHostedService<EventPublisher>();
        services.AddHostedService<WebhookSender>();
        services.AddSingleton<PaymentEnd>();
        services.AddSingleton<PaymentExpiry>();
        services.AddHostedService(provider => provider.GetRequiredService<PaymentExpiry>());
        services.AddHostedService<Housekeeping>();
        services.AddSingleton<Rewrapping>();
        services.AddHostedService(provider => provider.GetRequiredService<Rewrapping>());
        services.AddSingleton<ConsentExpiry>();
        services.AddHostedService(provider => provider.GetRequiredService<ConsentExpiry>());
        services.AddSingleton<EndedAppSweep>();
        services.AddHostedService(provider => provider.GetRequiredService<EndedAppSweep>());
        services.AddSingleton<CouponExpiry>();
        services.AddHostedService(provider => provider.GetRequiredService<CouponExpiry>());
        services.AddSingleton<Dormancy>();
        services.AddHostedService(provider => provider.GetRequiredService<Dormancy>());
    }

    private static void AddApplications(this IServiceCollection services)
    {
        services.AddSingleton<ApplicationQueries>();
        services.AddSingleton<Applicants>();
        services.AddSingleton<ContinuationAddresses>();
        services.AddSingleton<Continuations>();
        services.AddSingleton<Openings>();
        services.AddSingleton<FirstPins>();
        services.AddSingleton<ImageStore>();
        services.AddSingleton<DepositAmounts>();
        services.AddSingleton<ApplicationDeposits>();
        services.AddSingleton<IIntentHandler>(provider => provider.GetRequiredService<ApplicationDeposits>());
        services.AddSingleton<ApplicationExpiry>();
        services.AddHostedService(provider => provider.GetRequiredService<ApplicationExpiry>());
        foreach (
            var kind in (IntentKind[])
                [IntentKind.VerifyIdentity, IntentKind.VerifyApplicant, IntentKind.VerifyImages]
        )
        {
            services.AddSingleton<IIntentHandler>(provider =>
                ActivatorUtilities.CreateInstance<IdentityVerifications>(provider, kind)
            );
        }
    }

    private static void AddBankPages(this IServiceCollection services, ServerAddress address)
    {
        services.AddPageLanguages();
        services.AddRazorPages();
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = InteractionCookies.NameOf(address, "ob-form");
            options.Cookie.Path = "/";
            // As with the interactions: who comes from an app would bring none, and all pages that are open would be refused.
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.Cookie.SecurePolicy = address.IsLoopback
                ? CookieSecurePolicy.SameAsRequest
                : CookieSecurePolicy.Always;
        });
        services.AddSingleton<InteractionCookies>();
        services.AddSingleton<SessionCookie>();
        services.AddSingleton<PaymentCookie>();
        services.AddSingleton<CodeSources>();
        services.AddScoped<ImageEntry>();
        services.AddSingleton<CustomerSessions>();
        services.AddSingleton<DashboardQueries>();
        services.AddSingleton<Statements>();
        services.AddSingleton<OwnAccounts>();
        services.AddSingleton<OwnWithdrawals>();
        services.AddSingleton<OwnTopUps>();
        services.AddSingleton<WebAuthn>();
        services.AddSingleton<PasskeyChallenges>();
        services.AddSingleton<Passkeys>();
        services.AddSingleton<OwnPasskeys>();
        services.AddSingleton<OwnPins>();
        services.AddSingleton<OwnCards>();
        services.AddSingleton<OwnMobiles>();
        services.AddSingleton<OwnCases>();
        services.AddSingleton<OwnPurposes>();
        services.AddSingleton<DataCopies>();
        PageKeys.Add(services);
    }

    /// <summary>The outside, made up. A bank registers its own adapters instead.</summary>
    private static void AddSandbox(this IServiceCollection services)
    {
        services.AddSingleton<Sandboxes>();
        services.AddSingleton<SandboxClock>();
        services.AddSingleton<SandboxOutside>();
        services.AddSingleton<IIdentityVerification>(provider =>
            provider.GetRequiredService<SandboxOutside>()
        );
        services.AddSingleton<ICardDeposit>(provider => provider.GetRequiredService<SandboxOutside>());
        services.AddSingleton<IRiskDecision>(provider => provider.GetRequiredService<SandboxOutside>());
        services.AddSingleton<IPaymentRisk>(provider => provider.GetRequiredService<SandboxOutside>());
        services.AddSingleton<ICardRail>(provider => provider.GetRequiredService<SandboxOutside>());
        services.AddSingleton<ISettlementRail>(provider => provider.GetRequiredService<SandboxOutside>());
        services.AddSingleton<IMessageSender>(provider => provider.GetRequiredService<SandboxOutside>());
        services.AddSingleton<ICoreBankingPostings>(provider =>
            provider.GetRequiredService<SandboxOutside>()
        );
    }

    private static void AddLimits(this IServiceCollection services, LimitOptions options)
    {
        services.AddSingleton(LimitFile.Load(options.Rules, Today));
        services.AddSingleton(provider => new RuleData(provider.GetRequiredService<LimitRules>()));
    }

    private static void AddRisk(this IServiceCollection services, RiskOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(VelocityRuleSets.Load(options.VelocityRules));
    }

    private static ServerKeys OpenKeys(ServerOptions options, IServiceProvider provider)
    {
        if (options.MasterKey is { } key)
        {
            return new(Convert.FromBase64String(key));
        }

        if (!options.Sandbox)
        {
            throw new InvalidOperationException(
                "Set Server:MasterKey to 32 bytes in base64, from the bank's key store."
            );
        }

        var file = Path.Combine(options.DataFolder, DataFolder.KeyFile);
        if (!File.Exists(file))
        {
            if (MasterKeyFit.HasSealedAsync(provider.GetRequiredService<Store>()).GetAwaiter().GetResult())
            {
                throw new WrongSettingException(
                    $"There is no master key, and the store has values sealed with one: set Server:MasterKey, or bring back {file}."
                );
            }

            DataFolder.Require(options.DataFolder);
        }

        return ServerKeys.FromFile(file);
    }

    private static Vault OpenVault(IServiceProvider provider)
    {
        var vault = new Vault(
            provider.GetRequiredService<ServerKeys>(),
            provider.GetRequiredService<WrappingKeys>()
        );
        MasterKeyFit.RequireAsync(provider.GetRequiredService<Store>(), vault).GetAwaiter().GetResult();
        return vault;
    }

    /// <summary>Believes the proxies that are trusted about where a request comes from, and nobody else. The framework
    /// believes everybody when it is given no list, so without one nothing is forwarded.</summary>
    private static void Trust(this ForwardedHeadersOptions forwarded, IReadOnlyList<string> proxies)
    {
        forwarded.ForwardedHeaders =
            proxies.Count > 0 ? ForwardedHeaders.XForwardedFor : ForwardedHeaders.None;
        forwarded.ForwardLimit = null;
        forwarded.KnownIPNetworks.Clear();
        forwarded.KnownProxies.Clear();
        foreach (var proxy in proxies)
        {
            forwarded.KnownIPNetworks.Add(ServerOptions.NetworkOf(proxy));
        }
    }
}
