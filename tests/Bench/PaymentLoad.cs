using System.Diagnostics;
using OpenBanking.Server.Storage;
using OpenBanking.Tests.Bench.EngineAlone;

namespace OpenBanking.Tests.Bench;

/// <summary>Payments a second over HTTP, beside a route that verifies token and proof only and one that does nothing, in
/// the same minute: one server process, one load process, the embedded store or PostgreSQL, with fsync on.</summary>
public static class PaymentLoad
{
    private const int Rounds = 5;
    private const int WarmUpRequests = 30_000;
    private const int RequestsInRound = 15_000;
    private static readonly int[] callers = [64, 256];

    /// <summary>Payments and nothing else, until it is stopped: something to look at with a profiler.</summary>
    public static Task<int> RunForProfilerAsync() =>
        ServeAsync(
            async (address, data) =>
            {
                var requests = await Requests.NewAsync(address, data);
                await Connections.SendAsync(address, await requests.PaymentsAsync(WarmUpRequests), 64);
                Console.WriteLine("measuring");
                while (true)
                {
                    var round = await Connections.SendAsync(
                        address,
                        await requests.PaymentsAsync(RequestsInRound),
                        callers[^1]
                    );
                    Console.WriteLine($"{round.PerSecond:0} payments/s");
                }
            }
        );

    /// <param name="tls">Whether requests come over TLS.</param>
    /// <param name="postgres">Whether the store is PostgreSQL.</param>
    public static Task<int> MeasureAsync(bool tls = false, bool postgres = false) =>
        ServeAsync(
            tls,
            postgres,
            async (server, data) =>
            {
                var to = server.Secure ?? server.Address;
                var requests = await Requests.NewAsync(server.Address, data, to);
                await Connections.SendAsync(to, requests.Bare(WarmUpRequests), 64);
                await Connections.SendAsync(to, await requests.VerifyOnlyAsync(WarmUpRequests), 64);
                await Connections.SendAsync(to, await requests.PaymentsAsync(WarmUpRequests), 64);
                foreach (var count in callers)
                {
                    await MeasureAsync(to, requests, count, server.Rounded);
                }
            }
        );

    /// <summary>Runs a server of its own with the benchmark's customers while it is measured.</summary>
    internal static Task<int> ServeAsync(Func<Uri, BenchData, Task> measure) =>
        ServeAsync(tls: false, postgres: false, (server, data) => measure(server.Address, data));

    private static async Task<int> ServeAsync(
        bool tls,
        bool postgres,
        Func<MeasuredServer, BenchData, Task> measure
    )
    {
        using var cluster = postgres ? EngineLoad.NewCluster() : null;
        string[] store = cluster is null ? [] : SettingsOf(EngineLoad.NewDatabase(cluster));
        var folder = Directory.CreateTempSubdirectory("openbanking-bench-").FullName;
        var address = new Uri($"http://localhost:{Ports.Free()}");
        var data = await BenchData.WriteAsync(address, folder, store);
        var secure = tls ? new SecureAddress(address, folder) : null;
        using var process = Programs.RunBenchServer(
            address,
            folder,
            [.. secure?.Settings ?? [], .. store.Select(setting => "--" + setting)]
        );
        try
        {
            await Programs.WaitUntilReadyAsync(address, Stopwatch.GetTimestamp());
            await measure(
                new(address, secure?.Address, new(() => [process.Id, .. cluster?.Processes ?? []])),
                data
            );
            return 0;
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string[] SettingsOf(StorageOptions store) =>
        [$"Storage:Provider={store.Provider}", $"Storage:ConnectionString={store.ConnectionString}"];

    private static async Task MeasureAsync(Uri address, Requests requests, int count, Rounded rounded)
    {
        var payments = new List<MeasuredRound>();
        var verified = new List<MeasuredRound>();
        var bare = new List<MeasuredRound>();
        for (var round = 0; round < Rounds; round++)
        {
            bare.Add(await rounded.RunAsync(() => Task.FromResult(requests.Bare(RequestsInRound)), Send));
            verified.Add(await rounded.RunAsync(() => requests.VerifyOnlyAsync(RequestsInRound), Send));
            payments.Add(await rounded.RunAsync(() => requests.PaymentsAsync(RequestsInRound), Send));
        }

        Console.WriteLine($"{count} callers, median of {Rounds} rounds of {RequestsInRound} requests:");
        Print("bare JSON", bare);
        Print("token and proof only", verified);
        Print("payment", payments);
        Console.WriteLine(
            $"  payment ÷ token and proof only: {Ratio(payments, verified)}; token and proof only ÷ bare JSON: {Ratio(verified, bare)}"
        );

        Task<RoundResult> Send(IReadOnlyList<byte[]> prepared) =>
            Connections.SendAsync(address, prepared, count);
    }

    private static void Print(string what, List<MeasuredRound> rounds) =>
        Console.WriteLine(
            $"  {what, -22} {rounds.Select(round => round.Result.PerSecond).Median(), 8:0} requests/s, "
                + $"p50 {rounds.Select(round => round.Result.MedianMilliseconds).Median(), 6:0.0} ms, "
                + $"p99 {rounds.Select(round => round.Result.P99Milliseconds).Median(), 6:0.0} ms, "
                + $"server {rounds.Select(round => round.ServerMicroseconds).Median(), 4:0} µs of processor time, "
                + $"cores idle {rounds.Select(round => round.Idle).Median():P0}, "
                + $"{rounds.Sum(round => round.Result.Failed)} failed"
        );

    /// <summary>Round by round, since what is around changes from minute to minute.</summary>
    private static string Ratio(List<MeasuredRound> of, List<MeasuredRound> to)
    {
        var ratios = of.Zip(to, (left, right) => left.Result.PerSecond / right.Result.PerSecond)
            .Order()
            .ToList();
        return $"{ratios[0]:0.00} / {ratios[ratios.Count / 2]:0.00} / {ratios[^1]:0.00} (min / median / max)";
    }

    /// <param name="Secure">Where it listens with TLS; null for nowhere.</param>
    private sealed record MeasuredServer(Uri Address, Uri? Secure, Rounded Rounded);
}
