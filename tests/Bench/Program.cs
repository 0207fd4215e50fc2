using OpenBanking.Tests.Bench;
using OpenBanking.Tests.Bench.EngineAlone;

// dotnet run --project tests/Bench --configuration Release [-- what]; docs/operating/performance.md says what there is.
return args switch
{
    ["serve", .. var settings] => await BenchServer.ServeAsync(settings),
    ["node", var connectionString] => await SecondNode.RunAsync(connectionString),
    ["start"] => await StartUp.MeasureAsync(),
    ["sandbox"] => await SandboxStart.MeasureAsync(),
    ["quickstart"] => await QuickstartRun.MeasureAsync(),
    ["payments"] => await PaymentLoad.MeasureAsync(),
    ["payments", "tls"] => await PaymentLoad.MeasureAsync(tls: true),
    ["payments", "postgres"] => await PaymentLoad.MeasureAsync(postgres: true),
    ["profile"] => await PaymentLoad.RunForProfilerAsync(),
    ["profile", "token" or "par", var callers] => await AuthorizationLoad.RunForProfilerAsync(
        args[1],
        int.Parse(callers)
    ),
    ["profile", "postgres", var callers] => await EngineLoad.ProfilePostgresAsync(int.Parse(callers)),
    ["profile", "sqlite", var callers] => await EngineLoad.ProfileSqliteAsync(int.Parse(callers)),
    ["engine"] => await EngineLoad.MeasurePostgresAsync() + await EngineLoad.MeasureSqliteAsync(),
    ["engine", "postgres"] => await EngineLoad.MeasurePostgresAsync(),
    ["engine", "postgres", var callers] => await EngineLoad.MeasurePostgresAsync(int.Parse(callers)),
    ["engine", "sqlite"] => await EngineLoad.MeasureSqliteAsync(),
    ["holds", "postgres"] => await Holds.MeasurePostgresAsync(),
    ["holds", "sqlite"] => await Holds.MeasureSqliteAsync(),
    ["nodes"] => await EngineLoad.MeasureNodesAsync(),
    ["growth", "postgres"] => await Growth.MeasurePostgresAsync(1_000_000),
    ["growth", "postgres", var most] => await Growth.MeasurePostgresAsync(int.Parse(most)),
    ["growth", "sqlite"] => await Growth.MeasureSqliteAsync(1_000_000),
    ["soak", "http", var minutes] => await Soak.MeasureAsync(double.Parse(minutes)),
    ["soak", var minutes] => await Growth.SoakAsync(double.Parse(minutes)),
    ["token-check"] => await TokenCheck.MeasureAsync(),
    ["authorization"] => await AuthorizationLoad.MeasureAsync(64),
    ["authorization", var callers] => await AuthorizationLoad.MeasureAsync(int.Parse(callers)),
    [] => await StartUp.MeasureAsync()
        + await QuickstartRun.MeasureAsync()
        + await PaymentLoad.MeasureAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        "Bench [start | sandbox | quickstart | payments [tls | postgres] | engine [postgres [callers] | sqlite] | "
            + "holds postgres | holds sqlite | nodes | growth postgres [payments] | growth sqlite | "
            + "soak [http] minutes | token-check | authorization [callers]]; start, "
            + "quickstart and payments when nothing is said."
    );
    return 2;
}
