using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OpenBanking.Server.Http;

namespace OpenBanking.Tests.Rules.Http;

public class JsonShapeTests
{
    private static readonly JsonTypeInfo payment = RequestJson.Default.CreatePaymentRequest;

    [Theory]
    [InlineData("""{"order_no":"1","amount":{"currency":"CNY","amount":1},"agreement_id":"agr_1"}""")]
    [InlineData(
        """{"order_no":"1","amount":{"currency":"CNY","amount":1},"agreement_id":"agr_1","coupon_id":null,"description":"x"}"""
    )]
    public void What_fits_has_no_errors(string json) => Assert.Empty(Check(json));

    [Fact]
    public void Every_missing_field_is_named() =>
        Assert.Equal([("/amount", "required"), ("/order_no", "required")], Check("{}").Order());

    [Fact]
    public void A_missing_field_of_an_object_inside_is_named_by_its_path() =>
        Assert.Equal(
            [("/amount/amount", "required"), ("/amount/currency", "required")],
            Check("""{"order_no":"1","amount":{},"agreement_id":"agr_1"}""").Order()
        );

    [Fact]
    public void Unknown_fields_are_named_and_their_names_escaped() =>
        Assert.Equal(
            [("/Order_No", "unknown_field"), ("/amount/x", "unknown_field"), ("/a~1b~0c", "unknown_field")],
            Check(
                    """{"order_no":"1","amount":{"currency":"CNY","amount":1,"x":0},"agreement_id":"a","Order_No":1,"a/b~c":{}}"""
                )
                .OrderBy(error => error.Pointer, StringComparer.Ordinal)
        );

    [Fact]
    public void Null_is_no_value_for_a_field_that_needs_one() =>
        Assert.Equal(
            [("/amount", "required"), ("/order_no", "required")],
            Check("""{"order_no":null,"amount":null,"agreement_id":null}""").Order()
        );

    [Theory]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    public void A_document_that_is_no_object_has_the_wrong_type(string json) =>
        Assert.Equal([("", "wrong_type")], Check(json));

    [Fact]
    public void An_object_is_expected_where_the_shape_has_one() =>
        Assert.Equal(
            [("/amount", "wrong_type")],
            Check("""{"order_no":"1","amount":100,"agreement_id":"agr_1"}""")
        );

    [Theory]
    [InlineData("19.90", "19.90 yuan are 1990")]
    [InlineData("\"100\"", "19.90 yuan are 1990")]
    [InlineData("1e30", "19.90 yuan are 1990")]
    public void An_amount_that_is_no_whole_number_of_fen_is_told_what_is(string amount, string why)
    {
        using var document = JsonDocument.Parse(
            $$$"""{"order_no":"1","amount":{"currency":"CNY","amount":{{{amount}}}},"agreement_id":"agr_1"}"""
        );
        var error = Assert.Single(JsonShape.Check(document.RootElement, payment));
        Assert.Equal(("/amount/amount", "wrong_type"), (error.Pointer, error.Code));
        Assert.Contains(why, error.Detail);
    }

    [Theory]
    [InlineData("2026-02-28T00:00:00Z", true)]
    [InlineData("2026-02-30T00:00:00Z", false)]
    [InlineData("2026-12-31T24:00:00Z", false)]
    [InlineData("9999-12-31T23:59:59-14:00", false)]
    [InlineData("tomorrow", false)]
    public void An_instant_is_one_of_the_calendar(string instant, bool taken)
    {
        using var document = JsonDocument.Parse(
            $$$"""{"order_no":"1","amount":{"currency":"CNY","amount":1},"agreement_id":"a","expires_at":"{{{instant}}}"}"""
        );
        var errors = JsonShape.Check(document.RootElement, payment);
        Assert.Equal(
            taken ? [] : [("/expires_at", "wrong_format", true)],
            errors.Select(error => (error.Pointer, error.Code, error.Detail.Contains("RFC 3339")))
        );
    }

    [Fact]
    public void A_text_without_quotes_is_told_so() =>
        Assert.Equal(
            [("/amount/currency", "wrong_type"), ("/order_no", "wrong_type")],
            Check("""{"order_no":1,"amount":{"currency":true,"amount":1},"agreement_id":"agr_1"}""").Order()
        );

    [Fact]
    public void A_field_that_may_be_null_or_absent_is_checked_when_it_is_there() =>
        Assert.Equal(
            [("/amount/amount", "required")],
            Check(
                """{"payment_id":"pay_1","amount":{"currency":"CNY"}}""",
                RequestJson.Default.CreateRefundRequest
            )
        );

    [Fact]
    public void A_discriminator_is_no_field_of_the_shape_and_only_at_the_top()
    {
        const string json =
            """{"type":"x","payment_id":"pay_1","amount":{"currency":"CNY","amount":1,"type":"x"}}""";
        using var document = JsonDocument.Parse(json);

        var errors = JsonShape.Check(
            document.RootElement,
            RequestJson.Default.CreateRefundRequest,
            discriminator: "type"
        );

        Assert.Equal(["/amount/type"], errors.Select(error => error.Pointer));
    }

    [Fact]
    public void What_names_its_own_shape_is_held_against_that() =>
        Assert.Equal(
            [("/authorization_details/0/account_id", "unknown_field")],
            Check(
                """{"authorization_details":[{"account_id":"acc_1","type":"coupon_wallet"},{"type":"account_opening"}]}""",
                RequestJson.Default.NarrowConsentRequest
            )
        );

    [Fact]
    public void An_answer_does_not_grow_with_what_it_answers()
    {
        var fields = Enumerable.Range(0, 1_000).Select(number => $"\"field{number}\":0");

        Assert.Equal(20, Check("{" + string.Join(',', fields) + "}").Count);
    }

    [Theory]
    [InlineData("$", "")]
    [InlineData("$.amount.amount", "/amount/amount")]
    [InlineData("$.events[3]", "/events/3")]
    [InlineData("$.events[3].type", "/events/3/type")]
    [InlineData(null, "")]
    public void A_wrong_type_is_named_by_its_path(string? path, string pointer) =>
        Assert.Equal(pointer, JsonShape.WrongType(new("wrong", path, 0, 0)).Pointer);

    private static IReadOnlyList<(string Pointer, string Code)> Check(string json, JsonTypeInfo? shape = null)
    {
        using var document = JsonDocument.Parse(json);
        return
        [
            .. JsonShape
                .Check(document.RootElement, shape ?? payment)
                .Select(error => (error.Pointer, error.Code)),
        ];
    }
}
