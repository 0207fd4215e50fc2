using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenBanking.Server.Authorization;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>Nothing of a person whom a partner applies for is anywhere but in the cipher; and keys change under running
/// partners.</summary>
public sealed class ApplicationSecrecyTests
{
    private static readonly Applicant planted = new()
    {
        Name = "欧阳机密",
        IdNumber = "110101198001010010",
        Mobile = "13812345678",
        CardNumber = "6222020200112230004",
    };

    [Fact]
    public async Task A_planted_person_is_in_no_answer_log_exception_or_file()
    {
        var logs = new ConcurrentQueue<string>();
        await using var server = await TestServer.StartAsync(
            builder => builder.Logging.ClearProviders().AddProvider(new LogRecorder(logs)),
            dataFolder: null,
            "Logging:LogLevel:Default=Trace",
            "Logging:LogLevel:Microsoft.AspNetCore=Trace"
        );
        var partner = await TestPartner.NewAsync(server.Address);
        var texts = new StringBuilder();

        // As it should be, and wrong in each field.
        texts.AppendLine(await ApplyAsync(partner.Client, planted));
        texts.AppendLine(
            await ApplyAsync(partner.Client, planted with { IdNumber = planted.IdNumber + "1" })
        );
        texts.AppendLine(await ApplyAsync(partner.Client, planted with { Mobile = planted.Mobile + "1" }));
        texts.AppendLine(
            await ApplyAsync(partner.Client, planted with { CardNumber = planted.CardNumber + "1" })
        );
        await server.Get<SigningKeys>().RotateAsync(compromised: false);
        texts.AppendLine(await ApplyAsync(partner.Client, planted));
        await WaitUntilVerifiedAsync(partner);
        texts.AppendLine(string.Join('\n', logs));

        Assert.NotEmpty(logs);
        foreach (var secret in (string[])[planted.Name, planted.IdNumber, planted.Mobile, planted.CardNumber])
        {
            Assert.DoesNotContain(secret, texts.ToString(), StringComparison.Ordinal);
            foreach (var file in server.Files)
            {
                Assert.False(await ContainsAsync(file, secret), $"{Path.GetFileName(file)} holds it.");
            }
        }
    }

    [Fact]
    public async Task A_key_that_was_compromised_is_replaced_under_a_running_partner()
    {
        var clock = new ShiftedClock();
        await using var server = await TestServer.StartAsync(builder =>
            builder.Services.AddSingleton<TimeProvider>(clock)
        );
        var partner = await TestPartner.NewAsync(server.Address);
        var client = new OpenBankingClient(
            new OpenBankingOptions
            {
                Authority = server.Address,
                ClientId = partner.ClientId,
                Key = partner.Key,
                TimeProvider = clock,
            }
        );
        await ApplyAsync(client, planted);
        // The partner has the key now, and keeps it.
        var before = server.Get<SigningKeys>().PublishedForEncryption.Keys[0].Kid;
        await server.Get<SigningKeys>().RotateAsync(compromised: true);
        await server.Get<SigningKeys>().RefreshAsync();
        Assert.NotNull(server.Get<SigningKeys>().FindEncryption(before!));

        clock.Ahead = TimeSpan.FromMinutes(3);

        Assert.Null(server.Get<SigningKeys>().FindEncryption(before!));
        Assert.NotEqual(before, server.Get<SigningKeys>().PublishedForEncryption.Keys[0].Kid);
        var seen = await ApplyAsync(client, planted);
        Assert.True(seen.Contains("identity_verifying", StringComparison.Ordinal), seen);
    }

    /// <summary>What the partner sees of it: the answer, or the exception with all that is in it.</summary>
    private static async Task<string> ApplyAsync(OpenBankingClient client, Applicant applicant)
    {
        var request = new CreateAccountApplicationRequest { Applicant = applicant };
        try
        {
            var made = await client.AccountApplications.CreateAsync(
                request,
                IdempotencyKey.FromOrder($"order-{Guid.NewGuid():N}", "open")
            );
            return $"{made} {made.Reason} {made.ContinuationUrl} {request} {applicant}";
        }
        catch (OpenBankingException refused)
        {
            return $"{refused} {request} {string.Concat(refused.Errors.Select(error => error.ToString()))}";
        }
    }

    private static async Task WaitUntilVerifiedAsync(TestPartner partner)
    {
        for (var tries = 0; tries < 200; tries++)
        {
            var all = await partner.Client.AccountApplications.ListAsync().ToListAsync();
            Assert.Equal(2, all.Count);
            if (all.All(one => one.Status == AccountApplicationStatus.IdentityFailed))
            {
                return;
            }

            await Task.Delay(25);
        }

        throw new InvalidOperationException("The applications were not verified.");
    }

    private static async Task<bool> ContainsAsync(string file, string secret)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.GetBuffer().AsSpan(0, (int)bytes.Length).IndexOf(Encoding.UTF8.GetBytes(secret)) >= 0;
    }
}
