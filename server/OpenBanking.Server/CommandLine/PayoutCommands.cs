using OpenBanking.Server.Payouts;

namespace OpenBanking.Server.CommandLine;

/// <summary>pay-out: settles the business days that are over. The transfers are asked for by the servers that run.</summary>
public static class PayoutCommands
{
    public const string PayOut = "pay-out";

    public static async Task<int> PayOutAsync(this WebApplication app)
    {
        try
        {
            var begun = await app.Services.GetRequiredService<PayoutRuns>().RunAsync();
            Console.WriteLine($"{begun} payouts begun");
            return 0;
        }
        catch (AggregateException some)
        {
            Console.WriteLine(some.Message);
            return 1;
        }
    }
}
