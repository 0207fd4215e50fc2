using OpenBanking.Server;

namespace OpenBanking.Samples.BankAdapters;

/// <summary>Where the bank's own systems are, section <c>Backend</c> of the configuration.</summary>
public sealed record BackendOptions
{
    public const string Section = "Backend";

    public Uri? Address { get; init; }

    /// <summary>Who this server is to them; from the bank's key store.</summary>
    public string? ApiKey { get; init; }

    /// <summary>How long one call may take. An opening makes up to five within <c>Outside:Deadline</c>.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <exception cref="WrongSettingException">A setting is missing or unsafe.</exception>
    public void Check()
    {
        if (Address is not { IsAbsoluteUri: true } || !IsSafe(Address))
        {
            throw new WrongSettingException(
                "Backend:Address must be an https address with a slash at its end; plain http is for loopback alone."
            );
        }

        if (string.IsNullOrEmpty(ApiKey))
        {
            throw new WrongSettingException("Backend:ApiKey is missing.");
        }

        if (CallTimeout <= TimeSpan.Zero)
        {
            throw new WrongSettingException("Backend:CallTimeout must be more than nothing.");
        }
    }

    private static bool IsSafe(Uri address) =>
        address.AbsolutePath.EndsWith('/')
        && (
            address.Scheme == Uri.UriSchemeHttps
            || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)
        );
}
