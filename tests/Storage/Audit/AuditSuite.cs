using Microsoft.Extensions.Logging.Abstractions;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Audit;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Security;
using OpenBanking.Tests.Storage.Engine;
using OpenBanking.Tests.Storage.Ledger;

namespace OpenBanking.Tests.Storage.Audit;

/// <summary>An engine with what audits it.</summary>
public abstract class AuditSuite<TDatabase> : EngineSuite<TDatabase>
    where TDatabase : TestDatabase, new()
{
    private protected static readonly ServerKeys ServerKeys = new(new byte[32]);

    /// <summary>The setting that gives the server's program these keys.</summary>
    private protected static readonly string MasterKey =
        $"--Server:MasterKey={Convert.ToBase64String(new byte[32])}";

    private AuditChain? chain;

    /// <summary>The sealer of this process.</summary>
    private protected AuditChain Chain => chain ??= NewChain();

    private protected Findings Findings =>
        new(Store, Engine, new AccountConsents(Store), Clock, NullLogger<Findings>.Instance);

    private protected AuditKeys Keys => new(Store, Engine, new Vault(ServerKeys), Clock);

    /// <summary>A sealer, as a process of its own would have it.</summary>
    /// <param name="sealers">What it knows of the others; nothing, where two play nodes of one store that serves one.</param>
    private protected AuditChain NewChain(AuditOptions? options = null, Sealers? sealers = null) =>
        new(
            Store,
            Engine,
            Keys,
            options ?? new(),
            new Ids(Clock),
            Clock,
            NullLogger<AuditChain>.Instance,
            sealers
        );

    /// <summary>Seals everything there is.</summary>
    private protected static async Task SealAllAsync(AuditChain chain)
    {
        Assert.True(await chain.HoldAsync());
        while (await chain.SealAsync() > 0) { }
    }

    private protected Task<AuditVerdict> VerifyAsync(
        IReadOnlyList<string>? heads = null,
        AuditOptions? options = null
    ) => new AuditVerifier(Store, Keys, options ?? new()).VerifyAsync(heads ?? []);

    private protected async Task AssertSoundAsync() => Assert.Null((await VerifyAsync()).Broken);

    /// <summary>A customer who tops up, pays and gets back, in a batch each.</summary>
    private protected async Task<SmallBank> DoBusinessAsync()
    {
        var bank = new SmallBank(Engine, Store, Rows.World);
        await bank.OpenAsync();
        await bank.TopUpAsync(1, 100_00);
        await bank.PayAsync(1, 20_00);
        var payment = await bank.PayAsync(2, 15_00, (await bank.IssueAsync(1)).Id);
        await bank.RefundAsync(1, payment, 4_00);
        return bank;
    }

    private protected string? Count(string table) => Database.Scalar($"SELECT COUNT(*) FROM {table}");
}
