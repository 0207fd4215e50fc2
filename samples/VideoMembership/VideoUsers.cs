namespace OpenBanking.Samples.VideoMembership;

/// <summary>The video app's own sign-in, as small as can be: each browser is a user.</summary>
public static class VideoUsers
{
    private const string Cookie = "video-user";

    public static void UseVideoUsers(this WebApplication app) =>
        app.Use(
            (context, next) =>
            {
                if (context.Request.Cookies[Cookie] is not { Length: 32 } id || !id.All(char.IsAsciiHexDigit))
                {
                    id = Convert.ToHexStringLower(
                        System.Security.Cryptography.RandomNumberGenerator.GetBytes(16)
                    );
                    context.Response.Cookies.Append(
                        Cookie,
                        id,
                        new()
                        {
                            HttpOnly = true,
                            SameSite = SameSiteMode.Lax,
                            MaxAge = TimeSpan.FromDays(365),
                        }
                    );
                }

                context.Items[Cookie] = id;
                return next(context);
            }
        );

    public static string IdOf(HttpContext context) => (string)context.Items[Cookie]!;
}
