using System.Diagnostics;

namespace OpenBanking.Tests.Bench;

/// <summary>Payments a second over HTTP, beside a route that verifies token and proof only and one that does nothing, in
/// the same minute: one server process, one load process, the embedded store with fsync on.</summary>
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

    public static Task<int> MeasureAsync() =>
        ServeAsync(
            async (address, data, process) =>
            {
                var requests = await Requests.NewAsync(address, data);
                await Connections.SendAsync(address, requests.Bare(WarmUpRequests), 64);
                await Connections.SendAsync(address, await requests.VerifyOnlyAsync(WarmUpRequests), 64);
                await Connections.SendAsync(address, await requests.PaymentsAsync(WarmUpRequests), 64);
                foreach (var count in callers)
                {
                    await MeasureAsync(address, requests, count, process);
                }
            }
        );

    /// <summary>Runs a server of its own with the benchmark's customers while it is measured.</summary>
    internal static Task<int> ServeAsync(Func<Uri, BenchData, Task> measure) =>
        ServeAsync((address, data, _) => measure(address, data));

    private static async Task<int> ServeAsync(Func<Uri, BenchData, Process, Task> measure)
    {
        var folder = Directory.CreateTempSubdirectory("openbanking-bench-").FullName;
        var address = new Uri($"http://localhost:{Ports.Free()}");
        var data = await BenchData.WriteAsync(address, folder);
        using var process = Programs.RunBenchServer(address, folder);
        try
        {
            await Programs.WaitUntilReadyAsync(address, Stopwatch.GetTimestamp());
            await measure(address, data, process);
            return 0;
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(Uri address, Requests requests, int count, Process server)
    {
        var payments = new List<RoundResult>();
        var verified = new List<RoundResult>();
        var bare = new List<RoundResult>();
        for (var round = 0; round < Rounds; round++)
        {
            bare.Add(
                await Rounded.RunAsync(server, () => Task.FromResult(requests.Bare(RequestsInRound)), Send)
            );
            verified.Add(
                await Rounded.RunAsync(server, () => requests.VerifyOnlyAsync(RequestsInRound), Send)
            );
            payments.Add(await Rounded.RunAsync(server, () => requests.PaymentsAsync(RequestsInRound), Send));
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

    private static void Print(string what, List<RoundResult> rounds) =>
        Console.WriteLine(
            $"  {what, -22} {rounds.Select(round => round.PerSecond).Median(), 8:0} requests/s, "
                + $"p50 {rounds.Select(round => round.MedianMilliseconds).Median(), 6:0.0} ms, "
                + $"p99 {rounds.Select(round => round.P99Milliseconds).Median(), 6:0.0} ms, "
                + $"{rounds.Sum(round => round.Failed)} failed"
        );

    /// <summary>Round by round, since what is around changes from minute to minute.</summary>
    private static string Ratio(List<RoundResult> of, List<RoundResult> to)
    {
        var ratios = of.Zip(to, (left, right) => left.PerSecond / right.PerSecond).Order().ToList();
        return $"{ratios[0]:0.00} / {ratios[ratios.Count / 2]:0.00} / {ratios[^1]:0.00} (min / median / max)";
    }
}
