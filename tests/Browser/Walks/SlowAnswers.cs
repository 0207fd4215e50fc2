using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace OpenBanking.Tests.Browser.Walks;

/// <summary>A slow network: what forms brought about is there at once, and is told later.</summary>
public sealed class SlowAnswers : IStartupFilter
{
    /// <summary>How much later.</summary>
    public TimeSpan By { get; set; }

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
        app =>
        {
            app.Use(
                async (context, rest) =>
                {
                    await rest(context);
                    if (HttpMethods.IsPost(context.Request.Method) && By > TimeSpan.Zero)
                    {
                        await Task.Delay(By);
                    }
                }
            );
            next(app);
        };
}
