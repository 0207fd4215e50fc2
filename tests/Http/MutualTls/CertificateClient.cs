using System.Security.Cryptography.X509Certificates;

namespace OpenBanking.Tests.Http.MutualTls;

/// <summary>A client on connections of its own, with a certificate or without: certificates belong to connections.</summary>
public sealed class CertificateClient : IDisposable
{
    private readonly HttpClient http;
    private readonly string? clientId;
    private readonly Uri server;

    /// <param name="server">Where the requests go.</param>
    /// <param name="clientId">Sent with every form, if there is one.</param>
    /// <param name="certificate">What connections begin with, if anything.</param>
    public CertificateClient(Uri server, string? clientId, X509Certificate2? certificate)
    {
        this.server = server;
        this.clientId = clientId;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) =>
            shown?.Subject == Certificates.Localhost;
        if (certificate is not null)
        {
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }

        http = new(handler);
    }

    /// <summary>Posts a form to an OAuth endpoint; a null value leaves a parameter out.</summary>
    public Task<RawAnswer> PostFormAsync(
        string path,
        IEnumerable<(string Name, string? Value)> parameters,
        params (string Name, string Value)[] headers
    )
    {
        var form = new Dictionary<string, string?> { ["client_id"] = clientId };
        foreach (var (name, value) in parameters)
        {
            form[name] = value;
        }

        return SendAsync(
            HttpMethod.Post,
            path,
            new FormUrlEncodedContent(form.Where(field => field.Value is not null)!),
            headers
        );
    }

    /// <summary>Asks for a token of the app itself.</summary>
    public Task<RawAnswer> AskAsync(params (string Name, string Value)[] headers) =>
        PostFormAsync("/oauth/token", [("grant_type", "client_credentials")], headers);

    public async Task<string> TokenAsync()
    {
        var answer = await AskAsync();
        return answer.Status == 200
            ? answer.Json["access_token"]!.GetValue<string>()
            : throw new InvalidOperationException(answer.Text);
    }

    /// <summary>Reads a route of the API.</summary>
    public Task<RawAnswer> GetAsync(
        string path,
        string authorization,
        params (string Name, string Value)[] headers
    ) => SendAsync(HttpMethod.Get, path, content: null, [("Authorization", authorization), .. headers]);

    public void Dispose() => http.Dispose();

    private async Task<RawAnswer> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(server, path)) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await http.SendAsync(request);
        return new(
            (int)response.StatusCode,
            response.Headers,
            response.Content.Headers,
            await response.Content.ReadAsByteArrayAsync()
        );
    }
}
