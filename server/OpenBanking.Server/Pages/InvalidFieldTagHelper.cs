using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace OpenBanking.Server.Pages;

/// <summary>A field that was refused says so to a screen reader, which reads what describes it then.</summary>
[HtmlTargetElement("input", Attributes = Description, TagStructure = TagStructure.WithoutEndTag)]
[HtmlTargetElement("select", Attributes = Description)]
[HtmlTargetElement("textarea", Attributes = Description)]
public sealed class InvalidFieldTagHelper : TagHelper
{
    private const string Description = "aria-describedby";

    [ViewContext]
    [HtmlAttributeNotBound]
    public required ViewContext View { get; set; }

    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        if (
            output.Attributes["name"]?.Value.ToString() is { } name
            && View.ModelState.GetFieldValidationState(name) == ModelValidationState.Invalid
        )
        {
            output.Attributes.SetAttribute("aria-invalid", "true");
        }
    }
}
