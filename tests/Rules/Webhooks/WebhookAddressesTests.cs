using System.Net;
using OpenBanking.Server.Http;
using OpenBanking.Server.Webhooks;

namespace OpenBanking.Tests.Rules.Webhooks;

public class WebhookAddressesTests
{
    private static readonly WebhookAddresses ofBank = new(new ServerAddress(new("https://bank.example")));
    private static readonly WebhookAddresses ofSandbox = new(new ServerAddress(new("http://localhost:5000")));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("8.8.8.8")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("192.167.255.255")]
    [InlineData("192.169.0.0")]
    [InlineData("198.17.255.255")]
    [InlineData("198.20.0.0")]
    [InlineData("223.255.255.255")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("2001:4860:4860::8888")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2400:3200::1")]
    public void A_public_address_may_be_connected_to(string address)
    {
        Assert.True(ofBank.MayConnect(IPAddress.Parse(address)));
        Assert.True(ofSandbox.MayConnect(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.255.255.255")]
    [InlineData("10.0.0.0")]
    [InlineData("10.255.255.255")]
    [InlineData("100.64.0.0")]
    [InlineData("100.127.255.255")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.0")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.1")]
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("192.168.0.0")]
    [InlineData("192.168.255.255")]
    [InlineData("198.18.0.0")]
    [InlineData("198.19.255.255")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.255")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::10.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("100::1")]
    [InlineData("2001::1")]
    [InlineData("2001:2::1")]
    [InlineData("2001:10::1")]
    [InlineData("2001:20::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:a00:1::1")]
    [InlineData("3fff::1")]
    [InlineData("5f00::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00::1")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void An_address_of_a_network_of_someones_own_may_not(string address)
    {
        Assert.False(ofBank.MayConnect(IPAddress.Parse(address)));
        Assert.False(ofSandbox.MayConnect(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public void Only_a_server_on_loopback_may_connect_to_loopback(string address)
    {
        Assert.False(ofBank.MayConnect(IPAddress.Parse(address)));
        Assert.True(ofSandbox.MayConnect(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("https://partner.example/events")]
    [InlineData("https://partner.example:8443/events?source=bank")]
    [InlineData("https://8.8.8.8/events")]
    [InlineData("https://[2606:4700:4700::1111]/events")]
    public void A_public_https_address_may_be_registered(string url)
    {
        Assert.Null(ofBank.WhyRefused(url));
        Assert.Null(ofSandbox.WhyRefused(url));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/events")]
    [InlineData("partner.example/events")]
    [InlineData("https://")]
    [InlineData("http://partner.example/events")]
    [InlineData("ftp://partner.example/events")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user@partner.example/events")]
    [InlineData("https://user:secret@partner.example/events")]
    [InlineData("https://partner.example/events#part")]
    [InlineData("https://10.0.0.1/events")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://[::ffff:10.0.0.1]/events")]
    [InlineData("https://[fd00::1]/events")]
    [InlineData("https://0xa000001/events")]
    [InlineData("https://167772161/events")]
    [InlineData("https://012.0.0.1/events")]
    [InlineData("https://example.com:0/")]
    [InlineData("https://10.1/events")]
    public void Anything_else_is_refused(string url)
    {
        Assert.NotNull(ofBank.WhyRefused(url));
        Assert.NotNull(ofSandbox.WhyRefused(url));
    }

    [Theory]
    [InlineData("http://localhost:7000/events")]
    [InlineData("https://localhost:7000/events")]
    [InlineData("http://127.0.0.1:7000/events")]
    [InlineData("http://[::1]:7000/events")]
    public void Only_a_server_on_loopback_takes_a_loopback_address_over_plain_http(string url) =>
        Assert.Null(ofSandbox.WhyRefused(url));

    [Theory]
    [InlineData("http://localhost:7000/events")]
    [InlineData("https://127.0.0.1:7000/events")]
    [InlineData("https://[::1]:7000/events")]
    public void A_public_server_takes_no_loopback_address(string url) =>
        Assert.NotNull(ofBank.WhyRefused(url));
}
