/**
 * A chart of stacked bars as SVG, with the same numbers in a table below it. It is drawn on the
 * server, without a script or a style attribute, because the policy allows neither. Colours come
 * from the stylesheet by class, and the viewBox scales with the page. All words are passed in.
 */

export interface ChartSeries {
  /** The class of its bars and of its mark in the legend, which gives their colour. */
  name: string;
  label: string;
  /** One value for each of the chart's labels. */
  values: readonly number[];
}

export interface ChartProps {
  /** An id that is unique on the page. */
  id: string;
  title: string;
  /** A sentence that describes the chart for people who do not see it. */
  description: string;
  /** Stand under the bars, as many as there is room for. The table has all of them. */
  labels: readonly string[];
  /** The series from the bottom up. */
  series: readonly ChartSeries[];
  words: { showTable: string; labels: string; total: string };
  /** The language for the numbers. */
  locale: string;
}

/** The chart is small, so that its text is still legible if the page is 320 pixels wide. */
const WIDTH = 360;
const HEIGHT = 180;
const FONT_SIZE = 11;
/** Above the bars is room for the numbers of the one that is pointed at. */
const TOP = 2 * FONT_SIZE;
const BOTTOM = HEIGHT - 2 * FONT_SIZE;
/** A generous average of a digit's width. */
const LETTER_WIDTH = 0.62 * FONT_SIZE;
/** There is room for this many. */
const MAX_LABELS = 6;
const MAX_TICKS = 4;
/** The part of its room that a bar takes. */
const BAR = 0.76;

export function Chart(props: ChartProps) {
  const { id, title, description } = props;
  return (
    <figure class="chart">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="group"
        aria-labelledby={`${id}-title ${id}-description`}
        data-bars=""
        font-size={FONT_SIZE}
      >
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-description`}>{description}</desc>
        <Plot {...props} />
      </svg>
      <Legend {...props} />
      <Table {...props} />
    </figure>
  );
}

/** Where things are: `x` is that of a bar's room, `y` that of a number. */
interface Scale {
  left: number;
  room: number;
  ticks: { value: number; text: string }[];
  x: (at: number) => number;
  y: (value: number) => number;
}

function Plot(props: ChartProps) {
  const scale = scaleOf(props);
  return (
    <>
      <Axes labels={props.labels} scale={scale} />
      <g fill="none" pointer-events="all">
        {props.labels.map((_, at) => (
          <Bar at={at} scale={scale} chart={props} />
        ))}
      </g>
    </>
  );
}

function scaleOf(props: ChartProps): Scale {
  const { labels, locale } = props;
  const compact = new Intl.NumberFormat(locale, { notation: "compact" });
  const highest = Math.max(0, ...labels.map((_, at) => totalAt(props, at)));
  const ticks = ticksUpTo(highest).map((value) => ({ value, text: compact.format(value) }));
  const left = LETTER_WIDTH * (1 + Math.max(...ticks.map(({ text }) => text.length)));
  const room = (WIDTH - left) / Math.max(1, labels.length);
  const top = ticks.at(-1)?.value ?? 1;
  return {
    left,
    room,
    ticks,
    x: (at) => left + at * room,
    y: (value) => BOTTOM - (value / top) * (BOTTOM - TOP),
  };
}

/**
 * Gives ticks from 0 to the highest number or above, in steps of 1, 2 or 5 times a power of ten.
 */
export function ticksUpTo(highest: number): number[] {
  const least = Math.max(1, highest / MAX_TICKS);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
  const count = Math.max(1, Math.ceil(highest / step));
  return Array.from({ length: count + 1 }, (_, at) => at * step);
}

function Axes({ labels, scale }: { labels: readonly string[]; scale: Scale }) {
  const every = Math.ceil(labels.length / MAX_LABELS);
  return (
    <g class="axes" fill="currentColor">
      {scale.ticks.map(({ value, text }) => (
        <>
          <path
            d={`M${round(scale.left)} ${round(scale.y(value))}H${WIDTH}`}
            stroke="currentColor"
            stroke-opacity="0.25"
          />
          <text
            x={round(scale.left - LETTER_WIDTH / 2)}
            y={round(scale.y(value))}
            text-anchor="end"
            dominant-baseline="middle"
          >
            {text}
          </text>
        </>
      ))}
      {labels.map((label, at) =>
        at % every === 0 ? (
          <text x={round(scale.x(at))} y={HEIGHT - FONT_SIZE / 2}>
            {label}
          </text>
        ) : null,
      )}
    </g>
  );
}

/**
 * The bars of one label, with the numbers for people who point at it or come to it by keyboard. The
 * newest one can be reached by Tab, and the script leads from there with the arrow keys.
 */
function Bar({ at, scale, chart }: { at: number; scale: Scale; chart: ChartProps }) {
  const { labels, series, locale } = chart;
  const numbers = new Intl.NumberFormat(locale);
  const told = series.map((one) => `${one.label} ${numbers.format(valueAt(one, at))}`);
  const words = `${labels[at]}: ${told.join(", ")}`;
  const x = round(scale.x(at) + (scale.room * (1 - BAR)) / 2);
  const width = round(scale.room * BAR);
  let below = 0;
  return (
    <>
      <g class="bar" role="img" aria-label={words} tabindex={at === labels.length - 1 ? 0 : -1}>
        <rect x={round(scale.x(at))} y={TOP} width={round(scale.room)} height={BOTTOM - TOP} />
        {series.map((one) => {
          const value = valueAt(one, at);
          if (value === 0) return null;
          below += value;
          const y = scale.y(below);
          const height = round(scale.y(below - value) - y);
          return <rect class={one.name} x={x} y={round(y)} width={width} height={height} />;
        })}
      </g>
      <text class="value" x={WIDTH} y={FONT_SIZE} text-anchor="end" fill="currentColor">
        {words}
      </text>
    </>
  );
}

function Legend({ series }: ChartProps) {
  return (
    <ul class="legend">
      {series.map(({ name, label }) => (
        <li>
          <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
            <rect class={name} width="10" height="10" />
          </svg>{" "}
          {label}
        </li>
      ))}
    </ul>
  );
}

function Table({ title, labels, series, words, locale }: ChartProps) {
  const numbers = new Intl.NumberFormat(locale);
  return (
    <details>
      <summary>{words.showTable}</summary>
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{words.labels}</th>
            {series.map(({ label }) => (
              <th scope="col">{label}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((label, at) => (
            <tr>
              <th scope="row">{label}</th>
              {series.map((one) => (
                <td>{numbers.format(valueAt(one, at))}</td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{words.total}</th>
            {series.map((one) => (
              <td>{numbers.format(labels.reduce((sum, _, at) => sum + valueAt(one, at), 0))}</td>
            ))}
          </tr>
        </tfoot>
      </table>
    </details>
  );
}

function valueAt({ values }: ChartSeries, at: number): number {
  return values[at] ?? 0;
}

function totalAt({ series }: ChartProps, at: number): number {
  return series.reduce((sum, one) => sum + valueAt(one, at), 0);
}

/** Rounds to a hundredth of a unit, which is less than anybody sees. */
function round(length: number): number {
  return Math.round(length * 100) / 100;
}
