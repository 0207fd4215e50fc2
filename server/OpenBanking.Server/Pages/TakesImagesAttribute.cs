using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OpenBanking.Server.Applications;
using OpenBanking.Server.Authorization;
using OpenBanking.Server.Worlds;

namespace OpenBanking.Server.Pages;

/// <summary>
/// Lets a browser send pictures that is at the step where they are asked for; from any other no more is read than
/// from any request. They stay in memory: the framework would put them into files, in the clear.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class TakesImagesAttribute : Attribute, IAsyncAuthorizationFilter, IOrderedFilter
{
    /// <summary>Both sides, and what a form has around them.</summary>
    public const int MostBytes = (2 * ImageFiles.MostBytes) + (256 * 1024);

    private const int MostFields = 16;
    private const int LongestField = 16 * 1024;

    /// <summary>Before the check of the form's token, which reads the form.</summary>
    public int Order => 900;

    public async Task OnAuthorizationAsync(AuthorizationFilterContext context)
    {
        var http = context.HttpContext;
        if (!HttpMethods.IsPost(http.Request.Method) || !await IsAskedAsync(http))
        {
            return;
        }

        var limit = http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>();
        if (http.Request.ContentLength > MostBytes)
        {
            // Taken in and left, so that the browser comes to read the answer.
            limit.MaxRequestBodySize = null;
            http.Response.Headers.Location = $"{http.Request.Path}?refused={ImageEntry.TooMuch}";
            context.Result = new StatusCodeResult(StatusCodes.Status303SeeOther);
            return;
        }

        limit.MaxRequestBodySize = MostBytes;
        http.Features.Set<IFormFeature>(
            new FormFeature(
                http.Request,
                new()
                {
                    MemoryBufferThreshold = MostBytes,
                    MultipartBodyLengthLimit = MostBytes,
                    ValueCountLimit = MostFields,
                    ValueLengthLimit = LongestField,
                }
            )
        );
    }

    private static async Task<bool> IsAskedAsync(HttpContext http)
    {
        var (values, services) = (http.Request.RouteValues, http.RequestServices);
        var world = new World(int.Parse((string)values["world"]!));
        var id = (string)(values["interaction"] ?? values["application"])!;
        var secret = services.GetRequiredService<InteractionCookies>().Get(http, world, id);
        if (values["digest"] is string digest)
        {
            var continued = await services
                .GetRequiredService<Continuations>()
                .FindAsync(world, id, digest, secret);
            return continued?.Step == ContinuationStep.Images;
        }

        var open = await services.GetRequiredService<Interactions>().FindAsync(world, id, secret);
        return open?.Step == InteractionStep.Images;
    }
}
