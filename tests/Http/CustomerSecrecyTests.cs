using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging;
using OpenBanking.Samples.BankAdapters;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>A customer lives a whole life with the bank, and what they enter in it is nowhere but where it must be.</summary>
public sealed partial class CustomerSecrecyTests : IAsyncLifetime
{
    private const string Name = "上官隐秘";
    private const string NewName = "上官隐蔽";
    private const string IdNumber = "370202198306172547";
    private const string IdNumberOfNobody = "370203197409253819";
    private const string Mobile = "13974185296";
    private const string NewMobile = "15874196325";
    private const string Card = "6217991738465290377";
    private const string SecondCard = "6225884609137285462";
    private const string ThirdCard = "6214857319406285170";
    private const string CardOfNobody = "6228489573016284934";
    private const string FirstPin = "582947";
    private const string SecondPin = "741936";
    private const string ThirdPin = "615382";
    private const string WrongPin = "930274";
    private const string PasskeyName = "藏在抽屉里的手机";
    private const string CaseText = "那天夜里我在外婆家睡觉。";

    private readonly ConcurrentQueue<string> logged = [];
    private readonly ConcurrentQueue<string> traced = [];
    private readonly ConcurrentQueue<string> told = [];
    private readonly ConcurrentQueue<(string Mobile, string Text)> messages = [];
    private readonly List<PlantedValue> planted =
    [
        new("the name", Name),
        new("the corrected name", NewName),
        new("the ID number", IdNumber),
        new("the ID number of nobody", IdNumberOfNobody),
        new("the mobile number", Mobile),
        new("the new mobile number", NewMobile),
        new("the card number", Card),
        new("the second card's number", SecondCard),
        new("the third card's number", ThirdCard),
        new("the number of a card of nobody", CardOfNobody),
        new("the PIN", FirstPin),
        new("the changed PIN", SecondPin),
        new("the PIN set anew", ThirdPin),
        new("the wrong PIN", WrongPin),
        new("what a case says", CaseText),
    ];

    private readonly Browser browser = new();
    private BankBackend bank = null!;
    private Receiver receiver = null!;
    private TestServer server = null!;
    private TestPartner partner = null!;
    private OpenBankingClient client = null!;
    private int codes;

    /// <summary>The bank has systems of its own: a sandbox would know its persons in plain.</summary>
    public async ValueTask InitializeAsync()
    {
        bank = await BankBackend.StartAsync();
        bank.Send = (_, message) =>
        {
            messages.Enqueue(((string)message["mobile"]!, (string)message["text"]!));
            return Task.CompletedTask;
        };
        receiver = await Receiver.StartAsync();
        server = await TestServer.StartAsync(
            builder =>
            {
                builder.AddBankAdapters();
                builder.Logging.ClearProviders().AddProvider(new LogRecorder(logged, whole: true));
            },
            dataFolder: null,
            [
                .. bank.Settings,
                "Logging:LogLevel:Default=Trace",
                "Logging:LogLevel:Microsoft.AspNetCore=Trace",
                "Logging:LogLevel:Microsoft.Hosting.Lifetime=Trace",
                "Logging:LogLevel:Microsoft.AspNetCore.DataProtection=Trace",
            ]
        );
        partner = await TestPartner.NewAsync(server.Address);
        client = new OpenBankingClient(
            new OpenBankingOptions
            {
                Authority = server.Address,
                ClientId = partner.ClientId,
                Key = partner.Key,
                HttpHandler = new Wire(told),
            }
        );
    }

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        await server.DisposeAsync();
        await receiver.DisposeAsync();
        await bank.DisposeAsync();
    }

    /// <summary>What the customer's own pages and the messages to their phone show is theirs and is not looked at, except that
    /// it is there: the name in the copy of their data, the codes in the messages. Nor is what the bank's own systems are
    /// asked, which are outside.</summary>
    [Fact]
    public async Task What_a_customer_enters_in_a_whole_life_is_in_no_answer_webhook_log_exception_activity_or_file()
    {
        using var activities = ListenToActivities();
        await client.WebhookEndpoints.CreateAsync(
            new CreateWebhookEndpointRequest { Url = new Uri(receiver.Address, "/hooks").ToString() }
        );

        var customer = await OpenAsync();
        await ApplyAsync();
        await ConfirmPaymentAsync(customer);
        await ChangePinAsync();
        await WakeAsync(customer);
        await UpgradeAsync(customer);
        await AddCardAsync();
        await AddCardByAmountAsync();
        await UsePasskeyAsync();
        await ChangeMobileAsync();
        await WithdrawAsync();
        await ComplainAsync();
        await CorrectNameAsync();
        await browser.GoAsync(Own("/data.json"));
        Assert.Contains(Name, browser.Content);
        await ResetPinAsync();
        await LookAsync(customer);
        await PlantAccountNumberAsync();
        await EraseAsync();

        Assert.Equal(6, codes);
        Assert.NotEmpty(traced);
        foreach (
            var (where, all) in ((string, IReadOnlyCollection<string>)[])
                [
                    ("what the partner got", (string[])[.. told, .. await WebhooksAsync()]),
                    ("the log", logged),
                    ("the activities", traced),
                ]
        )
        {
            AssertNothingIn(where, all);
        }

        foreach (var file in server.Files)
        {
            var bytes = await ReadAsync(file);
            Assert.All(
                planted,
                value => Assert.False(value.IsIn(bytes), $"{value.Name} is in {Path.GetFileName(file)}.")
            );
        }
    }

    /// <summary>That it can be found.</summary>
    [Theory]
    [InlineData("number=13974185296;")]
    [InlineData("x13974185296x")]
    [InlineData("{\"code\":\"582947\"}")]
    [InlineData("Name \\u4E0A\\u5B98\\u9690\\u79D8")]
    [InlineData("&#x4E0A;&#x5B98;&#x9690;&#x79D8;")]
    [InlineData("?name=%E4%B8%8A%E5%AE%98%E9%9A%90%E7%A7%98")]
    [InlineData("name%3d%e4%b8%8a%e5%ae%98%e9%9a%90%e7%a7%98")]
    public void A_planted_value_is_found_however_it_is_written(string text) =>
        Assert.Single(planted, value => value.IsIn(text));

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("--")]
    public void A_planted_value_is_found_in_other_encodings(string before)
    {
        foreach (var value in planted)
        {
            var text = $"{before}{value.Value} and more";
            Assert.True(value.IsIn(Encoding.Unicode.GetBytes(text)), value.Name);
            Assert.True(value.IsIn(Encoding.BigEndianUnicode.GetBytes(text)), value.Name);
            Assert.True(value.IsIn(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))), value.Name);
            Assert.True(
                value.IsIn(System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text))),
                value.Name
            );
            Assert.True(value.IsIn(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text))), value.Name);
        }
    }

    [Theory]
    [InlineData("0a582947ff")]
    [InlineData("2026-01-01T00:00:00.582947+08:00")]
    [InlineData("1582947")]
    public void A_part_of_a_longer_number_is_no_PIN(string text) =>
        Assert.DoesNotContain(planted, value => value.IsIn(text));
}
