/** How a page says what is wrong with its form, to people who see it and to people who hear it. */

import { textOf } from "./visitor";

interface Said {
  /** What is said at each field, if the field is marked as wrong and described by these words. */
  fields: Record<string, string>;
  /** What is said at the top of the page, in an alert. Null if nothing is. */
  summary: string | null;
  /** Where the links of the summary lead: names of fields. */
  links: string[];
  /** What takes the focus: names of fields, or `summary`. */
  focus: string[];
}

export async function faultsIn(html: string): Promise<Said> {
  const focus: string[] = [];
  const described: [name: string, fault: string][] = [];
  const rewriter = new HTMLRewriter()
    .on("[autofocus]", {
      element: (one) => {
        const isSummary = one.getAttribute("role") === "alert";
        focus.push(isSummary ? "summary" : (one.getAttribute("id") ?? ""));
      },
    })
    .on("[aria-invalid=true][aria-describedby]", {
      element: (one) => {
        const ids = one.getAttribute("aria-describedby")?.split(" ") ?? [];
        const name = one.getAttribute("id") ?? "";
        described.push(...ids.map((id): [string, string] => [name, id]));
      },
    });
  await rewriter.transform(new Response(html)).text();
  const texts = await textsIn(html, "p.fault");
  const fields = described.flatMap(([name, id]) => {
    const text = texts.get(id);
    return text === undefined ? [] : [[name, text]];
  });
  const [summary = null] = (await textsIn(html, "[role=alert]")).values();
  return { fields: Object.fromEntries(fields), summary, links: await linksIn(html), focus };
}

/** What is said in the elements that a selector finds, by their ids. */
async function textsIn(html: string, selector: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  let id = "";
  const add = (more: string) => texts.set(id, (texts.get(id) ?? "") + more);
  const rewriter = new HTMLRewriter()
    .on(selector, {
      element: (one) => {
        id = one.getAttribute("id") ?? "";
      },
      text: ({ text }) => void add(text),
    })
    .on(`${selector} *`, { element: () => void add(" ") });
  await rewriter.transform(new Response(html)).text();
  return new Map([...texts].map(([key, text]) => [key, textOf(text).trim()]));
}

async function linksIn(html: string): Promise<string[]> {
  const links: string[] = [];
  const rewriter = new HTMLRewriter().on("[role=alert] a", {
    element: (one) => void links.push(one.getAttribute("href")?.slice(1) ?? ""),
  });
  await rewriter.transform(new Response(html)).text();
  return links;
}

/** One fault that is said once, at its field, which has the focus. */
export function onlyAt(name: string, message: string): Said {
  return { fields: { [name]: message }, summary: null, links: [], focus: [name] };
}

/** One fault that belongs to no field, and is said at the top of the page. */
export function onlyAtTop(summary: string): Said {
  return { fields: {}, summary, links: [], focus: ["summary"] };
}
