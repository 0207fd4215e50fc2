using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using OpenBanking.Samples.BankAdapters;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Cases;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>A customer lives a whole life with the bank, and what they enter in it is nowhere but where it must be.</summary>
public sealed partial class CustomerSecrecyTests : IAsyncLifetime
{
    private const string Name = "上官隐秘";
    private const string IdNumber = "370202198306172547";
    private const string Mobile = "13974185296";
    private const string NewMobile = "15874196325";
    private const string Card = "6217991738465290377";
    private const string SecondCard = "6225884609137285462";
    private const string CardOfNobody = "6228489573016284934";
    private const string FirstPin = "582947";
    private const string SecondPin = "741936";
    private const string ThirdPin = "615382";
    private const string WrongPin = "930274";

    private readonly ConcurrentQueue<string> logged = [];
    private readonly ConcurrentQueue<string> traced = [];
    private readonly ConcurrentQueue<string> told = [];
    private readonly ConcurrentQueue<(string Mobile, string Text)> messages = [];
    private readonly List<PlantedValue> planted =
    [
        new("the name", Name),
        new("the ID number", IdNumber),
        new("the mobile number", Mobile),
        new("the new mobile number", NewMobile),
        new("the card number", Card),
        new("the second card's number", SecondCard),
        new("the number of a card of nobody", CardOfNobody),
        new("the PIN", FirstPin),
        new("the changed PIN", SecondPin),
        new("the PIN set anew", ThirdPin),
        new("the wrong PIN", WrongPin),
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
        await AddCardAsync();
        await ChangeMobileAsync();
        await WithdrawAsync();
        await ComplainAsync();
        await browser.GoAsync(Own("/data.json"));
        Assert.Contains(Name, browser.Content);
        await ResetPinAsync();
        await LookAsync(customer);

        Assert.Equal(6, codes);
        await PlantAccountNumberAsync();
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

    private Uri Own(string rest = "") => new(server.Address, $"/bank/{partner.SandboxNumber}/my{rest}");

    /// <summary>Opens an account on the bank's pages, and has money brought there.</summary>
    private async Task<LinkedCustomer> OpenAsync()
    {
        var link = await client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = TestPartner.RedirectUri,
                AuthorizationDetails = TestPartner.Everything,
            }
        );
        // The outcome is asked for again: what an exception says of it is logged.
        bank.Lost["messages/send"] = 1;
        bank.Lost["identity/verify"] = 1;
        await browser.GoAsync(link.AuthorizationUrl);
        await browser.SubmitAsync(("Mobile", Mobile));
        await EnterCodeAsync(Mobile);
        await browser.SubmitAsync(
            ("FullName", Name),
            ("IdNumber", IdNumber),
            ("CardNumber", Card),
            ("Terms", "true")
        );
        await WhileAsync(() => browser.Address.AbsolutePath.EndsWith("/verifying", StringComparison.Ordinal));
        await browser.SubmitAsync(("Pin", FirstPin), ("Again", WrongPin));
        await browser.SubmitAsync(("Pin", FirstPin), ("Again", FirstPin));
        Assert.EndsWith("/consent", browser.Address.AbsolutePath);
        await browser.SubmitAsync(("Pin", WrongPin));
        Assert.Contains("not your PIN", Text());
        await browser.SubmitAsync(("Pin", FirstPin));
        told.Enqueue($"{browser.Address}");
        var customer = await client.AccountLinks.CompleteAsync(link.Session, browser.Address);
        var topUp = await client.TopUps.CreateAsync(
            new CreateTopUpRequest { AgreementId = customer.AgreementId!, Amount = Money.Yuan(4_000) },
            IdempotencyKey.FromOrder("top-up-1", "top-up")
        );
        Assert.Equal(TopUpStatus.Succeeded, (await client.TopUps.WaitAsync(topUp.Id)).Status);
        return customer;
    }

    /// <summary>The partner applies for the same person, and with what is wrong.</summary>
    private async Task ApplyAsync()
    {
        var person = new Applicant
        {
            Name = Name,
            IdNumber = IdNumber,
            Mobile = Mobile,
            CardNumber = Card,
        };
        foreach (var applicant in (Applicant[])[person, person with { CardNumber = Card + "1" }])
        {
            try
            {
                var made = await client.AccountApplications.CreateAsync(
                    new CreateAccountApplicationRequest { Applicant = applicant },
                    IdempotencyKey.FromOrder($"order-{applicant.CardNumber.Length}", "open")
                );
                told.Enqueue($"{made}");
            }
            catch (OpenBankingException refused)
            {
                told.Enqueue($"{refused} {string.Join(' ', refused.Errors)}");
            }
        }
    }

    private async Task ConfirmPaymentAsync(LinkedCustomer customer)
    {
        var asked = await client.Payments.CreateAsync(
            new CreatePaymentRequest
            {
                OrderNo = "order-1",
                Amount = Money.Yuan(1_500),
                ReturnUrl = TestPartner.RedirectUri.ToString(),
            },
            IdempotencyKey.FromOrder("order-1", "payment")
        );
        await browser.GoAsync(new Uri(asked.NextAction!.ConfirmationUrl));
        await browser.SubmitAsync();
        await SignInAsync(Mobile, FirstPin);
        Assert.EndsWith($"/pay/{asked.Id}/confirm", browser.Address.AbsolutePath);
        await SendCodeAsync(Mobile, () => browser.SubmitAsync("Code"));
        var code = await CodeAsync(Mobile);
        await browser.SubmitAsync(("Pin", WrongPin), ("Code", code));
        Assert.Contains("not your PIN", Text());
        await browser.SubmitAsync(("Pin", FirstPin), ("Code", WrongPin));
        Assert.Contains("not the code", Text());
        await browser.SubmitAsync(("Pin", FirstPin), ("Code", code));
        Assert.Equal(TestPartner.RedirectUri.Authority, browser.Address.Authority);
        told.Enqueue($"{browser.Address}");
        Assert.Equal(PaymentStatus.Captured, (await client.Payments.GetAsync(asked.Id)).Status);
        Assert.Equal(customer.CustomerId, (await client.Payments.GetAsync(asked.Id)).CustomerId);
    }

    private async Task ChangePinAsync()
    {
        await browser.GoAsync(Own());
        await FollowAsync("Change your payment PIN");
        await browser.SubmitAsync(("Present", WrongPin), ("Pin", SecondPin), ("Again", SecondPin));
        Assert.Contains("not your PIN", Text());
        await browser.SubmitAsync(("Present", FirstPin), ("Pin", SecondPin), ("Again", SecondPin));
        Assert.Contains("Your payment PIN is changed", Text());
    }

    private async Task AddCardAsync()
    {
        await ToAccountAsync();
        await FollowAsync("Bound cards");
        await FollowAsync("Add a card");
        await browser.SubmitAsync(("CardNumber", SecondCard + "1"), ("Pin", SecondPin));
        await browser.SubmitAsync(("CardNumber", SecondCard), ("Pin", SecondPin));
        await WhileAsync(() => Text().Contains("We are asking", StringComparison.Ordinal));
        Assert.Contains(SecondCard[^4..], Text());
    }

    private async Task ChangeMobileAsync()
    {
        await browser.GoAsync(Own("/mobile"));
        await browser.SubmitAsync(("Mobile", NewMobile), ("CardNumber", CardOfNobody), ("Pin", SecondPin));
        Assert.Contains("not bound to any of your accounts", Text());
        await browser.SubmitAsync(("Mobile", NewMobile), ("CardNumber", Card), ("Pin", SecondPin));
        var code = await CodeAsync(NewMobile);
        await browser.SubmitToAsync("form[action*=Code]", ("Code", code));
        await WhileAsync(() => Text().Contains("Checking your details", StringComparison.Ordinal));
        Assert.Contains("Your mobile number is changed", Text());
    }

    private async Task WithdrawAsync()
    {
        await ToAccountAsync();
        await FollowAsync("Withdraw to your card");
        await browser.SubmitAsync(("Amount", "1200"));
        await SendCodeAsync(NewMobile, () => browser.SubmitAsync("Code"));
        var code = await CodeAsync(NewMobile);
        await browser.SubmitAsync("Confirm", ("Pin", WrongPin), ("Code", code));
        Assert.Contains("not your PIN", Text());
        // The customer's bank is not sure whether it was done, and is asked.
        bank.Lost["transfers/credit"] = 1;
        await browser.SubmitAsync("Confirm", ("Pin", SecondPin), ("Code", code));
        await WhileAsync(() => !Text().Contains("Your card's bank has the money", StringComparison.Ordinal));
    }

    private async Task ComplainAsync()
    {
        await ToAccountAsync();
        await FollowAsync("Complain");
        await browser.SubmitAsync(("Kind", nameof(CaseKind.NotMine)), ("Text", "I was asleep."));
        Assert.EndsWith("/my/cases", browser.Address.AbsolutePath);
    }

    private async Task ResetPinAsync()
    {
        await browser.GoAsync(Own());
        await browser.SubmitAsync("SignOut");
        await browser.GoAsync(Own());
        await SendCodeAsync(NewMobile, () => browser.SubmitAsync(("Mobile", NewMobile)));
        await browser.SubmitAsync(("Code", await CodeAsync(NewMobile)));
        await FollowAsync("I have forgotten my PIN");
        await EnterAsync(CardOfNobody);
        Assert.Contains("not the one that we have of you", Text());
        await EnterAsync(Card);
        await WhileAsync(() => Text().Contains("Checking your details", StringComparison.Ordinal));
        Assert.Contains("Your new payment PIN is set", Text());
        await FollowAsync("Continue");
        await browser.SubmitAsync(("Pin", ThirdPin));
        Assert.Equal(Own(), browser.Address);

        Task EnterAsync(string card) =>
            browser.SubmitAsync(
                ("IdNumber", IdNumber),
                ("CardNumber", card),
                ("Pin", ThirdPin),
                ("Again", ThirdPin)
            );
    }

    /// <summary>The partner asks for all that it may.</summary>
    private async Task LookAsync(LinkedCustomer customer)
    {
        await client.Accounts.GetAsync(customer.CustomerId, customer.AccountId!);
        await client.Accounts.ListTransactionsAsync(customer.CustomerId, customer.AccountId!).ToListAsync();
        await client.Agreements.GetAsync(customer.AgreementId!);
        await client.Consents.GetAsync(customer.ConsentId);
        await client.AccountApplications.ListAsync().ToListAsync();
        await client.Coupons.ListAsync(customer.CustomerId).ToListAsync();
        await client.Events.ListAsync().ToListAsync();
    }

    private async Task<IEnumerable<string>> WebhooksAsync()
    {
        string[] last = [EventTypes.PaymentCaptured, EventTypes.AccountActive, EventTypes.TopUpSucceeded];
        for (var i = 0; i < 400; i++)
        {
            string[] bodies =
            [
                .. receiver
                    .At("/hooks")
                    .Select(delivery =>
                        $"{Encoding.UTF8.GetString(delivery.Body)} {string.Join(' ', delivery.Headers)}"
                    ),
            ];
            if (last.All(type => bodies.Any(body => body.Contains(type, StringComparison.Ordinal))))
            {
                return bodies;
            }

            await Task.Delay(50);
        }

        throw new InvalidOperationException("The webhooks did not come.");
    }

    private async Task SignInAsync(string mobile, string pin)
    {
        await SendCodeAsync(mobile, () => browser.SubmitAsync(("Mobile", mobile)));
        await EnterCodeAsync(mobile);
        await browser.SubmitAsync(("Pin", WrongPin));
        await browser.SubmitAsync(("Pin", pin));
    }

    private async Task EnterCodeAsync(string mobile) =>
        await browser.SubmitAsync(("Code", await CodeAsync(mobile)));

    private async Task SendCodeAsync(string mobile, Func<Task> send)
    {
        await server.EndPauseAsync(partner, mobile);
        await send();
    }

    /// <summary>The code that was asked for last, which is planted from now on.</summary>
    private async Task<string> CodeAsync(string mobile)
    {
        for (var i = 0; i < 400; i++)
        {
            string[] all =
            [
                .. messages.Select(message => Digits().Match(message.Text).Value).Where(code => code != ""),
            ];
            if (all.Length > codes)
            {
                Assert.Equal(mobile, messages.Last(message => message.Text.Contains(all[codes])).Mobile);
                planted.Add(new($"code {codes}", all[codes]));
                return all[codes++];
            }

            await Task.Delay(25);
        }

        throw new InvalidOperationException($"No code came to {mobile}.");
    }

    private async Task PlantAccountNumberAsync()
    {
        var account = await server
            .Get<Store>()
            .FirstAsync(AccountTables.Accounts, new World(partner.SandboxNumber), $"1 = {1}");
        planted.Add(
            new("the e-account's number", server.Get<Vault>().OpenText(account!.Number, account.Id.Value))
        );
    }
}
