using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

/// <summary>What makes no sense is refused where it is passed, with the name of the parameter, and nothing of it is
/// sent.</summary>
public sealed class OddInputTests : IAsyncLifetime
{
    private StubBank bank = null!;
    private OpenBankingClient client = null!;

    /// <summary>Every parameter of every method of the sub-clients that takes something that may make no sense.</summary>
    public static TheoryData<string, string> Parameters =>
        [
            .. OddArguments.Methods.SelectMany(
                each =>
                    each.Value.Method.GetParameters().Where(parameter => OddArguments.Of(parameter).Any()),
                (each, parameter) => (each.Key, parameter.Name!)
            ),
        ];

    /// <summary>Every method that takes a request.</summary>
    public static TheoryData<string> Requests =>
        [
            .. OddArguments
                .Methods.Where(each =>
                    each.Value.Method.GetParameters().Any(parameter => parameter.Name == "request")
                )
                .Select(each => each.Key),
        ];

    public async ValueTask InitializeAsync()
    {
        bank = await StubBank.StartAsync();
        client = bank.Client();
    }

    public ValueTask DisposeAsync() => bank.DisposeAsync();

    [Theory]
    [MemberData(nameof(Parameters))]
    public async Task An_argument_that_makes_no_sense_is_named_and_nothing_is_sent(
        string method,
        string parameter
    )
    {
        var passed = OddArguments
            .Methods[method]
            .Method.GetParameters()
            .Single(each => each.Name == parameter);
        foreach (var odd in OddArguments.Of(passed))
        {
            var thrown = await OddArguments.CallAsync(client, method, parameter, odd);

            if (parameter == "session" && odd is not null)
            {
                // It comes from a browser: what is wrong with it is no mistake of the app's.
                Assert.IsType<AccountLinkException>(thrown);
                continue;
            }

            var refusal = Assert.IsType<ArgumentException>(thrown, exactMatch: false);
            Assert.Equal(parameter, refusal.ParamName);
        }

        Assert.Empty(bank.Requests);
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_part_of_a_request_that_makes_no_sense_is_named_and_nothing_is_sent(string method)
    {
        var type = OddArguments
            .Methods[method]
            .Method.GetParameters()
            .Single(parameter => parameter.Name == "request")
            .ParameterType;
        foreach (var (property, request) in OddArguments.In(type))
        {
            var thrown = await OddArguments.CallAsync(client, method, "request", request);

            var refusal = Assert.IsType<ArgumentException>(thrown, exactMatch: false);
            Assert.Equal("request", refusal.ParamName);
            Assert.Contains(property, refusal.Message, StringComparison.Ordinal);
        }

        Assert.Empty(bank.Requests);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    public async Task Dots_are_no_id(string id)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.Payments.GetAsync(id));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.Orders.CloseAsync(id));

        Assert.Empty(bank.Requests);
    }

    [Fact]
    public async Task A_registration_without_a_name_a_token_or_an_address_is_not_sent()
    {
        var request = new ClientRegistrationRequest
        {
            ClientName = " ",
            RedirectUris = ["https://partner.example/back"],
            Jwks = new() { Keys = [ClientKey.CreateEs256().PublicJwk] },
        };

        await NamedAsync("partnerName", () => AppRegistration.SignUpForSandboxAsync(bank.Authority, " "));
        await NamedAsync("authority", () => AppRegistration.SignUpForSandboxAsync(null!, "Partner"));
        await NamedAsync(
            "initialAccessToken",
            () => AppRegistration.RegisterAsync(bank.Authority, "", request)
        );
        await NamedAsync("request", () => AppRegistration.RegisterAsync(bank.Authority, "token", null!));
        await NamedAsync("request", () => AppRegistration.RegisterAsync(bank.Authority, "token", request));
        var address = new Uri(bank.Authority, "/register/app_1");
        await NamedAsync("registrationUri", () => AppRegistration.ReadAsync(null!, "token"));
        await NamedAsync(
            "registrationUri",
            () => AppRegistration.DeleteAsync(new Uri("http://bank.example"), "token")
        );
        await NamedAsync("registrationAccessToken", () => AppRegistration.ReadAsync(address, " "));
        await NamedAsync("registrationAccessToken", () => AppRegistration.DeleteAsync(address, ""));
        await NamedAsync("registrationAccessToken", () => AppRegistration.ChangeAsync(address, "", request));
        await NamedAsync("request", () => AppRegistration.ChangeAsync(address, "token", null!));
        await NamedAsync("request", () => AppRegistration.ChangeAsync(address, "token", request));
        Assert.Empty(bank.Requests);

        static async Task NamedAsync(string parameter, Func<Task> call) =>
            Assert.Equal(parameter, (await Assert.ThrowsAnyAsync<ArgumentException>(call)).ParamName);
    }
}
