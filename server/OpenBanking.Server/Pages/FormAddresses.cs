using Microsoft.AspNetCore.Http.Extensions;

namespace OpenBanking.Server.Pages;

/// <summary>A form may be sent to an address that names what to do with it (<c>?handler=</c>). Whoever asks for that address
/// later, going back, loading the page again or from a list of addresses, gets the page itself.</summary>
public static class FormAddresses
{
    private const string Parameter = "handler";

    public static void UseFormAddresses(this WebApplication app) =>
        app.Use(
            (context, next) =>
            {
                var request = context.Request;
                if (
                    !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
                    || !request.Query.ContainsKey(Parameter)
                    || !request.Path.StartsWithSegments("/bank", StringComparison.OrdinalIgnoreCase)
                )
                {
                    return next(context);
                }

                var rest = new QueryBuilder(
                    request.Query.Where(parameter =>
                        !parameter.Key.Equals(Parameter, StringComparison.OrdinalIgnoreCase)
                    )
                );
                context.Response.StatusCode = StatusCodes.Status303SeeOther;
                context.Response.Headers.Location = request.Path.ToUriComponent() + rest.ToString();
                return Task.CompletedTask;
            }
        );
}
