/** Reads an SVG into a tree of what a logo may consist of. Anything else is refused by its name. */

import {
  parseXml,
  XmlDocumentType,
  XmlElement,
  XmlError,
  XmlProcessingInstruction,
  XmlText,
  type XmlDocument,
} from "@rgrove/parse-xml";
import { LOGO_BOUNDS } from "../policy";
import { readAttributes, refused, splitName } from "./svg-values";
import {
  ELEMENTS,
  OUTERMOST,
  SILENT_ELEMENTS,
  SVG,
  TEXT_ELEMENTS,
  type Scope,
} from "./svg-vocabulary";

export interface SvgElement {
  name: string;
  attributes: Map<string, string>;
  children: (SvgElement | string)[];
}

type XmlChild = (XmlDocument | XmlElement)["children"][number];

/** Reads the root with all that is in it. Throws `invalid_request`. */
export function readSvg(text: string): SvgElement {
  const { children } = parse(text);
  children.forEach(assertHarmless);
  const root = children.find((child) => child instanceof XmlElement);
  const read = root && readElement(root, { outer: OUTERMOST, level: 1 });
  if (read?.name !== "svg") throw refused("does not begin with <svg>");
  return read;
}

/** Elements are counted first, because the parser calls itself for each that is in another. */
function parse(text: string): XmlDocument {
  const { svgElements } = LOGO_BOUNDS;
  if (text.split(/<[^/!?]/, svgElements + 2).length > svgElements + 1) {
    throw refused(`may have at most ${svgElements} elements`);
  }
  try {
    return parseXml(text, { preserveDocumentType: true });
  } catch (error) {
    const where = error instanceof XmlError ? ` (line ${error.line}, column ${error.column})` : "";
    throw refused(`is not well-formed XML${where}`);
  }
}

/** Throws `invalid_request` for what could bring in anything from elsewhere. */
function assertHarmless(node: XmlChild): void {
  if (node instanceof XmlDocumentType) throw refused("has a DOCTYPE: remove it");
  if (node instanceof XmlProcessingInstruction && node.name.toLowerCase().includes("stylesheet")) {
    throw refused(`has the instruction ${node.name}`);
  }
}

/** Null for an element of another vocabulary, and for one that is not drawn. */
function readElement(
  element: XmlElement,
  { outer, level }: { outer: Scope; level: number },
): SvgElement | null {
  assertLevel(level);
  const scope = { ...outer, ...declaredBy(element) };
  const [prefix, name] = splitName(element.name);
  const namespace = scope[prefix];
  if (namespace === undefined) throw refused(`does not declare the prefix ${prefix}`);
  if (namespace.endsWith("/xhtml")) throw refused(`has the element <${name}> of HTML`);
  if (namespace !== SVG || SILENT_ELEMENTS.has(name)) return null;
  if (!ELEMENTS.has(name)) throw refused(`has the element <${name}>${adviceOn(name)}`);
  const attributes = readAttributes(element.attributes, { element: name, scope });
  return { name, attributes, children: readChildren(element, { name, scope, level }) };
}

function readChildren(
  { children }: XmlElement,
  { name, scope, level }: { name: string; scope: Scope; level: number },
): SvgElement["children"] {
  return children.flatMap((child) => {
    assertHarmless(child);
    if (child instanceof XmlElement) {
      return readElement(child, { outer: scope, level: level + 1 }) ?? [];
    }
    return child instanceof XmlText && TEXT_ELEMENTS.has(name) ? child.text : [];
  });
}

/** Throws `invalid_request` for what is deeper than anybody draws. */
export function assertLevel(level: number): void {
  const { svgLevels } = LOGO_BOUNDS;
  if (level > svgLevels) throw refused(`may have at most ${svgLevels} levels`);
}

function declaredBy({ attributes }: XmlElement): Scope {
  const declarations = Object.entries(attributes).flatMap(([name, uri]) => {
    if (name === "xmlns") return [["", uri]];
    return name.startsWith("xmlns:") ? [[name.slice("xmlns:".length), uri]] : [];
  });
  return Object.fromEntries(declarations);
}

function adviceOn(element: string): string {
  return element === "style" ? ": save it with presentation attributes" : "";
}
