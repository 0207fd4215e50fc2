using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OpenBanking.Testing.Internal;

/// <summary>Stands before the server: takes the deliveries of a test's events, refuses what a test wants to be refused,
/// and has the answers to magic amounts go wrong on the way.</summary>
internal sealed class TestingFilter(Deliveries deliveries, NextRefusals refusals) : IStartupFilter
{
    private const int LargestBodyBytes = 256 * 1024;

    /// <summary>The idempotency keys that something has gone wrong for.</summary>
    private readonly ConcurrentDictionary<string, byte> seen = [];

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
        builder =>
        {
            builder.Use(PassAsync);
            next(builder);
        };

    private async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path == Deliveries.Path)
        {
            await deliveries.TakeAsync(context).ConfigureAwait(false);
            return;
        }

        if (await refusals.RefuseAsync(context).ConfigureAwait(false))
        {
            return;
        }

        var key = context.Request.Headers["Idempotency-Key"].ToString();
        var amount = key.Length > 0 ? await AmountOfAsync(context.Request).ConfigureAwait(false) : null;
        var name = $"{context.Request.Path} {key}";
        var isFirst = new Lazy<bool>(() => seen.TryAdd(name, 0));
        if (amount == MagicAmounts.SlowAnswer)
        {
            await Task.Delay(MagicAmounts.Slowness, context.RequestAborted).ConfigureAwait(false);
            await next(context).ConfigureAwait(false);
        }
        else if (
            amount == MagicAmounts.AlwaysUnavailable
            || (amount == MagicAmounts.UnavailableOnce && isFirst.Value)
        )
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "0";
        }
        else if (amount == MagicAmounts.LostRequest && isFirst.Value)
        {
            context.Abort();
        }
        else if (
            (amount == MagicAmounts.LostAnswer || amount == MagicAmounts.NoAnswer) && !seen.ContainsKey(name)
        )
        {
            await LoseAnswerAsync(context, next, name, waits: amount == MagicAmounts.NoAnswer)
                .ConfigureAwait(false);
        }
        else
        {
            await next(context).ConfigureAwait(false);
        }
    }

    /// <summary>It is done, and the caller does not hear of it. A refusal is heard: nothing was done, and a client that has sent
    /// nothing before is told a nonce first. If it waits, the connection stays until the caller gives up.</summary>
    private async Task LoseAnswerAsync(HttpContext context, RequestDelegate next, string name, bool waits)
    {
        var caller = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        await next(context).ConfigureAwait(false);
        if (context.Response.StatusCode < StatusCodes.Status400BadRequest && seen.TryAdd(name, 0))
        {
            if (waits)
            {
                await GivingUpAsync(context).ConfigureAwait(false);
            }

            context.Abort();
            return;
        }

        context.Response.Body = caller;
        answer.Position = 0;
        await answer.CopyToAsync(caller).ConfigureAwait(false);
    }

    /// <summary>Until the caller gives up, or the bank ends.</summary>
    private static async Task GivingUpAsync(HttpContext context)
    {
        var bank = context.RequestServices.GetRequiredService<IHostApplicationLifetime>();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted,
            bank.ApplicationStopping
        );
        await Task.Delay(Timeout.Infinite, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The amount of the body, when it has one; the body is left to be read again.</summary>
    private static async Task<Money?> AmountOfAsync(HttpRequest request)
    {
        request.EnableBuffering(LargestBodyBytes);
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body).ConfigureAwait(false);
            return
                body.RootElement.ValueKind == JsonValueKind.Object
                && body.RootElement.TryGetProperty("amount", out var amount)
                && amount.ValueKind == JsonValueKind.Object
                && amount.TryGetProperty("amount", out var fen)
                && fen.ValueKind == JsonValueKind.Number
                && fen.TryGetInt64(out var whole)
                ? Money.Cny(whole)
                : null;
        }
        catch (Exception failure) when (failure is JsonException or BadHttpRequestException)
        {
            // The server says what is wrong with it: no JSON, or more than it takes.
            return null;
        }
        finally
        {
            request.Body.Position = 0;
        }
    }
}
