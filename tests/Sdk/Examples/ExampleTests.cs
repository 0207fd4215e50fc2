using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using OpenBanking.Testing;

namespace OpenBanking.Tests.Sdk.Examples;

/// <summary>Plays the examples of the docstrings against the real server. Between its markers each is quoted by the method
/// it shows; tests/Tidy holds them together.</summary>
public sealed class ExampleTests
{
    [Fact]
    public async Task Every_example_of_the_docstrings_runs_and_they_reach_every_route_of_the_API()
    {
        var routes = new ConcurrentDictionary<string, bool>();
        using var parent = new Activity("examples").Start();
        using var listener = Listen(activity =>
            routes.TryAdd(activity.DisplayName, activity.TraceId == parent.TraceId)
        );
        await using var bank = await SandboxBank.StartAsync();
        var customer = await bank.LinkCustomerAsync(balance: Money.Yuan(300));

        await WebhookExamples.RunAsync(bank);
        await AccountExamples.RunAsync(bank, customer);
        await PaymentExamples.RunAsync(bank, customer);
        await SettlementExamples.RunAsync(bank, customer);
        await LinkExamples.RunAsync(bank, customer);

        Assert.Equal(Documented(), routes.Keys.Where(route => route.Contains(" /v1/")).Order());
    }

    private static IEnumerable<string> Documented()
    {
        using var document = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(PublicApiTests.Root(), "openapi/openbanking.v1.json"))
        );
        return
        [
            .. document
                .RootElement.GetProperty("paths")
                .EnumerateObject()
                .Where(path => path.Name.StartsWith("/v1/", StringComparison.Ordinal))
                .SelectMany(path =>
                    path.Value.EnumerateObject()
                        .Select(operation =>
                            $"{operation.Name.ToUpperInvariant()} {path.Name.Replace("{orderNo}", "{id}")}"
                        )
                )
                .Order(),
        ];
    }

    private static ActivityListener Listen(Action<Activity> ended)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == OpenBankingDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
                ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
