using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(OpenBanking.Tests.Browser.WalkedPages))]
[assembly: OpenBanking.Tests.Browser.NotesRun]

namespace OpenBanking.Tests.Browser;

/// <summary>Which pages were looked at on a phone, and which outcomes they told of, in which language. When every test has run there
/// is none that was not, in each of the two: whoever adds a page, or an outcome, has it walked.</summary>
public sealed class WalkedPages : IDisposable
{
    private static readonly string[] languages = ["zh-CN", "en"];
    private static readonly ConcurrentDictionary<string, string> pagesOfPaths = [];
    private static readonly ConcurrentDictionary<(string Page, string Language), bool> walked = [];
    private static readonly ConcurrentDictionary<(string Page, string Text, string Language), bool> met = [];
    private static readonly ConcurrentDictionary<MethodBase, bool> run = [];

    /// <summary>Has a server of this process tell which page it gives where.</summary>
    public static void Watch(WebApplicationBuilder builder) =>
        builder.Services.AddSingleton<IStartupFilter, PageWatch>();

    /// <summary>A test has begun, whether it looks at a page or not.</summary>
    public static void NoteRun(MethodBase test) => run[test] = true;

    public static bool HasRun(MethodBase test) => run.ContainsKey(test);

    /// <summary>A page was looked at.</summary>
    public static void NoteLook(string address, string language)
    {
        if (pagesOfPaths.TryGetValue(new Uri(address).AbsolutePath, out var page))
        {
            walked[(page, language)] = true;
        }
    }

    /// <summary>A page said what became of something.</summary>
    /// <param name="said">The names of the texts.</param>
    public static void NoteOutcomes(string address, string language, IEnumerable<string> said)
    {
        if (pagesOfPaths.TryGetValue(new Uri(address).AbsolutePath, out var page))
        {
            foreach (var text in said)
            {
                met[(page, text, language)] = true;
            }
        }
    }

    /// <summary>Those that were not, when every test has run; where only some did, this says nothing.</summary>
    public void Dispose()
    {
        if (!All().All(run.ContainsKey))
        {
            return;
        }

        var missing =
            from page in Shown()
            from language in languages
            where !walked.ContainsKey((page, language))
            select $"{page} in {language}";
        var unmet =
            from outcome in Outcomes.Walked
            from language in languages
            where !met.ContainsKey((outcome.Page, outcome.Text, language))
            select $"{outcome.Page} saying {outcome.Text} in {language}";
        Assert.Empty(missing.Concat(unmet));
    }

    /// <summary>The pages that show something: a file or a way elsewhere shows nothing.</summary>
    private static IEnumerable<string> Shown()
    {
        var root = Path.Combine(Phone.Root, "server", "OpenBanking.Server");
        return Directory
            .EnumerateFiles(Path.Combine(root, "Pages"), "*.cshtml", SearchOption.AllDirectories)
            .Where(file =>
                File.ReadLines(file).ToArray() is [['@', 'p', 'a', 'g', 'e', ..], .. var lines]
                && lines.Any(line => !line.StartsWith("@model ", StringComparison.Ordinal))
            )
            .Select(file => "/" + Path.GetRelativePath(root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);
    }

    private static IEnumerable<MethodBase> All() =>
        typeof(WalkedPages)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttribute<FactAttribute>() is { Skip: null });

    private sealed class PageWatch : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
            app =>
            {
                app.Use(
                    (context, go) =>
                    {
                        var path = context.Request.Path.ToUriComponent();
                        context.Response.OnStarting(() =>
                        {
                            Keep(context, path);
                            return Task.CompletedTask;
                        });
                        return go(context);
                    }
                );
                next(app);
            };

        private static void Keep(HttpContext context, string path)
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<PageActionDescriptor>() is { } page)
            {
                pagesOfPaths[path] = page.RelativePath;
            }
        }
    }
}

/// <summary>Tells <see cref="WalkedPages"/> of every test: whether all have run must not depend on what they do.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class NotesRunAttribute : BeforeAfterTestAttribute
{
    public override void Before(MethodInfo methodUnderTest, IXunitTest test) =>
        WalkedPages.NoteRun(methodUnderTest);
}
