using System.Net.Mime;
using Microsoft.AspNetCore.Mvc;
using OpenBanking.Server.Dashboard;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>A copy of what the bank keeps about the customer, as a file.</summary>
public sealed class CustomerDataFileModel(
    CustomerSessions sessions,
    OwnPasskeys passkeys,
    DataCopies copies,
    WorldClocks clocks
) : CustomerPage(sessions)
{
    public async Task<IActionResult> OnGetAsync()
    {
        Response.ContentType = MediaTypeNames.Application.Json;
        Response.Headers.ContentDisposition = new ContentDisposition { FileName = "my-data.json" }.ToString();
        await copies.WriteAsync(
            Session,
            await clocks.NowAsync(World),
            await passkeys.ListAsync(Session),
            Response.BodyWriter
        );
        return new EmptyResult();
    }
}
