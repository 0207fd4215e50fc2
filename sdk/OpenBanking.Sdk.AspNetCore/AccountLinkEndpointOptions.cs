using Microsoft.AspNetCore.Http;

namespace OpenBanking;

/// <summary>How an app links customers: what it asks for, and what happens when they come back.</summary>
public sealed class AccountLinkEndpointOptions
{
    /// <summary>The name that <c>AddOpenBanking</c> was given; the unnamed client when null.</summary>
    public string? ClientName { get; set; }

    /// <summary>What this customer is asked for (RFC 9396). Required, unless <see cref="PrepareRequest"/>
    /// gives it.</summary>
    public Func<HttpContext, IReadOnlyList<AuthorizationDetail>>? AuthorizationDetails { get; set; }

    /// <summary>Changes the request before it goes to the bank, such as its languages:
    /// <c>(context, request) => ValueTask.FromResult(request with { UiLocales = "zh-CN" })</c>.</summary>
    public Func<HttpContext, AccountLinkRequest, ValueTask<AccountLinkRequest>>? PrepareRequest { get; set; }

    /// <summary>What to do with a customer who has agreed: keep the ids beside the app's own user, and say
    /// where to go on. Required. Called once more for the same customer when a browser loads the callback twice: let it keep the same
    /// again.</summary>
    public Func<HttpContext, LinkedCustomer, Task<IResult>>? OnLinked { get; set; }

    /// <summary>What to show when there is no link: the customer said no
    /// (<see cref="AccountLinkRefusedException"/>), the callback was not to be trusted
    /// (<see cref="AccountLinkException"/>), or the bank could not be reached. By default a short
    /// page in English and Chinese, which leads back to the link and to the app.</summary>
    public Func<HttpContext, OpenBankingException, Task<IResult>>? OnRefused { get; set; }

    /// <summary>The callback's address as the customer's browser sees it and as it is registered at the bank;
    /// taken from the request when null. Set it behind a proxy that changes host or path.</summary>
    public Uri? RedirectUri { get; set; }

    /// <summary>How long the customer may stay at the bank; 30 minutes by default, and a day at most.</summary>
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromMinutes(30);
}
