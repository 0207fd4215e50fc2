using OpenBanking.Tests.Bench;

// dotnet run --project tests/Bench --configuration Release [-- start | quickstart | payments]
return args switch
{
    ["serve", .. var settings] => await BenchServer.ServeAsync(settings),
    ["start"] => await StartUp.MeasureAsync(),
    ["quickstart"] => await QuickstartRun.MeasureAsync(),
    ["engine", "postgres", .. var rounds] =>
        await OpenBanking.Tests.Bench.EngineAlone.EngineLoad.MeasurePostgresAsync(
            rounds is [var n] ? int.Parse(n) : 5
        ),
    ["payments"] => await PaymentLoad.MeasureAsync(),
    [] => await StartUp.MeasureAsync()
        + await QuickstartRun.MeasureAsync()
        + await PaymentLoad.MeasureAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Bench [start | quickstart | payments]; all of them when nothing is said.");
    return 2;
}
