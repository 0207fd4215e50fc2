using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using OpenBanking.Samples.BankAdapters;
using OpenBanking.Server.Accounts;
using OpenBanking.Server.Cases;
using OpenBanking.Server.Security;
using OpenBanking.Server.Storage;
using OpenBanking.Server.Worlds;
using Xunit;

namespace OpenBanking.Tests.Http;

/// <summary>How the test gets about, and looks at what was said.</summary>
public sealed partial class CustomerSecrecyTests
{
    private void AssertNothingIn(string where, IReadOnlyCollection<string> all)
    {
        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', all));
        if (planted.Find(value => value.IsIn(bytes)) is { } found)
        {
            Assert.Fail($"{found.Name} is in {where}: {all.FirstOrDefault(found.IsIn)}");
        }
    }

    private async Task ToAccountAsync()
    {
        await browser.GoAsync(Own());
        var link = browser.Page.QuerySelector("a.account")!.GetAttribute("href");
        await browser.GoAsync(new Uri(browser.Address, link));
    }

    private ActivityListener ListenToActivities()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
                ActivitySamplingResult.AllDataAndRecorded,
            SampleUsingParentId = (ref ActivityCreationOptions<string> _) =>
                ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
                traced.Enqueue(
                    string.Join(
                        ' ',
                        [
                            activity.OperationName,
                            activity.DisplayName,
                            activity.StatusDescription ?? "",
                            activity.TraceStateString ?? "",
                            .. activity.TagObjects.Select(tag => $"{tag}"),
                            .. activity.Events.Select(one => $"{one.Name} {string.Join(' ', one.Tags)}"),
                            .. activity.Links.SelectMany(link => link.Tags ?? []).Select(tag => $"{tag}"),
                            .. activity.Baggage.Select(one => $"{one}"),
                        ]
                    )
                ),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static async Task<byte[]> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    [GeneratedRegex(@"(?<![0-9.,])[0-9]{6}(?![0-9])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Digits();

    /// <summary>Writes down what the server answers a partner: status, headers and body.</summary>
    private sealed class Wire(ConcurrentQueue<string> told)
        : DelegatingHandler(OpenBankingOptions.CreateHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var answer = await base.SendAsync(request, cancellationToken);
            await answer.Content.LoadIntoBufferAsync(cancellationToken);
            told.Enqueue(
                $"{request.RequestUri} {answer.Headers} {answer.Content.Headers} "
                    + await answer.Content.ReadAsStringAsync(cancellationToken)
            );
            return answer;
        }
    }
}
