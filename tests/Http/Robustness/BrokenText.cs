using System.Buffers.Text;
using System.Globalization;
using System.Text.Json.Nodes;

namespace OpenBanking.Tests.Http.Robustness;

/// <summary>Text that breaks parsers.</summary>
public static class BrokenText
{
    private static readonly string[] encodings =
    [
        "%",
        "%Z",
        "%ZZ",
        "%00",
        "%C0%AF",
        "%ED%A0%80",
        "%F4%90%80%80",
        "%FF%FE",
        "+%2B+",
        "\u00ff\u00fe",
        "%u0041",
        "%25%30%30",
        "%0d%0aX-Forged:%201",
        "=",
        "&&&",
        ";",
        "a%3Db%26c",
    ];

    private static readonly string[] values =
    [
        "null",
        "true",
        "-0",
        "1e400",
        "-1e400",
        "9223372036854775808",
        "9007199254740993",
        "1E-400",
        "\"\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"https://evil.example/\"",
        "\"none\"",
        "\"RS256\"",
        "\"HS256\"",
        "[]",
        "{}",
        "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]",
        "{\"a\":1,\"a\":2}",
        "{\"a\":",
        "\"\ufeff\"",
        "// comment",
        "NaN",
    ];

    private static readonly string[] members =
    [
        "kty",
        "crv",
        "x",
        "y",
        "n",
        "e",
        "alg",
        "use",
        "kid",
        "d",
        "k",
    ];

    public static string Encoding(Random random) => encodings[random.Next(encodings.Length)];

    /// <summary>A value, or thousands of them one in the other.</summary>
    public static string Json(Random random)
    {
        var value = values[random.Next(values.Length)];
        var depth = random.Next(8) == 0 ? random.Next(5_000) : 0;
        return random.Next(2) == 0
            ? new string('[', depth) + value + new string(']', depth)
            : string.Concat(Enumerable.Repeat("{\"a\":", depth)) + value + new string('}', depth);
    }

    /// <summary>A value that can be put in a document; a number as text takes the place of what cannot.</summary>
    public static JsonNode? Node(Random random)
    {
        if (random.Next(6) == 0)
        {
            return new string('x', random.Next(20_000));
        }

        try
        {
            var node = JsonNode.Parse(values[random.Next(values.Length)]);
            node?.ToJsonString();
            return node;
        }
        catch (Exception failure)
            when (failure is System.Text.Json.JsonException or InvalidOperationException or ArgumentException)
        {
            return random.NextInt64().ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Something in three parts, or nearly.</summary>
    public static string Token(Random random, string marker)
    {
        var parts = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Part(random, marker));
        return string.Join('.', parts);
    }

    /// <summary>Changes a key into one that is none, or that costs much.</summary>
    public static void Key(JsonObject key, Random random)
    {
        switch (random.Next(5))
        {
            case 0:
                key["y"] = key["x"]!.DeepClone();
                break;
            case 1:
                key["x"] = Base64Url.EncodeToString(new byte[32]);
                key["y"] = Base64Url.EncodeToString(new byte[32]);
                break;
            case 2:
                key["kty"] = "RSA";
                key["n"] = Numbers(random.Next(8) == 0 ? 8_000 : random.Next(600), random);
                key["e"] = Numbers(random.Next(40), random);
                break;
            case 3:
                key["x"] = Numbers(random.Next(70), random);
                break;
            default:
                key[members[random.Next(members.Length)]] = Node(random);
                break;
        }
    }

    private static string Part(Random random, string marker) =>
        random.Next(5) switch
        {
            0 => "",
            1 => marker + random.Next(),
            2 => "!" + marker,
            3 => Numbers(random.Next(200), random),
            _ => Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(Json(random))),
        };

    private static string Numbers(int length, Random random)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return Base64Url.EncodeToString(bytes);
    }
}
