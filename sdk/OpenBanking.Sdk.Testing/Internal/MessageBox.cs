using System.Text.Json;

namespace OpenBanking.Testing.Internal;

/// <summary>What came to one phone, as a sandbox's message box has it.</summary>
internal static class MessageBox
{
    /// <param name="messagesUrl">The page of the sandbox's messages.</param>
    /// <param name="mobile">To which number.</param>
    public static Uri AddressOf(string messagesUrl, string mobile) =>
        new($"{messagesUrl}.json?mobile={mobile}");

    /// <summary>The messages, the newest first.</summary>
    public static async Task<IReadOnlyList<SandboxMessage>> ReadAsync(
        HttpClient http,
        Uri box,
        CancellationToken cancellationToken
    )
    {
        using var response = await http.GetAsync(box, cancellationToken).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var page = await JsonSerializer
            .DeserializeAsync(body, ResponseJson.Default.PageSandboxMessage, cancellationToken)
            .ConfigureAwait(false);
        return page!.Data;
    }
}
