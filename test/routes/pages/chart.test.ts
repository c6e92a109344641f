import { describe, expect, it } from "vitest";
import { Chart, ticksUpTo, type ChartProps } from "../../../src/routes/pages/console/chart";

const HOURS = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, "0")}:00`);
const values = (of: (hour: number) => number) => HOURS.map((_, hour) => of(hour));

async function draw(props: Partial<ChartProps> = {}): Promise<string> {
  const chart = await Chart({
    id: "codes",
    title: "Codes by hour",
    description: "24 hours, 276 right and 24 wrong.",
    labels: HOURS,
    series: [
      { name: "accepted", label: "Right", values: values((hour) => hour) },
      { name: "wrong", label: "Wrong", values: values(() => 1) },
    ],
    words: { showTable: "Show the numbers", labels: "Hour", total: "Total" },
    locale: "en",
    ...props,
  });
  return chart.toString();
}

const one = (accepted: number[]) => ({
  series: [{ name: "accepted", label: "Right", values: accepted }],
});

/** What is wrong with it as XML: tags that do not match, attributes without quotes, bare signs. */
function faultsOf(xml: string): string[] {
  const open: string[] = [];
  const faults: string[] = [];
  const tag = /<(\/?)([a-z]+)((?: [a-z-]+="(?:[^"<&]|&(?:amp|lt|gt|quot|#39);)*")*) ?(\/?)>/gi;
  for (const [, closes, name = "", , empty] of xml.matchAll(tag)) {
    if (closes) {
      if (open.pop() !== name) faults.push(`</${name}>`);
    } else if (!empty) open.push(name);
  }
  const text = xml.replaceAll(tag, "").replaceAll(/&(amp|lt|gt|quot|#39);/g, "");
  return [...faults, ...open, ...(text.match(/[<>&]/g) ?? [])];
}

interface Bar {
  name: string;
  y: number;
  height: number;
}

/** The coloured bars, in their order; not the marks of the legend. */
function bars(svg: string): Bar[] {
  const rect = /<rect class="(\w+)" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)">/g;
  return Array.from(svg.matchAll(rect), ([, name = "", y, height]) => ({
    name,
    y: Number(y),
    height: Number(height),
  }));
}

describe("a chart", () => {
  it("is a group of bars with a name and a description, and a legend", async () => {
    const html = await draw();
    expect(html).toContain('role="group" aria-labelledby="codes-title codes-description"');
    expect(html).toContain('<title id="codes-title">Codes by hour</title>');
    expect(html).toContain('<desc id="codes-description">24 hours, 276 right and 24 wrong.</desc>');
    expect(html).toMatch(/<ul class="legend">.*Right.*Wrong.*<\/ul>/s);
  });

  it("needs no style attribute and no script, and is well-formed", async () => {
    const odd = `<script>"&'`;
    const labels = HOURS.map((hour) => hour + odd);
    const words = { showTable: odd, labels: odd, total: odd };
    for (const html of [
      await draw(),
      await draw({ title: odd, description: odd, labels, words }),
    ]) {
      expect(html).not.toMatch(/style=|<script|<style/);
      expect(faultsOf(html)).toEqual([]);
    }
  });

  it("says the numbers of each bar to whoever points at it or comes by keyboard, one Tab away", async () => {
    const html = await draw();
    const bar = 'class="bar" role="img" aria-label="23:00: Right 23, Wrong 1" tabindex="0">';
    expect(html).toContain(bar);
    expect(html).toMatch(/<text class="value"[^>]*>23:00: Right 23, Wrong 1<\/text>/);
    expect(html.match(/tabindex="-1"/g)).toHaveLength(23);
  });

  it("has a table with every number and the sums", async () => {
    const html = await draw();
    expect(html).toContain("<summary>Show the numbers</summary>");
    expect(html).toContain('<th scope="row">23:00</th><td>23</td><td>1</td>');
    expect(html).toContain('<th scope="row">Total</th><td>276</td><td>24</td>');
    expect(html.match(/<th scope="row">/g)).toHaveLength(25);
  });

  it("stacks its bars on one another, as high as their numbers", async () => {
    const drawn = bars(await draw(one([100, 50]))).map(({ height }) => height);
    expect(drawn[0]).toBeCloseTo(2 * (drawn[1] ?? 0), 1);
    const [first, right, wrong] = bars(await draw());
    expect([first?.name, right?.name, wrong?.name]).toEqual(["wrong", "accepted", "wrong"]);
    expect((wrong?.y ?? 0) + (wrong?.height ?? 0)).toBeCloseTo(right?.y ?? 0, 1);
  });

  it("names only as many hours as there is room for", async () => {
    const shown = (await draw()).match(/<text x[^>]*>\d\d:00<\/text>/g) ?? [];
    expect(shown.map((text) => text.slice(-12, -7))).toEqual([
      "00:00",
      "04:00",
      "08:00",
      "12:00",
      "16:00",
      "20:00",
    ]);
  });

  it("stays within its frame, whatever the numbers", async () => {
    for (const highest of [0, 1, 7, 999, 1_000_000, Number.MAX_SAFE_INTEGER]) {
      const html = await draw(one(values(() => highest)));
      expect(html).not.toMatch(/NaN|Infinity|undefined/);
      for (const { y, height } of bars(html)) {
        expect(y).toBeGreaterThanOrEqual(0);
        expect(y + height).toBeLessThanOrEqual(180);
      }
      expect(bars(html)).toHaveLength(highest === 0 ? 0 : 24);
    }
  });

  it("is drawn without any numbers too", async () => {
    expect(faultsOf(await draw({ labels: [], series: [] }))).toEqual([]);
    expect(await draw(one([]))).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("writes numbers as its readers do", async () => {
    expect(await draw({ ...one([1_234_567]), locale: "de" })).toContain("<td>1.234.567</td>");
    expect(await draw({ ...one([2_000_000]), locale: "en" })).toContain(">2M</text>");
  });
});

it.each([
  [0, [0, 1]],
  [1, [0, 1]],
  [3, [0, 1, 2, 3]],
  [5, [0, 2, 4, 6]],
  [23, [0, 10, 20, 30]],
  [999, [0, 500, 1000]],
  [1_000_000, [0, 500_000, 1_000_000]],
  [12_345_678, [0, 5_000_000, 10_000_000, 15_000_000]],
])("the scale up to %i has round numbers", (highest, ticks) => {
  expect(ticksUpTo(highest)).toEqual(ticks);
});
