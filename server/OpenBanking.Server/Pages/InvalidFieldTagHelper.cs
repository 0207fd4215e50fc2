using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace OpenBanking.Server.Pages;

/// <summary>A field that was refused says so to a screen reader, which reads what describes it then; the first of them has the focus, so
/// that a phone shows it, however far down it is.</summary>
[HtmlTargetElement("input", Attributes = Description, TagStructure = TagStructure.WithoutEndTag)]
[HtmlTargetElement("select", Attributes = Description)]
[HtmlTargetElement("textarea", Attributes = Description)]
public sealed class InvalidFieldTagHelper : TagHelper
{
    private const string Description = "aria-describedby";
    private static readonly object focused = new();

    [ViewContext]
    [HtmlAttributeNotBound]
    public required ViewContext View { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        if (output.Attributes["name"]?.Value.ToString() is not { } name || !View.ModelState.Any(IsRefused))
        {
            return;
        }

        // Where a page has its focus otherwise is no matter now.
        output.Attributes.RemoveAll("autofocus");
        if (View.ModelState.GetFieldValidationState(name) == ModelValidationState.Invalid)
        {
            output.Attributes.SetAttribute("aria-invalid", "true");
            if (View.HttpContext.Items.TryAdd(focused, name))
            {
                output.Attributes.Add(new TagHelperAttribute("autofocus"));
            }
        }
    }

    /// <summary>What is refused as a whole has no name.</summary>
    private static bool IsRefused(KeyValuePair<string, ModelStateEntry?> field) =>
        field is { Key.Length: > 0, Value.ValidationState: ModelValidationState.Invalid };
}
