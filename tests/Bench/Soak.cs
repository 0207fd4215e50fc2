using System.Diagnostics;

namespace OpenBanking.Tests.Bench;

/// <summary>Payments over HTTP for a long time: whether the server's memory stays what it is.</summary>
public static class Soak
{
    private const int Callers = 64;
    private const int RequestsInRound = 15_000;
    private static readonly TimeSpan step = TimeSpan.FromSeconds(30);

    /// <summary>Says every half minute what memory the server holds. Each step has a token of its own.</summary>
    public static Task<int> MeasureAsync(double minutes) =>
        PaymentLoad.ServeAsync(
            async (address, data) =>
            {
                using var http = new HttpClient { BaseAddress = address };
                var began = Stopwatch.GetTimestamp();
                var payments = 0;
                var failed = 0;
                while (Stopwatch.GetElapsedTime(began).TotalMinutes < minutes)
                {
                    var requests = await Requests.NewAsync(address, data);
                    for (var since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < step; )
                    {
                        var round = await Connections.SendAsync(
                            address,
                            await requests.PaymentsAsync(RequestsInRound),
                            Callers
                        );
                        payments += RequestsInRound;
                        failed += round.Failed;
                    }

                    Console.WriteLine(
                        $"  after {Stopwatch.GetElapsedTime(began).TotalSeconds, 5:0} s, {payments, 9} payments, {failed} failed: "
                            + await http.GetStringAsync(BenchServer.Memory)
                    );
                }
            }
        );
}
