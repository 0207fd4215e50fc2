using System.Net;
using System.Net.Sockets;
using System.Text;
using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>A browser without scripts: follows redirects within the bank, keeps cookies, submits the form it sees.</summary>
public sealed class Browser : IDisposable
{
    private const int MostLooks = 400;

    private static readonly TimeSpan betweenLooks = TimeSpan.FromMilliseconds(50);

    /// <summary>As many as there come: of itself the container drops all but twenty of a site.</summary>
    private readonly CookieContainer cookies = new()
    {
        Capacity = CookieContainer.DefaultCookieLimit * 10,
        PerDomainCapacity = CookieContainer.DefaultCookieLimit,
    };

    private readonly HttpClient http;
    private readonly List<string> setCookies = [];
    private HttpResponseMessage? last;

    /// <param name="at">The address it is at, of those that lead back to this machine; the usual one when null.</param>
    public Browser(IPAddress? at = null)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies };
        if (at is not null)
        {
            handler.ConnectCallback = (context, cancellationToken) =>
                ConnectAsync(at, context.DnsEndPoint.Port, cancellationToken);
        }

        http = new HttpClient(handler);
        http.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en");
    }

    /// <summary>Where it is; outside the bank it does not go, it only says where.</summary>
    public Uri Address { get; private set; } = null!;

    public IDocument Page { get; private set; } = null!;

    public string Header(string name) =>
        last!.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";

    public string ContentHeader(string name) => string.Join(", ", last!.Content.Headers.GetValues(name));

    /// <summary>What was answered, as it came.</summary>
    public string Content { get; private set; } = "";

    /// <summary>All the server has set, as it was set.</summary>
    public IReadOnlyList<string> SetCookies => setCookies;

    public async Task GoAsync(Uri address)
    {
        var response = await http.GetAsync(address);
        await FollowAsync(address, response);
    }

    /// <summary>Asks for a page and stays where it is; others may do so at the same time.</summary>
    public async Task<HttpStatusCode> LookAtAsync(Uri address)
    {
        using var response = await http.GetAsync(address);
        return response.StatusCode;
    }

    /// <summary>What the page says, in one line.</summary>
    public string Text() =>
        string.Join(
            ' ',
            Page.QuerySelector("main")!
                .TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        );

    /// <summary>Follows the link that says this.</summary>
    public Task FollowAsync(string text)
    {
        var link = Page.QuerySelectorAll("a").First(link => link.TextContent.Contains(text));
        return GoAsync(new Uri(Address, link.GetAttribute("href")));
    }

    /// <summary>Loads the page again as long as this is so.</summary>
    public async Task ReloadWhileAsync(Func<bool> waits)
    {
        for (var tries = 0; waits(); tries++)
        {
            Assert.True(tries < MostLooks, $"{Address} says: {Text()}");
            await Task.Delay(betweenLooks);
            await GoAsync(Address);
        }
    }

    /// <summary>Enters values into the form of the page and presses its first button.</summary>
    public Task SubmitAsync(params (string Name, string Value)[] entered) =>
        SubmitAsync(handler: null, entered);

    /// <summary>Presses the button of a handler.</summary>
    public async Task SubmitAsync(string? handler, params (string Name, string Value)[] entered)
    {
        var fields = HiddenFields()
            .Where(input => entered.All(field => field.Name != input.Key))
            .Concat(entered.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        var address = new Uri(
            Address.GetLeftPart(UriPartial.Path) + (handler is null ? "" : $"?handler={handler}")
        );
        await FollowAsync(address, await PostAsync(address, fields));
    }

    /// <summary>Submits one form of several, to where it says.</summary>
    public async Task SubmitToAsync(string form, params (string Name, string Value)[] entered)
    {
        var fields = HiddenFields(form)
            .Where(input => entered.All(field => field.Name != input.Key))
            .Concat(entered.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        var address = new Uri(Address, Page.QuerySelector(form)!.GetAttribute("action"));
        await FollowAsync(address, await PostAsync(address, fields));
    }

    /// <summary>Chooses files in the form of the page, and presses its first button.</summary>
    public async Task SubmitFilesAsync(params (string Name, byte[] Content, string Type)[] files)
    {
        using var content = new MultipartFormDataContent();
        foreach (var (name, value) in HiddenFields())
        {
            content.Add(new StringContent(value), name);
        }

        foreach (var (name, file, type) in files)
        {
            var part = new ByteArrayContent(file);
            part.Headers.TryAddWithoutValidation("Content-Type", type);
            content.Add(part, name, "IMG_0001");
        }

        var address = new Uri(Address.GetLeftPart(UriPartial.Path));
        await FollowAsync(address, await http.PostAsync(address, content));
    }

    /// <summary>Sends a body as it is to where the browser is; gives the status.</summary>
    public async Task<HttpStatusCode> SendAsync(HttpContent body)
    {
        using var answer = await http.PostAsync(new Uri(Address.GetLeftPart(UriPartial.Path)), body);
        return answer.StatusCode;
    }

    /// <summary>Asks for an address with a body, which no page does; stays where it is, and follows nothing.</summary>
    public async Task<HttpResponseMessage> AskAsync(HttpMethod method, Uri address, HttpContent body)
    {
        using var request = new HttpRequestMessage(method, address) { Content = body };
        return await http.SendAsync(request);
    }

    /// <summary>What the form of the page sends beside what is entered.</summary>
    public IEnumerable<KeyValuePair<string, string>> HiddenFields(string form = "form[method=post]") =>
        Page.QuerySelector<IHtmlFormElement>(form)!
            .QuerySelectorAll<IHtmlInputElement>("input[type=hidden]")
            .Select(input => KeyValuePair.Create(input.Name!, input.Value));

    public async Task<HttpResponseMessage> PostAsync(
        Uri address,
        IEnumerable<KeyValuePair<string, string>> fields
    )
    {
        using var content = new FormUrlEncodedContent(fields);
        return await http.PostAsync(address, content);
    }

    /// <summary>Submits the same so many times at once, each with the cookies of now: an answer may take them away before the last
    /// is sent.</summary>
    public async Task<HttpResponseMessage[]> PostAtOnceAsync(
        int times,
        Uri address,
        IReadOnlyList<KeyValuePair<string, string>> fields
    )
    {
        using var taps = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }
        );
        taps.DefaultRequestHeaders.Add("Cookie", cookies.GetCookieHeader(address));
        taps.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en");
        return await Task.WhenAll(
            Enumerable.Range(0, times).Select(_ => taps.PostAsync(address, new FormUrlEncodedContent(fields)))
        );
    }

    /// <summary>The name of the interaction's cookie.</summary>
    public string CookieName() => InteractionCookie().Name;

    /// <summary>The secret in it.</summary>
    public string Cookie() => InteractionCookie().Value;

    /// <summary>How many interactions it has a cookie of.</summary>
    public int CountInteractions() => InteractionCookies().Count();

    public void SetCookie(Uri address, string name, string value) =>
        cookies.Add(new Cookie(name, value, "/bank", address.Host));

    public void Dispose()
    {
        last?.Dispose();
        http.Dispose();
    }

    private static async ValueTask<Stream> ConnectAsync(
        IPAddress at,
        int port,
        CancellationToken cancellationToken
    )
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
        };
        try
        {
            socket.Bind(new IPEndPoint(at, 0));
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void NoteCookies(HttpResponseMessage response)
    {
        if (response.Headers.TryGetValues("Set-Cookie", out var values))
        {
            setCookies.AddRange(values);
        }
    }

    private Cookie InteractionCookie() => InteractionCookies().Single();

    private IEnumerable<Cookie> InteractionCookies() =>
        cookies
            .GetCookies(Address)
            .Where(cookie => cookie.Name.StartsWith("ob-ixn_", StringComparison.Ordinal));

    private async Task FollowAsync(Uri address, HttpResponseMessage response)
    {
        while (true)
        {
            NoteCookies(response);
            if (response.Headers.Location is not { } location)
            {
                break;
            }

            var target = new Uri(address, location);
            if (target.Authority != address.Authority)
            {
                Address = target;
                return;
            }

            address = target;
            response.Dispose();
            response = await http.GetAsync(address);
        }

        last?.Dispose();
        (Address, last) = (address, response);
        Content = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync());
        Page = await BrowsingContext
            .New(Configuration.Default)
            .OpenAsync(request => request.Content(Content));
    }
}
