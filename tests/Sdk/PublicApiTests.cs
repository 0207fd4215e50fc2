using System.Reflection;
using OpenBanking.Tests.Sdk.Stub;

namespace OpenBanking.Tests.Sdk;

/// <summary>What partners can see is approved: every change of it shows up as a diff of a file, which
/// <c>UPDATE_PUBLIC_API=1</c> writes. What must not go is in nuget/baseline.</summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData("OpenBanking.Contract", typeof(Money))]
    [InlineData("OpenBanking.Sdk", typeof(OpenBankingClient))]
    [InlineData("OpenBanking.Sdk.AspNetCore", typeof(AccountLinkEndpointOptions))]
    [InlineData("OpenBanking.Sdk.Testing", typeof(OpenBanking.Testing.SandboxBank))]
    public void The_public_API_is_the_approved_one(string package, Type member)
    {
        var file = Path.Combine(Root(), "sdk", package, "PublicApi.txt");
        var received = PublicApi.Describe(member.Assembly);
        if (Environment.GetEnvironmentVariable("UPDATE_PUBLIC_API") == "1")
        {
            File.WriteAllText(file, received);
        }

        Assert.True(
            File.Exists(file) && File.ReadAllText(file) == received,
            $"{package} shows something else: run this with UPDATE_PUBLIC_API=1, and look at the difference."
        );
    }

    [Fact]
    public void Every_asynchronous_method_can_be_cancelled_and_every_client_mocked()
    {
        var clients = typeof(OpenBankingClient).Assembly.ExportedTypes.Where(type =>
            type.Name.EndsWith("Client", StringComparison.Ordinal)
        );

        foreach (var client in clients)
        {
            Assert.False(client.IsSealed, client.Name);
            Assert.Contains(
                client.GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic),
                constructor => constructor.IsFamily && constructor.GetParameters().Length == 0
            );
            foreach (var method in client.GetMethods().Where(method => method.DeclaringType == client))
            {
                Assert.True(method.IsVirtual, $"{client.Name}.{method.Name}");
                Assert.True(
                    method.IsSpecialName
                        || method.GetParameters()[^1]
                            is { HasDefaultValue: true, ParameterType.Name: "CancellationToken" },
                    $"{client.Name}.{method.Name}"
                );
            }
        }
    }

    [Theory]
    [InlineData(typeof(Money))]
    [InlineData(typeof(OpenBankingClient))]
    [InlineData(typeof(AccountLinkEndpointOptions))]
    [InlineData(typeof(OpenBanking.Testing.SandboxBank))]
    public void What_is_described_for_partners_is_what_they_can_see(Type member)
    {
        var described = System
            .Xml.Linq.XDocument.Load(Path.ChangeExtension(member.Assembly.Location, ".xml"))
            .Descendants("member")
            .Select(each => each.Attribute("name")!.Value)
            .ToList();
        var types = member.Assembly.ExportedTypes.ToDictionary(type => type.FullName!);

        Assert.All(types.Keys, name => Assert.Contains($"T:{name}", described));
        foreach (var name in described.Where(name => name[0] != 'T'))
        {
            var path = name[2..].Split('(')[0];
            var type = Assert.Contains(path[..path.LastIndexOf('.')], types);
            var shown = path[(path.LastIndexOf('.') + 1)..]
                .Split('`')[0]
                .Replace("#ctor", ".ctor", StringComparison.Ordinal);
            Assert.Contains(
                type.GetMember(
                    shown,
                    BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance
                ),
                PublicApi.IsShown
            );
        }

        Assert.All(described.Where(name => name[0] == 'T'), name => Assert.Contains(name[2..], types));
    }

    [Theory]
    [InlineData(typeof(Money))]
    [InlineData(typeof(OpenBankingClient))]
    [InlineData(typeof(AccountLinkEndpointOptions))]
    [InlineData(typeof(OpenBanking.Testing.SandboxBank))]
    public void Every_parameter_and_whatever_a_method_gives_is_described(Type member)
    {
        var missing = new XmlDocs(member.Assembly).Missing().ToList();

        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    // Not the source file's own path: continuous integration rewrites it.
    internal static string Root()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "OpenBanking.sln")))
        {
            directory = Path.GetDirectoryName(directory)!;
        }

        return directory;
    }
}
