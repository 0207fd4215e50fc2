using System.Net;
using System.Net.Http.Headers;
using Xunit;

namespace OpenBanking.Tests.Http.Confirmations;

/// <summary>A page that is asked for is shown, whatever body comes with the question: what is sent by a form comes by POST alone.</summary>
public sealed class AskedWithFormTests(SharedServer shared) : ConfirmationPageTests(shared)
{
    private const string Fields = "application/x-www-form-urlencoded";

    [Theory]
    [InlineData("multipart/form-data", "x", 1)]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data", 1)]
    [InlineData("multipart/form-data; boundary=x", "", 1)]
    [InlineData(Fields, "%ZZ=%00&=&\0", 1)]
    [InlineData(Fields, "a=b&", 2000)]
    [InlineData(Fields, "name", 1000)]
    public async Task A_form_that_cannot_be_read_is_no_failure_of_the_page_asked_for(
        string type,
        string text,
        int times
    )
    {
        await SignInAsync();
        var payment = await AskAsync(10);
        await ToConfirmAsync(payment);
        var confirm = Browser.Address;
        var link = await Partner.Client.AccountLinks.StartAsync(
            new AccountLinkRequest
            {
                RedirectUri = TestPartner.RedirectUri,
                AuthorizationDetails = TestPartner.Everything,
            }
        );
        await Browser.GoAsync(link.AuthorizationUrl);
        Uri[] pages =
        [
            Browser.Address,
            Own(),
            Own("/cases"),
            Own("/mobile"),
            new Uri(payment.NextAction!.ConfirmationUrl),
            confirm,
        ];
        foreach (var page in pages)
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
            {
                using var body = new StringContent(string.Concat(Enumerable.Repeat(text, times)));
                body.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
                using var answer = await Browser.AskAsync(method, page, body);
                Assert.Equal(
                    (page, HttpStatusCode.OK, null),
                    (page, answer.StatusCode, answer.Headers.Location)
                );
            }
        }
    }
}
