namespace OpenBanking.Internal;

/// <summary>The rule for every address that is given to the packages: this file is in all that are given some.</summary>
internal static class SecureAddress
{
    /// <summary>Whether it is https, or plain http on loopback.</summary>
    public static bool Is(Uri address) =>
        address.IsAbsoluteUri
        && (
            address.Scheme == Uri.UriSchemeHttps
            || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)
        );
}
