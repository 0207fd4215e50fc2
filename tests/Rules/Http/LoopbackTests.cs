using OpenBanking.Server.Http;
using Xunit;

namespace OpenBanking.Tests.Rules.Http;

/// <summary>What is on the machine of whoever names it, and what only the framework says is.</summary>
public sealed class LoopbackTests
{
    [Theory]
    [InlineData("http://localhost", true)]
    [InlineData("HTTP://LocalHost:80/cb?x=1", true)]
    [InlineData("http://127.0.0.1/", true)]
    [InlineData("http://127.255.0.3:5000/cb", true)]
    [InlineData("http://[::1]:5000/cb", true)]
    [InlineData("http://loopback/cb", false)]
    [InlineData("http://LOOPBACK:5000", false)]
    [InlineData("http://localhost.example/", false)]
    [InlineData("http://localhost./", false)]
    [InlineData("http://[::ffff:127.0.0.1]/", false)]
    [InlineData("http://[::2]/", false)]
    [InlineData("http://128.0.0.1/", false)]
    [InlineData("http://0.0.0.0/", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("mailto:somebody@localhost", false)]
    public void Only_localhost_and_its_addresses_are(string address, bool isLoopback) =>
        Assert.Equal(isLoopback, Loopback.Has(new(address)));
}
