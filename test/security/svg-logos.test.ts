/** Logos in SVG that would rather be something else. */

import { describe, expect, it } from "vitest";
import { createApp } from "../service";
import { putLogo, SQUARE, stored } from "../logos";
import { contents } from "./support";

const XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"';
const svg = (inner: string, attributes = "") =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${attributes} viewBox="0 0 8 8">${inner}</svg>`;

/** A thousand million squares: each level draws the one below it ten times. */
const useBomb = Array.from({ length: 9 }, (_, level) => {
  const uses = `<use href="#l${level}"/>`.repeat(10);
  return `<g id="l${level + 1}">${uses}</g>`;
}).join("");
const chain = Array.from(
  { length: 700 },
  (_, at) => `<linearGradient id="c${at}" href="#c${at + 1}"/>`,
).join("");
const entityBomb = `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>${svg("<text>&b;</text>")}`;
const utf16 = (text: string) => {
  const bytes = new Uint8Array(2 + 2 * text.length);
  const view = new DataView(bytes.buffer);
  Array.from(`\ufeff${text}`).forEach((char, at) =>
    view.setUint16(2 * at, char.charCodeAt(0), true),
  );
  return bytes;
};

/** What is sent, and what the refusal names. */
const HOSTILE: [why: string, sent: string, named: RegExp][] = [
  ["a script", svg("<script>alert(1)</script>"), /<script>/],
  ["a script by address", svg('<script href="//evil.test/x.js"/>'), /<script>/],
  ["a script in capitals", svg("<SCRIPT>alert(1)</SCRIPT>"), /<SCRIPT>/],
  [
    "a script of another prefix",
    svg('<x:script xmlns:x="http://www.w3.org/2000/svg">1</x:script>'),
    /<script>/,
  ],
  [
    "a script in a foreign element that declares SVG",
    svg('<a:b xmlns:a="urn:a"/><g xmlns:s="http://www.w3.org/2000/svg"><s:script/></g>'),
    /<script>/,
  ],
  ["a script of HTML", svg('<script xmlns="http://www.w3.org/1999/xhtml">1</script>'), /of HTML/],
  [
    "an image of HTML by prefix",
    svg('<h:img xmlns:h="http://www.w3.org/1999/xhtml" src="x" onerror="1"/>'),
    /of HTML/,
  ],
  ["a script that a CDATA section splits", svg("<scr<![CDATA[ipt]]>>"), /well-formed/],
  ["a handler", svg("", 'onload="alert(1)"'), /onload/],
  ["a handler in capitals", svg('<g ONCLICK="alert(1)"/>'), /ONCLICK/],
  ["a handler behind a line break", svg('<g\nonmouseover\n=\n"alert(1)"/>'), /onmouseover/],
  ["a link", svg('<a href="https://evil.test"><path d="M0 0"/></a>'), /<a>/],
  ["a link to a script", svg(`<a xlink:href="javascript:alert(1)"/>`, XLINK), /<a>/],
  ["a use of a script", svg(`<use xlink:href="javascript:alert(1)"/>`, XLINK), /link out of it/],
  ["a use of another file", svg('<use href="https://evil.test/a.svg#a"/>'), /link out of it/],
  [
    "a use of another file by its own prefix",
    svg('<use x:href="//evil.test/#a" xmlns:x="http://www.w3.org/1999/xlink"/>'),
    /link out of it/,
  ],
  [
    "a use of a data URL",
    svg('<use href="data:image/svg+xml;base64,PHN2Zy8+#a"/>'),
    /link out of it/,
  ],
  ["a use with blanks in front", svg('<use href="&#9; https://evil.test/#a"/>'), /link out of it/],
  ["a foreign object", svg("<foreignObject><iframe/></foreignObject>"), /<foreignObject>/],
  ["a picture", svg('<image href="https://evil.test/a.png"/>'), /<image>/],
  ["a picture in a data URL", svg('<image href="data:image/svg+xml,x"/>'), /<image>/],
  ["a picture in a filter", svg('<filter><feImage href="//evil.test"/></filter>'), /<feImage>/],
  ["a style sheet", svg("<style>@import url(//evil.test)</style>"), /<style>: save it with/],
  ["a style that fetches", svg('<path style="fill:url(//evil.test/a)"/>'), /link out of it/],
  [
    "a style that fetches in quotes",
    svg(`<path style='fill:url("//evil.test;a")'/>`),
    /link out of it/,
  ],
  ["a style that nobody knows", svg('<path style="behavior:url(a.htc)"/>'), /link out of it/],
  ["a colour that fetches", svg('<path fill="url(https://evil.test/#a)"/>'), /link out of it/],
  ["a colour in capitals", svg('<path fill="URL( //evil.test )"/>'), /link out of it/],
  ["a mask behind a good one", svg('<path mask="url(#a) url(x#b)"/>'), /link out of it/],
  ["a set of images", svg(`<path fill="image-set('//evil.test' 1x)"/>`), /image-set\(\)/],
  ["an escape", svg('<path fill="u\\72l(//evil.test)"/>'), /escape/],
  ["a comment in a value", svg('<path fill="url/**/(//evil.test)"/>'), /\(\)/],
  ["a variable", svg('<path fill="var(--a)"/>'), /var\(\)/],
  ["an animation of a link", svg('<animate attributeName="href" to="javascript:1"/>'), /<animate>/],
  ["a set", svg('<g><set attributeName="onload" to="alert(1)"/></g>'), /<set>/],
  ["a motion", svg('<animateMotion dur="1s"/>'), /<animateMotion>/],
  ["a handler element", svg('<handler type="a"/>'), /<handler>/],
  [
    "a document type",
    `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://evil.test/svg11.dtd">${SQUARE}`,
    /DOCTYPE/,
  ],
  [
    "an external entity",
    `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>${svg("<text>&x;</text>")}`,
    /well-formed|DOCTYPE/,
  ],
  ["entities of entities", entityBomb, /well-formed|DOCTYPE/],
  [
    "a style sheet by instruction",
    `<?xml-stylesheet href="//evil.test/a.css"?>${SQUARE}`,
    /xml-stylesheet/,
  ],
  [
    "such an instruction inside",
    svg('<?xml-stylesheet href="//evil.test/a.css"?>'),
    /xml-stylesheet/,
  ],
  ["a NUL", svg("<g>\0</g>"), /well-formed/],
  ["a NUL as a reference", svg("<text>&#0;</text>"), /well-formed/],
  ["ten thousand levels", "<g>".repeat(10_000), /at most 2000 elements/],
  [
    "four thousand levels that end",
    svg(`${"<g>".repeat(4000)}${"</g>".repeat(4000)}`),
    /at most 2000 elements/,
  ],
  ["two thousand levels", svg(`${"<g>".repeat(1999)}${"</g>".repeat(1999)}`), /at most 100 levels/],
  ["a chain of references", svg(chain), /at most 100 levels/],
  [
    "elements that draw each other",
    svg(`<path id="l0" d="M0 0"/>${useBomb}`),
    /refers to itself too often/,
  ],
  [
    "patterns that fill each other",
    svg(
      '<pattern id="a" fill="url(#b)"><g fill="url(#b)"/></pattern><pattern id="b"><g fill="url(#a)"/></pattern>',
    ),
    /uses itself/,
  ],
  ["an element that draws itself", svg('<g id="a"><use href="#a"/></g>'), /uses itself/],
  ["a huge view", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1e9 1e9"/>', /viewBox/],
  ["a view of no size", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 NaN 8"/>', /viewBox/],
  [
    "a view that is endless",
    '<svg xmlns="http://www.w3.org/2000/svg" width="Infinity" height="8"/>',
    /viewBox/,
  ],
  ["more than 32 KiB", svg(`<path d="${"M0 0".repeat(9000)}"/>`), /at most 32768 bytes/],
  ["a page of HTML", "<!doctype html><script>alert(1)</script>", /well-formed|DOCTYPE/],
  ["another root", '<html xmlns="http://www.w3.org/1999/xhtml"/>', /of HTML/],
  ["two roots", `${SQUARE}${SQUARE}`, /well-formed/],
  ["a prefix of nothing", svg("<x:script/>"), /prefix x/],
  ["an attribute twice", svg('<path fill="red" fill="url(//evil.test)"/>'), /well-formed/],
];

describe("an SVG is refused, and nothing is stored, for", () => {
  it.each(HOSTILE)("%s", async (_, sent, named) => {
    const { id } = await createApp();
    const before = await contents();
    const response = await putLogo(id, sent);
    const { code, detail } = await response.json<{ code: string; detail: string }>();
    expect({ status: response.status, code }).toEqual({ status: 422, code: "invalid_request" });
    expect(detail).toMatch(named);
    expect(await contents()).toEqual(before);
  });

  it("another encoding", async () => {
    const { id } = await createApp();
    const latin = Uint8Array.from(Array.from(svg("<text>ü</text>")), (char) => char.charCodeAt(0));
    for (const bytes of [utf16(SQUARE), latin]) {
      expect((await putLogo(id, bytes, "image/svg+xml")).status).toBe(422);
    }
  });
});

/** What does no harm is left out. */
const HARMLESS: [why: string, sent: string][] = [
  ["a handler of another vocabulary", svg('<g x:onload="alert(1)" xmlns:x="urn:x"/>')],
  ["an element of another vocabulary", svg('<x:script xmlns:x="urn:x">alert(1)</x:script>')],
  ["a script in the metadata", svg("<metadata><script>alert(1)</script></metadata>")],
  ["a script in a comment that HTML would end", svg("<!--><script>alert(1)</script>-->")],
  ["a script in a comment", svg("<!-- <script>alert(1)</script> -->")],
  ["a script as text where none is shown", svg("<g>&lt;script>alert(1)&lt;/script></g>")],
  ["a base", svg("<g/>", 'xml:base="https://evil.test/"')],
  ["another instruction", `<?php alert(1) ?>${SQUARE}`],
  ["a title that is markup", svg("<title><![CDATA[<script>alert(1)</script>]]></title>")],
];

describe("an SVG loses", () => {
  it.each(HARMLESS)("%s", async (_, sent) => {
    const { id } = await createApp();
    const text = await (await stored(id, sent)).text();
    expect(text).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
    expect(text).not.toMatch(/script|alert|onload|evil|<[?!]|urn/);
  });
});

it("an SVG may have a hundred levels", async () => {
  const { id } = await createApp();
  const deep = (levels: number) => svg(`${"<g>".repeat(levels)}${"</g>".repeat(levels)}`);
  expect((await putLogo(id, deep(99))).status).toBe(200);
  expect((await putLogo(id, deep(100))).status).toBe(422);
});

it("text in an SVG stays text", async () => {
  const { id } = await createApp();
  const words = '<![CDATA[</text><script>alert("1")</script>]]>';
  const text = await (await stored(id, svg(`<text>${words}</text>`))).text();
  expect(text).toContain("&#60;/text&#62;&#60;script&#62;alert(&#34;1&#34;)");
  expect(text).not.toContain("<script");
});
