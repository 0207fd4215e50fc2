using OpenBanking.Server.Customers;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Dashboard;

public enum SessionState
{
    /// <summary>A one-time code is on its way.</summary>
    Begun = 1,

    /// <summary>The code was right: the number is theirs; or a passkey was. Nothing is shown yet.</summary>
    NumberProven = 2,

    /// <summary>The payment PIN was right too: this is the customer.</summary>
    SignedIn = 3,

    Ended = 4,
}

/// <summary>A customer's visit to their own pages, from the mobile number to signing out.</summary>
public sealed record CustomerSessionRow : VersionedRow, IIdentified
{
    public static string IdPrefix => "ses_";

    public required Id<CustomerSessionRow> Id { get; init; }

    public required SessionState State { get; init; }

    /// <summary>The hash of the secret in the browser's cookie; a new one after each step of signing in.</summary>
    public required string BrowserHash { get; init; }

    /// <summary>The mobile number, sealed; and its blind index.</summary>
    public required byte[] Mobile { get; init; }

    public required string MobileIndex { get; init; }

    /// <summary>The code that was sent; none when a passkey took its place.</summary>
    public required Id<OneTimeCodeRow> CodeId { get; init; }

    /// <summary>Whose number or passkey it is, once it is proven; null when it is nobody's.</summary>
    public Id<CustomerRow>? CustomerId { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

public static class SessionTables
{
    public static Table<Id<CustomerSessionRow>, CustomerSessionRow> Sessions { get; } =
        new("customer_session");
}

/// <summary>What is asked about the sessions of a customer.</summary>
public static class SessionQueries
{
    private const int MostEnded = 1_000;

    /// <summary>A customer's sessions that are not over, but for one.</summary>
    /// <param name="now">The real time.</param>
    public static async ValueTask<IReadOnlyList<Id<CustomerSessionRow>>> ListOtherSessionsAsync(
        this Store store,
        World world,
        Id<CustomerRow> customer,
        Id<CustomerSessionRow> kept,
        DateTimeOffset now
    )
    {
        var sessions = await store.ListAsync(
            SessionTables.Sessions,
            world,
            $"expires_at > {now} AND customer_id = {customer} AND state <> {SessionState.Ended} ORDER BY expires_at DESC LIMIT {MostEnded}"
        );
        return [.. sessions.Select(session => session.Id).Where(id => id != kept)];
    }
}
