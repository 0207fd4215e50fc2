using System.Reflection;
using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Testing;

/// <summary>What makes no sense is refused by a bank for tests where it is passed, with the name of the parameter.</summary>
public sealed class OddInputTests(MagicOutcomeTests.Bank shared) : IClassFixture<MagicOutcomeTests.Bank>
{
    private static readonly NullabilityInfoContext nullability = new();
    private readonly SandboxBank bank = shared.Sandbox;

    private static IEnumerable<MethodInfo> Methods =>
        new[]
        {
            typeof(SandboxBank),
            typeof(SandboxBankCustomers),
            typeof(SandboxBankClock),
            typeof(WebhookCatcher),
            typeof(BankCustomer),
        }.SelectMany(type =>
            type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        );

    /// <summary>Every parameter of every method that must not be null.</summary>
    public static TheoryData<string, string, string> Parameters =>
        [
            .. Methods
                .SelectMany(method => method.GetParameters())
                .Where(MustNotBeNull)
                .Select(parameter =>
                    (parameter.Member.DeclaringType!.Name, parameter.Member.Name, parameter.Name!)
                )
                .Distinct(),
        ];

    /// <summary>Every method that somebody waits for; a bank's end is not given up.</summary>
    public static TheoryData<string, string> Waits =>
        [
            .. Methods
                .Where(method => typeof(Task).IsAssignableFrom(method.ReturnType))
                .Select(method => (method.DeclaringType!.Name, method.Name))
                .Distinct(),
        ];

    [Theory]
    [MemberData(nameof(Parameters))]
    public async Task Null_is_named(string type, string name, string parameter)
    {
        var thrown = await Assert.ThrowsAnyAsync<ArgumentException>(() =>
            CallAsync(type, name, each => each.Name == parameter ? null : Good(each.ParameterType))
        );

        Assert.Equal(parameter, thrown.ParamName);
    }

    [Theory]
    [MemberData(nameof(Waits))]
    public async Task What_is_given_up_before_it_begins_is_not_done(string type, string name)
    {
        using var givenUp = new CancellationTokenSource();
        await givenUp.CancelAsync();

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            CallAsync(
                type,
                name,
                each =>
                    each.ParameterType == typeof(CancellationToken) ? givenUp.Token : Good(each.ParameterType)
            )
        );

        Assert.Equal(givenUp.Token, thrown.CancellationToken);
    }

    /// <summary>Calls a method; of overloads the longest, which the others call.</summary>
    private async Task CallAsync(string type, string name, Func<ParameterInfo, object?> argument)
    {
        using var visitor = new BankCustomer(
            MagicPersons.All[^1].Person,
            bank.MessagesUrl.ToString(),
            SandboxBank.Pin
        );
        object target = type switch
        {
            nameof(SandboxBankCustomers) => bank.Customers,
            nameof(SandboxBankClock) => bank.Clock,
            nameof(WebhookCatcher) => bank.Webhooks,
            nameof(BankCustomer) => visitor,
            _ => bank,
        };
        var method = target
            .GetType()
            .GetMethods()
            .Where(each => each.Name == name)
            .MaxBy(each => each.GetParameters().Length)!;
        try
        {
            await (
                method.Invoke(target, [.. method.GetParameters().Select(argument)]) as Task
                ?? Task.CompletedTask
            );
        }
        catch (TargetInvocationException invoked)
        {
            throw invoked.InnerException!;
        }
    }

    [Fact]
    public async Task Text_without_letters_money_without_a_currency_and_no_time_are_named()
    {
        await NamedAsync("events", () => bank.Webhooks.SubscribeAsync(" "));
        await NamedAsync("type", () => bank.Webhooks.WaitForAsync(" "));
        await NamedAsync("timeout", () => bank.Webhooks.WaitForAsync("a", timeout: TimeSpan.FromSeconds(-1)));
        await NamedAsync("balance", () => bank.LinkCustomerAsync(balance: default(Money)));
        await NamedAsync("amount", () => bank.TopUpAsync(customer, default));
        await NamedAsync(
            "customer",
            () => bank.TopUpAsync(customer with { AgreementId = null }, Money.Yuan(1))
        );
        var linked = await bank.LinkCustomerAsync(MagicPersons.All[3].Person);
        await NamedAsync("status", () => bank.Customers.SetAccountStatusAsync(linked, default));
        await NamedAsync("by", () => bank.Clock.AdvanceAsync(default));
        await NamedAsync("options", () => SandboxBank.StartAsync(new() { AppName = " " }));
        await NamedAsync("options", () => SandboxBank.StartAsync(new() { Settings = [""] }));
        await NamedAsync("options", () => SandboxBank.StartAsync(new() { RedirectUri = null! }));
        Assert.Equal(
            "times",
            Assert.ThrowsAny<ArgumentException>(() => bank.RefuseNext("overloaded", 0)).ParamName
        );
        Assert.Equal(
            "pin",
            Assert
                .ThrowsAny<ArgumentException>(() => new BankCustomer(MagicPersons.All[0].Person, "a", ""))
                .ParamName
        );

        static async Task NamedAsync(string parameter, Func<Task> call) =>
            Assert.Equal(parameter, (await Assert.ThrowsAnyAsync<ArgumentException>(call)).ParamName);
    }

    [Fact]
    public async Task A_person_whom_the_bank_opens_no_account_for_is_refused_with_the_code()
    {
        foreach (
            var magic in (MagicPerson[])
                [MagicPersons.TooYoung, MagicPersons.DeclinedByBank, MagicPersons.WithAnotherName]
        )
        {
            var thrown = await Assert.ThrowsAsync<PersonUnavailableException>(() =>
                bank.LinkCustomerAsync(magic.Person)
            );
            Assert.Equal(magic.Refusal, thrown.Code);
            Assert.Contains(magic.Refusal!, thrown.Message, StringComparison.Ordinal);
        }
    }

    private static readonly LinkedCustomer customer = new()
    {
        CustomerId = Stub.Samples.Customer,
        ConsentId = Stub.Samples.ConsentId,
        AuthorizationDetails = [],
        AccountId = Stub.Samples.AccountId,
        AgreementId = Stub.Samples.AgreementId,
    };

    private static readonly AccountApplication application = new()
    {
        Id = "aap_1",
        Status = AccountApplicationStatus.Created,
        AccountType = AccountType.TypeTwo,
        Channel = "api",
        ContinuationUrl = "https://bank.example/applications/1/2",
        CreatedAt = DateTimeOffset.UnixEpoch,
        ExpiresAt = DateTimeOffset.UnixEpoch,
    };

    private static bool MustNotBeNull(ParameterInfo parameter) =>
        !parameter.ParameterType.IsValueType
        && nullability.Create(parameter).WriteState == NullabilityState.NotNull;

    private static object? Good(Type type) =>
        type == typeof(string) ? "text-1"
        : type == typeof(Uri) ? new Uri("https://partner.example/back")
        : type == typeof(LinkedCustomer) ? customer
        : type == typeof(Payment) ? Stub.Samples.Payment
        : type == typeof(SandboxPerson) ? MagicPersons.All[^1].Person
        : type == typeof(Money) ? Money.Yuan(1)
        : type == typeof(int) ? 1
        : type == typeof(TimeSpan) ? TimeSpan.FromMinutes(1)
        : type == typeof(IReadOnlyList<string>) ? new[] { EventTypes.PaymentCaptured }
        : type == typeof(AccountApplication) ? application
        : type.IsValueType ? Activator.CreateInstance(type)
        : null;
}
