/**
 * The part of SVG that a logo may consist of: shapes, text, gradients, clips, masks and plain
 * filters. There is nothing in it that runs, moves, or fetches anything.
 */

export const SVG = "http://www.w3.org/2000/svg";
export const XLINK = "http://www.w3.org/1999/xlink";
const XML = "http://www.w3.org/XML/1998/namespace";

/** The namespace that each prefix stands for; the empty one for names without a prefix. */
export type Scope = Readonly<Record<string, string>>;

/** An SVG that declares nothing is taken for one. */
export const OUTERMOST: Scope = { "": SVG, xml: XML };

const words = (text: string) => new Set(text.trim().split(/\s+/));

export const ELEMENTS: ReadonlySet<string> = words(`
  svg g defs symbol use path rect circle ellipse line polyline polygon text tspan
  linearGradient radialGradient stop clipPath mask pattern marker
  filter feBlend feColorMatrix feComponentTransfer feComposite feDropShadow feFlood
  feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset`);

/** The elements in which text is shown. */
export const TEXT_ELEMENTS: ReadonlySet<string> = words("text tspan");

/** Left out with all that is in them, because a picture shows nothing of them. */
export const SILENT_ELEMENTS: ReadonlySet<string> = words("title desc metadata");

/** What CSS may say too, in an attribute `style` (SVG 2 §6.6). */
export const PRESENTATION: ReadonlySet<string> = words(`
  fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin
  stroke-miterlimit stroke-dasharray stroke-dashoffset opacity color display visibility overflow
  clip-path clip-rule mask mask-type filter stop-color stop-opacity flood-color flood-opacity
  color-interpolation color-interpolation-filters color-rendering shape-rendering text-rendering
  image-rendering vector-effect paint-order marker-start marker-mid marker-end
  font-family font-size font-style font-weight font-stretch font-variant letter-spacing
  word-spacing text-anchor text-decoration dominant-baseline alignment-baseline baseline-shift
  writing-mode direction`);

export const ATTRIBUTES: ReadonlySet<string> = new Set([
  ...PRESENTATION,
  ...words(`
  x y x1 x2 y1 y2 cx cy r rx ry fx fy fr dx dy width height d points pathLength rotate offset
  viewBox preserveAspectRatio transform gradientTransform gradientUnits spreadMethod
  patternTransform patternUnits patternContentUnits clipPathUnits maskUnits maskContentUnits
  filterUnits primitiveUnits refX refY markerWidth markerHeight markerUnits orient textLength
  lengthAdjust in in2 result operator k1 k2 k3 k4 mode type values stdDeviation tableValues slope
  intercept amplitude exponent radius edgeMode`),
]);

/** Left out. They are notes of the drawing program, or for what no picture has: style sheets, readers. */
export const SILENT_ATTRIBUTES: ReadonlySet<string> = words(`
  class version baseProfile enable-background role focusable lang tabindex
  contentScriptType contentStyleType zoomAndPan`);

/** What a value may call. A `url` may lead to a part of the same picture only. */
export const FUNCTIONS: ReadonlySet<string> = words(
  "url rgb rgba hsl hsla matrix translate scale rotate skewx skewy",
);
