using System.Text;
using System.Text.RegularExpressions;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Cases;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Sandbox;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>What the customer does, and the partner.</summary>
public sealed partial class CustomerSecrecyTests
{
    private Uri Own(string rest = "") => new(server.Address, $"/bank/{partner.SandboxNumber}/my{rest}");

    /// <summary>Opens an account on the bank's pages, and has money brought there.</summary>
    private async Task<LinkedCustomer> OpenAsync()
    {
        var link = await client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = TestPartner.RedirectUri,
                AuthorizationDetails = TestPartner.EverythingOf(AccountType.TypeThree),
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
        await browser.ReloadWhileAsync(() =>
            browser.Address.AbsolutePath.EndsWith("/verifying", StringComparison.Ordinal)
        );
        await browser.SubmitAsync(("Pin", FirstPin), ("Again", WrongPin));
        await browser.SubmitAsync(("Pin", FirstPin), ("Again", FirstPin));
        Assert.EndsWith("/consent", browser.Address.AbsolutePath);
        await browser.SubmitAsync(("Pin", WrongPin));
        Assert.Contains("not your PIN", browser.Text());
        await browser.SubmitAsync(("Pin", FirstPin));
        told.Enqueue($"{browser.Address}");
        var customer = await client.AccountLinks.CompleteAsync(link.Session, browser.Address);
        await TopUpAsync(customer, 1_800);
        return customer;
    }

    private async Task TopUpAsync(LinkedCustomer customer, decimal yuan)
    {
        var topUp = await client.TopUps.CreateAsync(
            new CreateTopUpRequest { AgreementId = customer.AgreementId!, Amount = Money.Yuan(yuan) },
            IdempotencyKey.FromOrder($"top-up-{yuan}", "top-up")
        );
        Assert.Equal(TopUpStatus.Succeeded, (await client.TopUps.WaitAsync(topUp.Id)).Status);
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
        Assert.Contains("not your PIN", browser.Text());
        await browser.SubmitAsync(("Pin", FirstPin), ("Code", WrongPin));
        Assert.Contains("not the code", browser.Text());
        await browser.SubmitAsync(("Pin", FirstPin), ("Code", code));
        Assert.Equal(TestPartner.RedirectUri.Authority, browser.Address.Authority);
        told.Enqueue($"{browser.Address}");
        Assert.Equal(PaymentStatus.Captured, (await client.Payments.GetAsync(asked.Id)).Status);
        Assert.Equal(customer.CustomerId, (await client.Payments.GetAsync(asked.Id)).CustomerId);
    }

    private async Task ChangePinAsync()
    {
        await browser.GoAsync(Own());
        await browser.FollowAsync("Change your payment PIN");
        await browser.SubmitAsync(("Present", WrongPin), ("Pin", SecondPin), ("Again", SecondPin));
        Assert.Contains("not your PIN", browser.Text());
        await browser.SubmitAsync(("Present", FirstPin), ("Pin", SecondPin), ("Again", SecondPin));
        Assert.Contains("Your payment PIN is changed", browser.Text());
    }

    /// <summary>After half a year in which nothing moved, or as if.</summary>
    private async Task WakeAsync(LinkedCustomer customer)
    {
        await server.PutAccountAsync(partner, customer, AccountStatus.Dormant);
        await ToAccountAsync();
        await browser.FollowAsync("Wake the account");
        await browser.SubmitAsync(("IdNumber", IdNumberOfNobody), ("Pin", SecondPin));
        Assert.Contains("not those that we have of you", browser.Text());
        await browser.SubmitAsync(("IdNumber", IdNumber), ("Pin", WrongPin));
        Assert.Contains("not your PIN", browser.Text());
        await browser.SubmitAsync(("IdNumber", IdNumber), ("Pin", SecondPin));
        Assert.DoesNotContain("/wake", browser.Address.AbsolutePath);
    }

    /// <summary>From here on the account is of Type II.</summary>
    private async Task UpgradeAsync(LinkedCustomer customer)
    {
        await ToAccountAsync();
        await browser.FollowAsync("Make it a Type II account");
        await EnterAsync(IdNumberOfNobody);
        Assert.Contains("not those that we have of you", browser.Text());
        await EnterAsync(IdNumber);
        await browser.ReloadWhileAsync(() =>
            browser.Address.AbsolutePath.EndsWith("/upgrade", StringComparison.Ordinal)
        );
        Assert.Contains("Type II e-account", browser.Text());
        await TopUpAsync(customer, 4_000);

        Task EnterAsync(string idNumber) =>
            browser.SubmitAsync(("IdNumber", idNumber), ("CardNumber", Card), ("Pin", SecondPin));
    }

    private async Task AddCardAsync()
    {
        await ToNewCardAsync();
        await browser.SubmitAsync(("CardNumber", SecondCard + "1"), ("Pin", SecondPin));
        await browser.SubmitAsync(("CardNumber", SecondCard), ("Pin", SecondPin));
        await browser.ReloadWhileAsync(() =>
            browser.Text().Contains("We are asking", StringComparison.Ordinal)
        );
        Assert.Contains(SecondCard[^4..], browser.Text());
    }

    /// <summary>A card whose bank confirms nothing: an amount is sent to it.</summary>
    private async Task AddCardByAmountAsync()
    {
        bank.Decisions["identity/verify"] = new("refused", "card_bank_silent");
        bank.Lost["deposits/send"] = 1;
        await ToNewCardAsync();
        await browser.SubmitAsync(("CardNumber", ThirdCard), ("Pin", SecondPin));
        await browser.ReloadWhileAsync(() =>
            !browser.Text().Contains("Enter the amount", StringComparison.Ordinal)
        );
        bank.Decisions.Clear();
        var sent = (long)bank.Asked["deposits/send"]["amount"]!["amount"]!;
        await browser.FollowAsync("Enter the amount");
        await browser.SubmitAsync(("Amount", InYuan(sent == 50 ? 51 : 50)));
        Assert.Contains("not what we sent", browser.Text());
        await browser.SubmitAsync(("Amount", InYuan(sent)));
        Assert.Contains(ThirdCard[^4..], browser.Text());
        Assert.DoesNotContain("Enter the amount", browser.Text());

        static string InYuan(long fen) => $"0.{fen:00}";
    }

    private async Task ToNewCardAsync()
    {
        await ToAccountAsync();
        await browser.FollowAsync("Bound cards");
        await browser.FollowAsync("Add a card");
    }

    /// <summary>The device signs in, and the PIN is asked for all the same.</summary>
    private async Task UsePasskeyAsync()
    {
        using var device = new SoftwareAuthenticator();
        await browser.GoAsync(Own("/passkeys"));
        await browser.SubmitToAsync("form.add", ("Name", PasskeyName), ("Pin", WrongPin));
        Assert.Contains("not your PIN", browser.Text());
        await browser.SubmitToAsync("form.add", ("Name", PasskeyName), ("Pin", SecondPin));
        await AnswerAsync(device.Make);
        Assert.Contains(PasskeyName, browser.Text());
        await browser.GoAsync(Own());
        await browser.SubmitAsync("SignOut");
        await browser.GoAsync(Own());
        await AnswerAsync(device.Sign);
        await browser.SubmitAsync(("Pin", SecondPin));
        Assert.Equal(Own(), browser.Address);

        Task AnswerAsync(Func<string, Uri, string> answer)
        {
            var asked = browser.Page.QuerySelector("form[data-passkey]")!.GetAttribute("data-asked")!;
            return browser.SubmitToAsync("form[data-passkey]", ("Passkey", answer(asked, browser.Address)));
        }
    }

    private async Task CorrectNameAsync()
    {
        await browser.GoAsync(Own("/correct-name"));
        await browser.SubmitAsync(("Name", NewName), ("Text", CaseText));
        Assert.EndsWith("/my/cases", browser.Address.AbsolutePath);
        Assert.Contains(NewName, browser.Text());
    }

    /// <summary>The account is closed, its rest goes to the card, and the profile is erased.</summary>
    private async Task EraseAsync()
    {
        await ToAccountAsync();
        await browser.FollowAsync("Close the account");
        await browser.SubmitAsync(("Pin", WrongPin));
        Assert.Contains("not your PIN", browser.Text());
        await browser.SubmitAsync(("Pin", ThirdPin));
        await browser.GoAsync(Own("/erase"));
        await browser.ReloadWhileAsync(() => browser.Page.QuerySelector("main form") is null);
        await browser.SubmitAsync(("Pin", WrongPin));
        Assert.Contains("not your PIN", browser.Text());
        await browser.SubmitAsync(("Pin", ThirdPin));
        Assert.EndsWith("/bank/erased", browser.Address.AbsolutePath);
    }

    private async Task ChangeMobileAsync()
    {
        await browser.GoAsync(Own("/mobile"));
        await browser.SubmitAsync(("Mobile", NewMobile), ("CardNumber", CardOfNobody), ("Pin", SecondPin));
        Assert.Contains("not bound to any of your accounts", browser.Text());
        await browser.SubmitAsync(("Mobile", NewMobile), ("CardNumber", Card), ("Pin", SecondPin));
        var code = await CodeAsync(NewMobile);
        await browser.SubmitToAsync("form[action*=Code]", ("Code", code));
        await browser.ReloadWhileAsync(() =>
            browser.Text().Contains("Checking your details", StringComparison.Ordinal)
        );
        Assert.Contains("Your mobile number is changed", browser.Text());
    }

    private async Task WithdrawAsync()
    {
        await ToAccountAsync();
        await browser.FollowAsync("Withdraw to your card");
        await browser.SubmitAsync(("Amount", "1200"));
        await SendCodeAsync(NewMobile, () => browser.SubmitAsync("Code"));
        var code = await CodeAsync(NewMobile);
        await browser.SubmitAsync("Confirm", ("Pin", WrongPin), ("Code", code));
        Assert.Contains("not your PIN", browser.Text());
        // The customer's bank is not sure whether it was done, and is asked.
        bank.Lost["transfers/credit"] = 1;
        await browser.SubmitAsync("Confirm", ("Pin", SecondPin), ("Code", code));
        await browser.ReloadWhileAsync(() =>
            !browser.Text().Contains("Your card's bank has the money", StringComparison.Ordinal)
        );
    }

    private async Task ComplainAsync()
    {
        await ToAccountAsync();
        await browser.FollowAsync("Complain");
        await browser.SubmitAsync(("Kind", nameof(CaseKind.NotMine)), ("Text", CaseText));
        Assert.EndsWith("/my/cases", browser.Address.AbsolutePath);
    }

    private async Task ResetPinAsync()
    {
        await browser.GoAsync(Own());
        await browser.SubmitAsync("SignOut");
        await browser.GoAsync(Own());
        await SendCodeAsync(NewMobile, () => browser.SubmitAsync(("Mobile", NewMobile)));
        await browser.SubmitAsync(("Code", await CodeAsync(NewMobile)));
        await browser.FollowAsync("I have forgotten my PIN");
        await EnterAsync(CardOfNobody);
        Assert.Contains("not the one that we have of you", browser.Text());
        await EnterAsync(Card);
        await browser.ReloadWhileAsync(() =>
            browser.Text().Contains("Checking your details", StringComparison.Ordinal)
        );
        Assert.Contains("Your new payment PIN is set", browser.Text());
        await browser.FollowAsync("Continue");
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
