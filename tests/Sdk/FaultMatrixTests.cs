using System.Diagnostics;
using System.Text;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

/// <summary>Everything that goes wrong between a client and the bank, under every kind of call. What comes of it is the
/// page of outcomes, which is made from what was seen.</summary>
public sealed class FaultMatrixTests
{
    private const string Page = "docs/reference/outcomes";
    private const int SideBySide = 10;

    private static readonly string[] kinds = ["reading", "paying", "changing"];
    private static readonly string[] kindsOfForms = ["paying", "starting", "completing"];

    [Fact]
    public async Task Every_fault_ends_in_time_acts_once_at_most_and_comes_to_what_the_page_says()
    {
        using var gate = new SemaphoreSlim(SideBySide);
        var runs = Fault.All.SelectMany(fault =>
            (fault.AtAuthorizationServer ? kindsOfForms : kinds).Select(kind => SeeAsync(fault, kind, gate))
        );
        var outcomes = (await Task.WhenAll(runs)).Chunk(kinds.Length);

        var rows = Fault.All.Zip(outcomes).ToList();
        await IsAsync($"{Page}.md", Write(rows));
        await IsAsync($"{Page}.zh-CN.md", WriteInChinese(rows));
    }

    private static async Task IsAsync(string name, string page)
    {
        var file = Path.Combine(PublicApiTests.Root(), name);
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(file, page);
        }

        Assert.Equal(await File.ReadAllTextAsync(file), page);
    }

    private static async Task<string> SeeAsync(Fault fault, string kind, SemaphoreSlim gate)
    {
        await gate.WaitAsync();
        try
        {
            await using var run = await FaultRun.StartAsync(fault);
            var outcome = await run.SeeAsync(kind);
            Assert.False(run.FollowedRedirect, $"{fault.Name}: was redirected.");
            return outcome;
        }
        finally
        {
            gate.Release();
        }
    }

    private static string Write(IEnumerable<(Fault Fault, string[] Outcomes)> rows) =>
        Write(
            """
            # What goes wrong on the way, and what the SDK makes of it

            Made by playing every fault against the SDK, on every attempt; the tests in `tests/Sdk` write it anew with
            `UPDATE_DOCS=1`. [中文](outcomes.zh-CN.md)

            Codes are those of `OpenBankingException.Code`. *Again* means that the call was tried again first, with the
            same key and a fresh proof, as often as `MaxRetries` says: a fault that passes meanwhile is not noticed. *Unknown*
            is an `OutcomeUnknownException`: the request may have been carried out. Its `ResolveAsync` finds out, by sending
            it again with the same key. Every other exception of a call with a key says that this call was not carried out. It
            says nothing of a call before it: once an outcome is unknown, it stays so until the same key is answered.
            Without a key nothing is sent again of which something may have come: after `connection_lost`, `timed_out`,
            `unexpected_answer`, `outcome_unknown` and `internal_error` read what the call was to change. What is refused with 429, or
            with 503 `overloaded` or `authorization_server_unavailable`, was not carried out, so that any call is tried again.

            Every call ends within `TotalTimeout`, whatever the other side does; only a handler or a token store of the app's own that
            blocks its thread holds it longer. Redirects are not followed, and no more
            than 1 MiB of an answer is read.

            Where the app has handlers for all HTTP clients of its container that try again or send copies, such as those of
            resilience, only the first sending of each request of the container's client goes out, known by its proof: the client
            itself tries again, with a proof for each. An `HttpHandler` that is set in the options is left as it is, and is to send a
            request once. Where it does not, the bank refuses the second sending for its proof, which says nothing of the first: such a
            refusal, and one for want of a scope, of room or of a connection, is not taken for the last word. A call with a key is tried
            again with a new proof, and unknown in the end; one without is `connection_lost`. A handler that reads the body or sends a
            copy hides how often that leaves: for calls with a key it counts as one that sends twice.
            So it is with a gateway that brings a request twice, and with the framework itself, which sends a read again whose kept
            connection ends before the answer: by `dpop_proof_reused` the bank says that it has had the request before.

            A token is asked for before a call is sent, and in the time that the call has. Each sending to the authorization server has a
            client assertion and a proof of its own. Where that fails, what needs the token was not sent, whatever the code; the
            message names the endpoint. A code that the customer came back with is good once: when its answer is lost, the
            customer links again. A callback that is loaded twice redeems it once, in one process; in another it would have the bank
            end the tokens that the first gave (RFC 6749 §4.1.2): the consent and its agreement stay, and the customer links again. When
            the token store does not keep what the code gave, `TokensNotKeptException` has it still, with the ids, and tries the store
            again. Starting and completing a link are several calls, for the bank's metadata, the form and the bank's keys, each with a
            `TotalTimeout` of its own.

            The first call of a process reads the bank's metadata before it asks for a token. What something in between answers there is
            told as its answer, `unexpected_answer`; `invalid_metadata` is a 404, the JSON of another server, or another issuer. The API
            was sent nothing then, so that no outcome is unknown.

            A `CancellationToken` ends the wait and nothing else: after an `OperationCanceledException` a payment may have been
            made. Send it again with the same key, or close the order.

            """,
            "Reading | Paying, with a key | Changing, without a key",
            "A token for any call | Starting a link | Completing a link, with the code",
            rows.GroupBy(
                row => (row.Fault.Group, row.Fault.AtAuthorizationServer),
                row => (row.Fault.Name, row.Outcomes)
            )
        );

    private static string WriteInChinese(IEnumerable<(Fault Fault, string[] Outcomes)> rows) =>
        Write(
            OutcomesInChinese.Text,
            OutcomesInChinese.Columns,
            OutcomesInChinese.ColumnsOfForms,
            rows.GroupBy(
                row => (OutcomesInChinese.Of(row.Fault.Group), row.Fault.AtAuthorizationServer),
                row =>
                    (
                        OutcomesInChinese.Of(row.Fault.Name),
                        row.Outcomes.Select(OutcomesInChinese.OfOutcome).ToArray()
                    )
            )
        );

    private static string Write(
        string text,
        string columns,
        string columnsOfForms,
        IEnumerable<IGrouping<(string Name, bool OfForms), (string Name, string[] Outcomes)>> groups
    )
    {
        var page = new StringBuilder(text);
        foreach (var group in groups)
        {
            page.Append(
                $"""

                | {group.Key.Name} | {(group.Key.OfForms ? columnsOfForms : columns)} |
                | --- | --- | --- | --- |

                """
            );
            foreach (var (name, outcomes) in group)
            {
                page.Append($"| {name} | {string.Join(" | ", outcomes)} |\n");
            }
        }

        return page.ToString().ReplaceLineEndings("\n");
    }
}
