namespace OpenBanking.Internal;

/// <summary>The nonces that one attempt is asked for, one after the other.</summary>
internal struct AskedNonces
{
    /// <summary>A second one is taken up where the first was given by a node that did not know yet, as the server's nodes change their
    /// secret.</summary>
    private const int Most = 2;

    private int taken;
    private string? last;

    /// <summary>Whether to send again with a nonce: not with the one that was refused just now, and not for ever.</summary>
    /// <param name="asked">The nonce that the last answer asks for; null when it asks for none.</param>
    public bool TryTake(string? asked)
    {
        if (asked is null || asked == last || taken == Most)
        {
            return false;
        }

        taken++;
        last = asked;
        return true;
    }
}
