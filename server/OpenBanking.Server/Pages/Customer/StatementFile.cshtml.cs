using System.Globalization;
using System.Net.Mime;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>A month of an account as a file for spreadsheets, written as it is read.</summary>
public sealed class CustomerStatementFileModel(
    CustomerSessions sessions,
    DashboardQueries queries,
    Statements statements,
    WorldClocks clocks,
    IStringLocalizer<Texts> texts
) : CustomerStatementPage(sessions, queries, statements, clocks)
{
    private static readonly string[] columns = ["Number", "Time", "Kind", "App", "What", "Amount", "Balance"];

    public async Task<IActionResult> OnGetAsync()
    {
        if (Statement is not { } month)
        {
            return Fail(PageFailures.NotFound);
        }

        var name = $"statement-{Account.LastFour}-{Write(month.Month)}.csv";
        Response.ContentType = "text/csv; charset=utf-8";
        Response.Headers.ContentDisposition = new ContentDisposition { FileName = name }.ToString();
        await using var file = new StreamWriter(Response.Body, new UTF8Encoding(false));
        await file.WriteAsync(
            Csv.Beginning + Csv.Line(columns.Select(column => texts[$"Csv_{column}"].Value))
        );
        await foreach (var line in Statements.ReadAsync(World, month))
        {
            await file.WriteAsync(Write(line));
        }

        return new EmptyResult();
    }

    private string Write(StatementLine line) =>
        Csv.Line(
            line.Entry.Sequence.ToString(CultureInfo.InvariantCulture),
            Times.Full(line.Entry.CreatedAt),
            texts[$"Kind_{line.Entry.Kind}"],
            Csv.Foreign(line.Payee ?? ""),
            Csv.Foreign(line.Description ?? ""),
            Amounts.Plain(line.Entry.Amount),
            Amounts.Plain(line.Entry.BalanceAfter!.Value)
        );
}
