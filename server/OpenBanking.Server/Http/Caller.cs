using System.Reflection;
using OpenBanking.Server.Consents;
using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Partners;
using OpenBanking.Server.Security;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Http;

/// <summary>Who is asking, as the token filter found out: an app, and for a customer's token the consent it acts
/// under.</summary>
public sealed class Caller(RegisteredApp app, DateTimeOffset now, ConsentRow? consent, PairwiseIds pairwise)
{
    public World World { get; } = app.World;

    /// <summary>The business time of the caller's world.</summary>
    public DateTimeOffset Now { get; } = now;

    public AppRow App { get; } = app.Row;

    /// <summary>Where the app has its customers led back to.</summary>
    public IReadOnlyList<string> RedirectUris => app.RedirectUris;

    /// <summary>The consent of a customer's token.</summary>
    /// <exception cref="InvalidOperationException">The route asks for a token of the app.</exception>
    public ConsentRow Consent =>
        consent ?? throw new InvalidOperationException("This route was called with a token of the app.");

    /// <summary>An id as this caller's partner sees it.</summary>
    public string Show<T>(Id<T> id)
        where T : IIdentified => pairwise.Format(App.PartnerId, id);

    /// <summary>Reads an id that was shown to this caller's partner.</summary>
    public bool TryRead<T>(string? text, out Id<T> id)
        where T : IIdentified => pairwise.TryParse(App.PartnerId, text, out id);

    public string ShowEntry(Guid accountId, long sequence) =>
        pairwise.FormatEntry(App.PartnerId, accountId, sequence);

    /// <summary>The id of a line of one of the bank's own accounts, where postings of one moment have one number.</summary>
    public string ShowEntry(Guid accountId, long sequence, Guid postingId) =>
        pairwise.FormatEntry(App.PartnerId, accountId, sequence, postingId);

    public static Caller Of(HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("The route asks for no token.");

    public static ValueTask<Caller> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        _ = parameter;
        return ValueTask.FromResult(Of(context));
    }
}
