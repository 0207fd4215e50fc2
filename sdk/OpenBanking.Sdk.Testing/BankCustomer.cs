using System.Text.RegularExpressions;
using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using OpenBanking.Testing.Internal;

namespace OpenBanking.Testing;

/// <summary>The bank does not let this person go on now; it may let another.</summary>
/// <param name="why">What the bank's page says.</param>
/// <param name="soon">Whether it may let this one after a pause, which the message names.</param>
public sealed class PersonUnavailableException(string why, bool soon = false) : Exception(why)
{
    /// <summary>Whether it may let this one after a pause, which the message names: of ten seconds between two codes, or until fewer
    /// codes were sent in the last hour.</summary>
    public bool Soon { get; } = soon;

    /// <summary>One of <see cref="ApplicationReasons"/> when <see cref="SandboxBank.LinkCustomerAsync"/> came to nothing for it;
    /// null for another reason.</summary>
    public string? Code { get; init; }
}

/// <summary>A person at the bank's pages: reads each page and submits its form, as a browser without scripts would, and
/// allows what is asked for, optional or not. One visit; not safe to use from several threads.</summary>
public sealed partial class BankCustomer : IDisposable
{
    /// <summary>In which they read the bank's pages and messages.</summary>
    internal const string Language = "en";

    /// <summary>How the pages begin to say that no code is sent.</summary>
    private static readonly string[] noCodes = ["Too many codes", "A code was sent"];

    private const int MostPages = 400;
    private const int GuessesOfCode = 5;

    private static readonly TimeSpan pause = TimeSpan.FromMilliseconds(20);

    private readonly SandboxPerson person;
    private readonly Uri messages;
    private readonly string pin;
    private readonly HttpClient browser;
    private readonly List<string> acts = [];
    private bool knowsPin;

    /// <summary>When the last code before the one that was asked for came.</summary>
    private DateTimeOffset asked = DateTimeOffset.MinValue;

    /// <summary>Ends the visit that is under way.</summary>
    private CancellationToken visitEnded;

    /// <summary>A person who has not come to the bank yet.</summary>
    /// <remarks>The bank sends codes to one number ten seconds apart, by real time: who comes twice within them is told to wait
    /// (<see cref="PersonUnavailableException.Soon"/>). <see cref="SandboxBank.LinkCustomerAsync"/> does not wait. To whichever numbers it
    /// sends 20 codes in an hour for one browser, and 600 for one address.</remarks>
    /// <param name="person">Who it is: one of the sandbox's persons.</param>
    /// <param name="messagesUrl">The sandbox's message box, where one-time codes arrive.</param>
    /// <param name="pin">The payment PIN the person sets and enters.</param>
    /// <param name="knowsPin">Whether the PIN is the person's, if one was set before.</param>
    public BankCustomer(SandboxPerson person, string messagesUrl, string pin, bool knowsPin = true)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentException.ThrowIfNullOrWhiteSpace(messagesUrl);
        ArgumentException.ThrowIfNullOrWhiteSpace(pin);
        this.knowsPin = knowsPin;
        this.person = person;
        this.pin = pin;
        messages = MessageBox.AddressOf(messagesUrl, person.Mobile);
        // A proxy that the machine's settings name has no way to this machine.
        browser = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = !messages.IsLoopback }
        );
        browser.DefaultRequestHeaders.AcceptLanguage.ParseAdd(Language);
    }

    /// <summary>Whether the account is a new one.</summary>
    public bool OpenedAccount { get; private set; }

    /// <summary>What the person did at the bank, for the reader.</summary>
    public string Acts => string.Join(", ", acts);

    /// <summary>Goes to the bank, does what the pages ask, and agrees; returns where the bank sends the person back to.</summary>
    /// <param name="authorizationUrl">Where the app sends the person.</param>
    /// <param name="redirectUri">Where the app takes the person back; nothing is asked of it.</param>
    /// <param name="cancellationToken">Ends the visit where it is.</param>
    /// <returns>The callback, with the code in its query.</returns>
    /// <exception cref="InvalidOperationException">The bank refuses something; the message is what its page
    /// says.</exception>
    /// <exception cref="PersonUnavailableException">The bank sends this person no code now, opens no account for them, theirs cannot be
    /// used, or the PIN is not known.</exception>
    public async Task<Uri> AgreeAsync(
        Uri authorizationUrl,
        Uri redirectUri,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(authorizationUrl);
        ArgumentNullException.ThrowIfNull(redirectUri);
        visitEnded = cancellationToken;
        var (_, end) = await VisitAsync(
                authorizationUrl,
                next => next.GetLeftPart(UriPartial.Path) == redirectUri.GetLeftPart(UriPartial.Path)
            )
            .ConfigureAwait(false);
        return end;
    }

    /// <summary>Confirms an application for an account: the terms, the code, the payment PIN; or hears that it has come to
    /// nothing.</summary>
    /// <param name="continuationUrl">The application's page.</param>
    /// <param name="cancellationToken">Ends the visit where it is.</param>
    /// <exception cref="InvalidOperationException">The bank refuses something; the message is what its page
    /// says.</exception>
    public Task ContinueAsync(Uri continuationUrl, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(continuationUrl);
        visitEnded = cancellationToken;
        return VisitAsync(continuationUrl, next => next.Segments[^1] == "end");
    }

    /// <summary>Says that nobody has asked for an application; or hears that it has come to an end.</summary>
    /// <param name="continuationUrl">The application's page.</param>
    /// <param name="cancellationToken">Ends the visit where it is.</param>
    /// <exception cref="InvalidOperationException">The bank refuses it; the message is what its page says.</exception>
    public async Task DeclineAsync(Uri continuationUrl, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(continuationUrl);
        visitEnded = cancellationToken;
        var (page, address) = await VisitAsync(
                continuationUrl,
                next => IsStartOfApplication(next) || next.Segments[^1] == "end"
            )
            .ConfigureAwait(false);
        if (IsStartOfApplication(address))
        {
            await SubmitAsync(page, new Uri(address, "?handler=Refuse")).ConfigureAwait(false);
        }
    }

    /// <summary>Has a code sent for an application, and enters wrong ones as often as the bank takes one for it.</summary>
    /// <param name="continuationUrl">The application's page.</param>
    /// <param name="cancellationToken">Ends the visit where it is.</param>
    /// <exception cref="InvalidOperationException">The bank refuses something else; the message is what its page
    /// says.</exception>
    public async Task GuessAsync(Uri continuationUrl, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(continuationUrl);
        visitEnded = cancellationToken;
        var (page, address) = await VisitAsync(continuationUrl, next => next.Segments[^1] is "code" or "end")
            .ConfigureAwait(false);
        if (address.Segments[^1] == "end")
        {
            return;
        }

        var right = await WaitForCodeAsync(asked).ConfigureAwait(false);
        var wrong = right[..^1] + (right[^1] == '0' ? '1' : '0');
        var goesOn = false;
        for (var guesses = 0; guesses < GuessesOfCode && !goesOn; guesses++)
        {
            (goesOn, page, address) = await TrySubmitAsync(page, address, ("Code", wrong))
                .ConfigureAwait(false);
        }
    }

    /// <summary>Goes to where the bank asks how much came to the card, and enters a wrong amount until it asks no more.</summary>
    /// <param name="continuationUrl">The application's page.</param>
    /// <param name="cancellationToken">Ends the visit where it is.</param>
    /// <exception cref="InvalidOperationException">The bank refuses something else, or asks for no amount; the message is what
    /// its page says.</exception>
    public async Task GuessAmountsAsync(Uri continuationUrl, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(continuationUrl);
        visitEnded = cancellationToken;
        var (page, address) = await VisitAsync(
                continuationUrl,
                next => next.Segments[^1] is "deposit" or "end"
            )
            .ConfigureAwait(false);
        if (address.Segments[^1] == "end")
        {
            throw new InvalidOperationException($"The bank asks for no amount: {TextOf(page)}");
        }

        var wrong = await NewestAmountAsync().ConfigureAwait(false) == "0.50" ? "0.51" : "0.50";
        var goesOn = false;
        while (!goesOn)
        {
            (goesOn, page, address) = await TrySubmitAsync(page, address, ("Amount", wrong))
                .ConfigureAwait(false);
        }
    }

    /// <summary>Goes on from page to page until it is over.</summary>
    private async Task<(IDocument? Page, Uri Address)> VisitAsync(Uri start, Func<Uri, bool> isOver)
    {
        var (page, next) = await GetAsync(start).ConfigureAwait(false);
        for (var visited = 0; visited < MostPages; visited++)
        {
            if (isOver(next))
            {
                return (page, next);
            }

            var step = IsStartOfApplication(next) ? "start" : next.Segments[^1];
            if (step is "sign-in" or "start")
            {
                asked = await NewestCodeAsync().ConfigureAwait(false) is { } last ? last.SentAt : asked;
            }

            (page, next) = step switch
            {
                "sign-in" => await SubmitAsync(page, next, ("Mobile", person.Mobile)).ConfigureAwait(false),
                "start" => await SubmitAsync(page, next, ("Terms", "true")).ConfigureAwait(false),
                "code" => await SubmitAsync(
                        page,
                        next,
                        ("Code", await WaitForCodeAsync(asked).ConfigureAwait(false))
                    )
                    .ConfigureAwait(false),
                "identity" => await OpenAccountAsync(page, next).ConfigureAwait(false),
                "deposit" => await SubmitAsync(
                        page,
                        next,
                        ("Amount", await NewestAmountAsync().ConfigureAwait(false))
                    )
                    .ConfigureAwait(false),
                "verifying" => await WaitAndGetAsync(next).ConfigureAwait(false),
                "pin" => await SetPinAsync(page, next).ConfigureAwait(false),
                "consent" => await ConsentAsync(page, next).ConfigureAwait(false),
                "no-account" => throw new PersonUnavailableException(
                    $"The bank gives no account: {TextOf(page)}"
                ),
                _ => throw new InvalidOperationException(
                    $"The bank shows {next.AbsolutePath}: {TextOf(page)}"
                ),
            };
        }

        throw new InvalidOperationException(
            $"The bank does not come to an end; the last page was {next.AbsolutePath}."
        );
    }

    /// <summary>Ends the person's visit.</summary>
    public void Dispose() => browser.Dispose();

    /// <summary>Its address has the application and a digest, and no name of a step.</summary>
    private static bool IsStartOfApplication(Uri address) => address.Segments is [.., "applications/", _, _];

    private Task<(IDocument? Page, Uri Address)> OpenAccountAsync(IDocument? page, Uri address)
    {
        if (OpenedAccount)
        {
            throw new PersonUnavailableException($"The bank opens no account: {TextOf(page)}");
        }

        acts.Add("opened an account");
        OpenedAccount = true;
        return SubmitAsync(
            page,
            address,
            ("FullName", person.Name),
            ("IdNumber", person.IdNumber),
            ("CardNumber", person.CardNumber),
            ("Terms", "true")
        );
    }

    private Task<(IDocument? Page, Uri Address)> SetPinAsync(IDocument? page, Uri address)
    {
        acts.Add("set a payment PIN");
        knowsPin = true;
        return SubmitAsync(page, address, ("Pin", pin), ("Again", pin));
    }

    private Task<(IDocument? Page, Uri Address)> ConsentAsync(IDocument? page, Uri address)
    {
        acts.Add("agreed");
        return knowsPin
            ? SubmitAsync(page, address, ("Pin", pin))
            : throw new PersonUnavailableException("Somebody else has set this person's payment PIN.");
    }

    /// <summary>The page after all redirects, or the address outside the bank that they lead to.</summary>
    private async Task<(IDocument? Page, Uri Address)> GetAsync(Uri address)
    {
        while (true)
        {
            using var response = await browser.GetAsync(address, visitEnded).ConfigureAwait(false);
            if (response.Headers.Location is not { } location)
            {
                return (await ParseAsync(response).ConfigureAwait(false), address);
            }

            address = new Uri(address, location);
            if (address.Authority != messages.Authority)
            {
                return (null, address);
            }
        }
    }

    private async Task<(IDocument? Page, Uri Address)> SubmitAsync(
        IDocument? page,
        Uri address,
        params (string Name, string Value)[] entered
    )
    {
        var (accepted, answer, next) = await TrySubmitAsync(page, address, entered).ConfigureAwait(false);
        if (accepted)
        {
            return (answer, next);
        }

        // The same page again says what is wrong.
        var error = answer?.QuerySelector("#mobile-error")?.TextContent.Trim();
        throw error is not null && noCodes.Any(error.StartsWith)
            ? new PersonUnavailableException(error, soon: true)
            : new InvalidOperationException($"{address.AbsolutePath} was not accepted: {TextOf(answer)}");
    }

    /// <summary>The next page; or the same one with what is wrong.</summary>
    private async Task<(bool Accepted, IDocument? Page, Uri Address)> TrySubmitAsync(
        IDocument? page,
        Uri address,
        params (string Name, string Value)[] entered
    )
    {
        var form =
            page?.QuerySelector<IHtmlFormElement>("form[method=post]")
            ?? throw new InvalidOperationException($"{address.AbsolutePath} has no form.");
        var fields = form.QuerySelectorAll<IHtmlInputElement>("input[type=hidden]")
            .Where(input => entered.All(field => field.Name != input.Name))
            .Concat(form.QuerySelectorAll<IHtmlInputElement>("input[name=Allowed]"))
            .Select(input => KeyValuePair.Create(input.Name!, input.Value))
            .Concat(entered.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var content = new FormUrlEncodedContent(fields);
        using var response = await browser.PostAsync(address, content, visitEnded).ConfigureAwait(false);
        if (response.Headers.Location is not { } location)
        {
            return (false, await ParseAsync(response).ConfigureAwait(false), address);
        }

        var target = new Uri(address, location);
        if (target.Authority != messages.Authority)
        {
            return (true, null, target);
        }

        var (next, at) = await GetAsync(target).ConfigureAwait(false);
        return (true, next, at);
    }

    private async Task<(IDocument? Page, Uri Address)> WaitAndGetAsync(Uri address)
    {
        await Task.Delay(pause, visitEnded).ConfigureAwait(false);
        return await GetAsync(address).ConfigureAwait(false);
    }

    private async Task<string> WaitForCodeAsync(DateTimeOffset newerThan)
    {
        for (var waited = TimeSpan.Zero; waited < TimeSpan.FromSeconds(10); waited += pause)
        {
            if (await NewestCodeAsync().ConfigureAwait(false) is { } message && message.SentAt > newerThan)
            {
                return Digits().Match(message.Text).Value;
            }

            await Task.Delay(pause, visitEnded).ConfigureAwait(false);
        }

        throw new InvalidOperationException("No one-time code arrived in the message box within 10 s.");
    }

    /// <summary>What the newest message of a card's bank says that came, in yuan.</summary>
    private async Task<string> NewestAmountAsync() =>
        (await NewestMessageAsync(Amount()).ConfigureAwait(false) is { } message)
            ? Amount().Match(message.Text).Value
            : throw new InvalidOperationException("The card's bank has sent no message.");

    /// <summary>The newest message with a code in it; a phone gets others, too.</summary>
    private Task<SandboxMessage?> NewestCodeAsync() => NewestMessageAsync(Digits());

    private async Task<SandboxMessage?> NewestMessageAsync(Regex holding)
    {
        var all = await MessageBox.ReadAsync(browser, messages, visitEnded).ConfigureAwait(false);
        return all.FirstOrDefault(message => holding.IsMatch(message.Text));
    }

    private static async Task<IDocument> ParseAsync(HttpResponseMessage response)
    {
        var html = await response.Content.ReadAsStringAsync().ConfigureAwait(false);
        return await BrowsingContext
            .New(Configuration.Default)
            .OpenAsync(request => request.Content(html))
            .ConfigureAwait(false);
    }

    /// <summary>What the page says is wrong; all that it says when nothing is.</summary>
    private static string TextOf(IDocument? page)
    {
        var wrong = page?.QuerySelectorAll("main [role=alert]").Select(each => each.TextContent.Trim());
        var text = string.Join(' ', wrong?.Where(each => each.Length > 0) ?? []);
        return Spaces()
            .Replace(text.Length > 0 ? text : page?.QuerySelector("main")?.TextContent ?? "nothing", " ")
            .Trim();
    }

    [GeneratedRegex("[0-9]{6}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Digits();

    [GeneratedRegex(@"\b0\.[0-9]{2}\b", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Amount();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();
}
