import { describe, expect, it } from "vitest";
import { stored } from "../../logos";
import { createApp } from "../../service";

const FIGMA = `<svg width="40" height="40" viewBox="0 0 40 40" fill="none" xmlns="http://www.w3.org/2000/svg">
<g clip-path="url(#clip0_1_2)" filter="url(#filter0_d)"><mask id="m" style="mask-type:luminance" maskUnits="userSpaceOnUse" x="0" y="0" width="40" height="40"><path d="M40 0H0V40H40V0Z" fill="white"/></mask>
<g mask="url(#m)"><path fill-rule="evenodd" clip-rule="evenodd" d="M20 0L40 40H0Z" fill="url(#paint0_linear_1_2)"/></g></g>
<defs><filter id="filter0_d" x="0" y="0" width="40" height="44" filterUnits="userSpaceOnUse" color-interpolation-filters="sRGB"><feFlood flood-opacity="0" result="BackgroundImageFix"/><feColorMatrix in="SourceAlpha" type="matrix" values="0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 127 0" result="hardAlpha"/><feOffset dy="4"/><feGaussianBlur stdDeviation="2"/><feBlend mode="normal" in2="BackgroundImageFix" result="effect1"/></filter>
<linearGradient id="paint0_linear_1_2" x1="0" y1="0" x2="40" y2="40" gradientUnits="userSpaceOnUse"><stop stop-color="#0B57D0"/><stop offset="1" stop-color="#8AB4F8"/></linearGradient>
<clipPath id="clip0_1_2"><rect width="40" height="40" fill="white"/></clipPath></defs></svg>`;

const ILLUSTRATOR = `<?xml version="1.0" encoding="utf-8"?>
<!-- Generator: Adobe Illustrator 28.0.0, SVG Export Plug-In . SVG Version: 6.00 Build 0)  -->
<svg version="1.1" id="Layer_1" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:i="http://ns.adobe.com/AdobeIllustrator/10.0/" x="0px" y="0px"
	 viewBox="0 0 100 100" style="enable-background:new 0 0 100 100;" xml:space="preserve">
<switch-off/>
<i:pgf id="adobe_illustrator_pgf">eJzsvWmTJMd1IPg</i:pgf>
<g id="Ebene_1" data-name="Ebene 1"><defs><rect id="SVGID_1_" width="100" height="100"/></defs>
<clipPath id="SVGID_2_"><use xlink:href="#SVGID_1_"  style="overflow:visible;"/></clipPath>
<path class="st0" fill="#E30613" d="M0,0h100v100H0V0z" style="clip-path:url(#SVGID_2_);fill-rule:evenodd"/></g></svg>`.replace(
  "<switch-off/>\n",
  "",
);

const INKSCAPE = `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Created with Inkscape (http://www.inkscape.org/) -->
<svg width="210mm" height="297mm" viewBox="0 0 210 297" version="1.1" id="svg5" inkscape:version="1.3 (0e150ed)" sodipodi:docname="logo.svg"
   xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" xmlns="http://www.w3.org/2000/svg" xmlns:svg="http://www.w3.org/2000/svg"
   xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:cc="http://creativecommons.org/ns#">
  <title>Logo of Ada</title>
  <sodipodi:namedview id="namedview7" pagecolor="#ffffff" inkscape:zoom="0.7"><inkscape:grid type="xygrid"/></sodipodi:namedview>
  <metadata><rdf:RDF><cc:Work rdf:about="http://example.com/ada"/></rdf:RDF></metadata>
  <g inkscape:label="Layer 1" inkscape:groupmode="layer" id="layer1" transform="translate(10,-5) rotate (45)">
    <path style="fill:#0b57d0;fill-opacity:1;stroke:none;stroke-width:0.26;-inkscape-stroke:none" d="M 10,10 H 90 V 90 Z" id="path1" sodipodi:nodetypes="cccc" />
    <text xml:space="preserve" style="font-size:10px;font-family:'Noto Sans', sans-serif" x="1" y="2"><tspan id="t" x="1">Größe &amp; &lt;Ada&gt; <![CDATA[<b>]]></tspan></text>
  </g></svg>`;

describe("an SVG of a drawing program", () => {
  const cleaned = async (svg: string) => {
    const { id } = await createApp();
    return (await stored(id, svg)).text();
  };

  it("from Figma stays as it is, but for its notes", async () => {
    const svg = await cleaned(FIGMA);
    for (const kept of ["clipPath", "url(#paint0_linear_1_2)", "feGaussianBlur", "#8AB4F8"]) {
      expect(svg).toContain(kept);
    }
    expect(svg).toContain('mask-type="luminance"');
    expect(svg.match(/<path/g)).toHaveLength(2);
  });

  it("from Illustrator has attributes in place of its style", async () => {
    expect(await cleaned(ILLUSTRATOR)).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg" id="Layer_1" x="0px" y="0px" viewBox="0 0 100 100" width="100" height="100">' +
        '<g id="Ebene_1"><defs><rect id="SVGID_1_" width="100" height="100"></rect></defs>' +
        '<clipPath id="SVGID_2_"><use href="#SVGID_1_" overflow="visible"></use></clipPath>' +
        '<path fill="#E30613" d="M0,0h100v100H0V0z" clip-path="url(#SVGID_2_)" fill-rule="evenodd"></path></g></svg>',
    );
  });

  it("from Inkscape loses what it says of its author", async () => {
    const svg = await cleaned(INKSCAPE);
    expect(svg).not.toMatch(/inkscape|sodipodi|rdf|metadata|title|style=|example/);
    expect(svg).toContain('fill="#0b57d0"');
    expect(svg).toContain('width="210" height="297"');
    expect(svg).toContain("Gr&#246;&#223;e &#38; &#60;Ada&#62; &#60;b&#62;");
  });

  it("may call its elements by a prefix, and needs no namespace at all", async () => {
    const prefixed =
      '<s:svg xmlns:s="http://www.w3.org/2000/svg" width="8px" height="4"><s:g/></s:svg>';
    const plain =
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 4" width="8" height="4"><g></g></svg>';
    expect(await cleaned(prefixed)).toContain("<g></g>");
    expect(await cleaned('\ufeff<svg viewBox="0 0 8 4"><g/></svg>')).toBe(plain);
  });
});
