using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenBanking.Server.Engine;
using OpenBanking.Server.Http;

namespace OpenBanking.Testing.Internal;

/// <summary>What a test wants the next requests of the API to be refused with.</summary>
internal sealed class NextRefusals
{
    private readonly ConcurrentQueue<string> codes = [];

    public void Add(string code, int times)
    {
        for (var count = 0; count < times; count++)
        {
            codes.Enqueue(code);
        }
    }

    public void Clear() => codes.Clear();

    /// <summary>Refuses a request, if one is to be refused; gives whether it did.</summary>
    public async Task<bool> RefuseAsync(HttpContext context)
    {
        if (
            !context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal)
            || !codes.TryDequeue(out var code)
        )
        {
            return false;
        }

        if (code == ProblemCodes.InvalidToken)
        {
            // As the server says it, of the scheme that was tried: the client asks for another token.
            var scheme = context.Request.Headers.Authorization.ToString().Split(' ')[0];
            context.Response.Headers.WWWAuthenticate = $"{scheme} error=\"{code}\"";
        }

        RequestIdentity.Name(context, context.RequestServices.GetRequiredService<Ids>());
        await Problems.WriteAsync(context, code).ConfigureAwait(false);
        return true;
    }
}
