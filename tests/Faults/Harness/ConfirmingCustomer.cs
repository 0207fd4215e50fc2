using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using OpenBanking.Samples.Quickstart;

namespace OpenBanking.Tests.Faults;

/// <summary>A customer who is signed in at the bank's pages, and confirms what an app asks for with the PIN: presses the
/// button once each time, whatever comes of it.</summary>
internal sealed partial class ConfirmingCustomer : IDisposable
{
    /// <summary>Between two codes to one phone the bank waits ten seconds.</summary>
    private static readonly TimeSpan betweenTries = TimeSpan.FromMilliseconds(500);

    /// <summary>Milliseconds.</summary>
    private const int Patience = 1000;

    private readonly HttpClient browser = new(
        new SocketsHttpHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = true }
    )
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    public static async Task<ConfirmingCustomer> SignInAsync(Uri bank, TestPartner partner, int person)
    {
        var customer = new ConfirmingCustomer();
        var own = new Uri(bank, $"/bank/{partner.SandboxNumber}/my");
        var mobile = (await partner.PersonsAsync())[person].Mobile;
        var messages = $"{partner.MessagesUrl}.json?mobile={mobile}";
        var known = await customer.NewestCodeAsync(messages);
        await Eventually.BecomesAsync(
            async () =>
            {
                await Task.Delay(betweenTries);
                var at = await customer.SubmitAsync(new(own + "/sign-in"), ("Mobile", mobile));
                return at.Segments[^1] == "code";
            },
            () => "No code is sent."
        );
        var code = "";
        await Eventually.BecomesAsync(
            async () => (code = await customer.NewestCodeAsync(messages)) != known,
            () => "No code came."
        );
        await customer.SubmitAsync(new(own + "/code"), ("Code", code));
        var at = await customer.SubmitAsync(new(own + "/pin"), ("Pin", TestPartner.Pin));
        return at == own ? customer : throw new InvalidOperationException($"Signing in led to {at}.");
    }

    /// <exception cref="HttpRequestException">Nobody answered; it may be confirmed.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The same: it was gone as soon as it was connected.</exception>
    /// <exception cref="TaskCanceledException">Nobody answered in time; it may be confirmed.</exception>
    public Task ConfirmAsync(NextAction asked) =>
        SubmitAsync(new(asked.ConfirmationUrl + "/confirm"), ("Pin", TestPartner.Pin));

    public void Dispose() => browser.Dispose();

    /// <summary>Reads a page, and sends its first form with what is entered.</summary>
    private async Task<Uri> SubmitAsync(Uri address, (string Name, string Value) entered)
    {
        var page = (await browser.GetStringAsync(address)).Split("</form>")[0];
        using var form = new FormUrlEncodedContent([
            .. Hidden()
                .Matches(page)
                .Select(field => KeyValuePair.Create(In(field.Value, Name()), In(field.Value, Value()))),
            .. Option()
                .Matches(page)
                .Take(1)
                .Select(one => KeyValuePair.Create("Account", In(one.Value, Value()))),
            KeyValuePair.Create(entered.Name, entered.Value),
        ]);
        using var answer = await browser.PostAsync(address, form);
        return answer.RequestMessage!.RequestUri!;
    }

    private async Task<string> NewestCodeAsync(string messages)
    {
        await using var answer = await browser.GetStreamAsync(messages);
        var page = await JsonSerializer.DeserializeAsync(answer, ResponseJson.Default.PageSandboxMessage);
        return page!
            .Data.Select(message => Digits().Match(message.Text).Value)
            .First(code => code.Length > 0);
    }

    private static string In(string tag, Regex attribute) =>
        WebUtility.HtmlDecode(attribute.Match(tag).Groups["text"].Value);

    [GeneratedRegex("<input[^>]* type=\"hidden\"[^>]*>", RegexOptions.None, Patience)]
    private static partial Regex Hidden();

    [GeneratedRegex("<option [^>]*>", RegexOptions.None, Patience)]
    private static partial Regex Option();

    [GeneratedRegex(" name=\"(?<text>[^\"]*)\"", RegexOptions.None, Patience)]
    private static partial Regex Name();

    [GeneratedRegex(" value=\"(?<text>[^\"]*)\"", RegexOptions.None, Patience)]
    private static partial Regex Value();

    [GeneratedRegex("[0-9]{6}", RegexOptions.None, Patience)]
    private static partial Regex Digits();
}
