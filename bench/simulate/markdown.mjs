/** Tables as Markdown, and the places in a page that hold them. */

/** A table with columns as wide as what is in them, as the formatter would write it. */
export function markdownTable(head, rows) {
  const lines = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, at) => Math.max(3, ...lines.map((line) => line[at].length)));
  const draw = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(" | ")} |`;
  const rule = draw(widths.map((width) => "-".repeat(width)));
  const [first, ...others] = lines.map(draw);
  return [first, rule, ...others].join("\n");
}

/**
 * Puts each text between the two comments that name it. Throws an Error if the page has no place for one, or has a place for which there
 * is no text.
 */
export function fillIn(page, texts) {
  const wanted = new Set(Object.keys(texts));
  const filled = page.replace(PLACE, (_, name) => {
    if (!wanted.delete(name)) throw new Error(`There is nothing to put into ${name}.`);
    return `<!-- ${name} -->\n\n${texts[name]}\n\n<!-- end of ${name} -->`;
  });
  if (wanted.size > 0) throw new Error(`The page has no place for ${[...wanted].join(", ")}.`);
  return filled;
}

const PLACE = /<!-- ([\w-]+) -->\n[\s\S]*?<!-- end of \1 -->/g;

/** 1234567 as 1,234,567. */
export function grouped(number) {
  return Math.round(number).toLocaleString("en-US");
}
