/**
 * Logos as SVG. What was sent is parsed, and a new document is written from the tree: of known
 * elements, known attributes, and values that cannot lead out of the picture.
 */

import { LOGO_BOUNDS } from "../policy";
import { assertLevel, readSvg, type SvgElement } from "./svg-tree";
import { refused } from "./svg-values";
import { SVG } from "./svg-vocabulary";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** Writes an SVG anew. Throws `invalid_request` for whatever a logo may not have. */
export function cleanSvg(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { svgBytes } = LOGO_BOUNDS;
  if (bytes.length > svgBytes) throw refused(`may have at most ${svgBytes} bytes`);
  const root = readSvg(decode(bytes));
  assertDrawable(root);
  const { attributes } = root;
  for (const [name, value] of frameOf(attributes)) attributes.set(name, value);
  return new Uint8Array(new TextEncoder().encode(write(root, ` xmlns="${SVG}"`)));
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw refused("is not UTF-8");
  }
}

/** The picture's own size is that of its view box, whatever unit it was given in. */
function frameOf(attributes: Map<string, string>): [string, string][] {
  const given = attributes.get("viewBox");
  const sides = ["width", "height"].map((side) => parseFloat(attributes.get(side) ?? ""));
  const box = given === undefined ? [0, 0, ...sides] : given.split(/[\s,]+/).map(Number);
  const [, , width = 0, height = 0] = box;
  const { svgUnits } = LOGO_BOUNDS;
  const isBounded = box.length === 4 && box.every((number) => Math.abs(number) <= svgUnits);
  if (!isBounded || width <= 0 || height <= 0) {
    throw refused(`needs a viewBox of at most ${svgUnits} units, or a width and a height`);
  }
  return [
    ["viewBox", box.join(" ")],
    ["width", String(width)],
    ["height", String(height)],
  ];
}

/**
 * Throws `invalid_request` if drawing the picture would be too much. An element is drawn once for
 * each reference to it, and so is what it refers to itself.
 */
function assertDrawable(root: SvgElement): void {
  const named = new Map(elementsIn(root).map((one) => [one.attributes.get("id"), one]));
  const counted = new Map<SvgElement, number>();
  const begun = new Set<SvgElement>();
  const count = (element: SvgElement, level: number): number => {
    assertLevel(level);
    const known = counted.get(element);
    if (known !== undefined) return known;
    if (begun.has(element)) throw refused(`has an element <${element.name}> that uses itself`);
    begun.add(element);
    const parts = [
      ...innerOf(element),
      ...referencesOf(element).flatMap((id) => named.get(id) ?? []),
    ];
    const sum = parts.reduce((drawn, part) => drawn + count(part, level + 1), 1);
    counted.set(element, sum);
    return sum;
  };
  if (count(root, 1) > LOGO_BOUNDS.svgDrawnElements) throw refused("refers to itself too often");
}

function innerOf({ children }: SvgElement): SvgElement[] {
  return children.filter((child) => typeof child !== "string");
}

function elementsIn(element: SvgElement): SvgElement[] {
  return [element, ...innerOf(element).flatMap(elementsIn)];
}

/** The ids that the values of an element name. */
function referencesOf({ attributes }: SvgElement): string[] {
  return [...attributes].flatMap(([name, value]) => {
    if (name === "href") return [value.slice(1)];
    return [...value.matchAll(/url\(\s*["']?#([^\s"'()]+)/gi)].map(([, id = ""]) => id);
  });
}

function write({ name, attributes, children }: SvgElement, namespace = ""): string {
  const written = [...attributes].map(([key, value]) => ` ${key}="${escape(value)}"`).join("");
  const inner = children.map((child) => (typeof child === "string" ? escape(child) : write(child)));
  return `<${name}${namespace}${written}>${inner.join("")}</${name}>`;
}

/** Only plain ASCII is left, and nothing that could end a text or an attribute. */
function escape(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]|[&<>"]/gu, (char) => `&#${char.codePointAt(0)};`);
}
