namespace OpenBanking.Tests.Sdk.Stub;

/// <summary>The words of the page of outcomes in Chinese; one that is missing fails the test.</summary>
internal static class OutcomesInChinese
{
    public const string Text = """
        # 途中出错时，SDK 如何处理

        本页由测试生成：对 SDK 的每次尝试逐一注入每种故障，记下结果；`tests/Sdk` 以 `UPDATE_DOCS=1` 重写本页。
        [English](outcomes.md)

        表中的代码即 `OpenBankingException.Code`。*重试后* 表示先以同一幂等键和新的证明重试，次数由 `MaxRetries` 决定；期间消失的
        故障不会被察觉。*结果未知* 即 `OutcomeUnknownException`：请求可能已被执行，`ResolveAsync` 以同一幂等键再次发送并得出结果。
        带幂等键的调用抛出的其他异常都表示这次调用没有执行，但不说明先前的调用：结果一旦未知，在同一幂等键得到应答之前始终未知。
        没有幂等键的调用，只要可能已产生结果就不会重发：出现 `connection_lost`、`timed_out`、`unexpected_answer`、`outcome_unknown` 或
        `internal_error` 之后，请读取该调用要改变的对象。以 429，或以 503 `overloaded`、`authorization_server_unavailable` 拒绝的调用没有执行，
        因此任何调用都会重试。

        无论对方如何，每次调用都在 `TotalTimeout` 之内结束；只有应用自己的处理程序或令牌存储阻塞线程时才会超出。不跟随重定向，应答最多读取 1 MiB。

        应用若为容器中所有 HTTP 客户端启用了会重试或发送副本的处理程序（例如弹性处理程序），容器中的 SDK 客户端的每个请求只会发出第一次，以其证明识别：
        重试由 SDK 客户端自己完成，每次都用新的证明。选项中设置的 `HttpHandler` 保持原样，同一请求只应发送一次。若发送了两次，银行会因证明已用过而拒绝
        第二次，这并不说明第一次的结果：这种拒绝，以及因权限范围不足、繁忙或连接失败的拒绝，都不算定论。有幂等键的调用会以新的证明重试，最终仍无定论则为
        结果未知；没有幂等键的调用为 `connection_lost`。读取请求体或发送副本的处理程序会掩盖发送次数：对有幂等键的调用，按发送两次处理。
        途中把请求送到两次的网关也是如此；保持的连接在应答之前断开时，框架自己会重发读取请求：银行以 `dpop_proof_reused` 表明它已收到过这个请求。

        调用发送之前先取得令牌，所用时间计入该调用。发往授权服务器的每次发送都带有各自的客户端断言和证明。取不到令牌时，无论代码为何，需要令牌的调用都
        没有发送，错误消息会指明端点。客户返回时带来的授权码只能使用一次：应答丢失时，请客户重新关联。回调被加载两次时，同一进程只兑换一次；
        换一个进程再次兑换，银行会终止第一次兑换所得的令牌（RFC 6749 §4.1.2）：授权和协议仍然有效，请客户重新关联。令牌存储没有保存授权码换来的内容时，
        `TokensNotKeptException` 仍持有它和各个 ID，并可再次保存。开始和完成关联由几次调用组成（银行的元数据、表单、银行的公钥），每次各有自己的
        `TotalTimeout`。

        进程的第一次调用在取令牌之前先读取银行的元数据。若由中间的网关或代理应答，错误如实说明，代码为 `unexpected_answer`；`invalid_metadata` 表示
        404、别的服务器的 JSON，或别的签发者。此时没有向 API 发送任何内容，因此结果不会未知。

        `CancellationToken` 只结束等待：`OperationCanceledException` 之后，付款可能已经完成。请用同一个幂等键再次发送，或关闭订单。

        """;

    public const string Columns = "读取 | 付款（有幂等键） | 更改（无幂等键）";

    public const string ColumnsOfForms = "任一调用所需的令牌 | 开始关联 | 以授权码完成关联";

    private static readonly Dictionary<string, string> words = new()
    {
        ["The connection"] = "连接",
        ["nobody listens"] = "无人监听",
        ["is cut after the request"] = "请求发出后断开",
        ["brings the request twice, and the answer of the second"] = "把请求送到两次，只带回第二次的应答",
        ["is cut in the middle of the body, whose length was told"] = "应答体中途断开，长度已告知",
        ["is cut in the middle of the body, whose length was not told"] = "应答体中途断开，长度未告知",
        ["is cut in the middle of the head"] = "应答头中途断开",
        ["speaks something else than HTTP"] = "对方说的不是 HTTP",
        ["brings a head without an end"] = "应答头没有尽头",
        ["is open, and no answer comes"] = "连接已建立，但没有应答",
        ["brings the body byte by byte"] = "应答体逐字节到来",
        ["TLS"] = "TLS",
        ["the certificate is of nobody who is known"] = "证书的签发者不可信",
        ["the certificate has run out"] = "证书已过期",
        ["the server speaks plain HTTP"] = "服务器只说明文 HTTP",
        ["the connection is cut in the handshake"] = "握手时断开",
        ["the handshake is not answered"] = "握手无人应答",
        ["Busy"] = "繁忙",
        ["429"] = "429",
        ["429, `Retry-After: 0`"] = "429，`Retry-After: 0`",
        ["429, `Retry-After: 31`"] = "429，`Retry-After: 31`",
        ["503 `overloaded`"] = "503 `overloaded`",
        ["503 `overloaded`, `Retry-After: 0`"] = "503 `overloaded`，`Retry-After: 0`",
        ["503 `overloaded`, `Retry-After: 31`"] = "503 `overloaded`，`Retry-After: 31`",
        ["503 `overloaded`, `Retry-After: soon`"] = "503 `overloaded`，`Retry-After: soon`",
        ["503 `authorization_server_unavailable`"] = "503 `authorization_server_unavailable`",
        ["The bank fails"] = "银行出错",
        ["503 `outcome_unknown`"] = "503 `outcome_unknown`",
        ["500 `internal_error`"] = "500 `internal_error`",
        ["A gateway answers"] = "由网关应答",
        ["401, a page"] = "401，一个网页",
        ["429, a page"] = "429，一个网页",
        ["408, a page"] = "408，一个网页",
        ["500, a page"] = "500，一个网页",
        ["502, a page"] = "502，一个网页",
        ["503, a page"] = "503，一个网页",
        ["504, a page"] = "504，一个网页",
        ["403, a page"] = "403，一个网页",
        ["404, a page"] = "404，一个网页",
        ["407, a page"] = "407，一个网页",
        ["409, a page"] = "409，一个网页",
        ["200, a page"] = "200，一个网页",
        ["301, a redirect"] = "301，重定向",
        ["302, a redirect"] = "302，重定向",
        ["307, a redirect"] = "307，重定向",
        ["308, a redirect"] = "308，重定向",
        ["The answer"] = "应答",
        ["is empty"] = "为空",
        ["is truncated JSON"] = "是被截断的 JSON",
        ["is another JSON object"] = "是别的 JSON 对象",
        ["is a JSON list"] = "是 JSON 数组",
        ["is `null`"] = "是 `null`",
        ["is no UTF-8"] = "不是 UTF-8",
        ["is larger than 1 MiB"] = "超过 1 MiB",
        ["has no end"] = "没有尽头",
        ["is a refusal whose problem is truncated"] = "是被截断的拒绝应答",
        ["The authorization server"] = "授权服务器",
        ["is cut off"] = "连接被切断",
        ["does not answer"] = "没有应答",
        ["503, the OAuth error `temporarily_unavailable`"] = "503，OAuth 错误 `temporarily_unavailable`",
        ["gives something else"] = "给出别的内容",
        ["refuses"] = "拒绝",
        ["The bank's metadata, which a first call reads"] = "首次调用所读取的银行元数据",
    };

    public static string Of(string english) => words[english];

    public static string OfOutcome(string english) =>
        english
            .Replace("again, then ", "重试后 ", StringComparison.Ordinal)
            .Replace("unknown", "结果未知", StringComparison.Ordinal)
            // A code stays what it is.
            .Replace("outcome_结果未知", "outcome_unknown", StringComparison.Ordinal);
}
