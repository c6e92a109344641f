/**
 * Icons: outlines on a grid of 24, drawn for these pages. Each page has them once, as a sprite, and
 * uses them by name. Icons stand beside words and never instead of them.
 */

const OUTLINES = {
  apps: "M4 5a1 1 0 0 1 1-1h5v6H4zM14 4h5a1 1 0 0 1 1 1v5h-6zM4 14h6v6H5a1 1 0 0 1-1-1zM14 14h6v5a1 1 0 0 1-1 1h-5z",
  audit:
    "M7 3h10a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM9 8h6M9 12h6M9 16h3",
  bad: "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM12 7.5v5.5M12 16.2v.3",
  chart: "M4 20h16M7 16v-5M12 16V5M17 16v-8",
  check: "M4.5 12.5l5 5L19.5 7",
  codes: "M4 6h16v12H4zM8 10.5h.1M12 10.5h.1M16 10.5h.1M8 14h8",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  device: "M3 5h18v11H3zM9 20h6M12 16v4",
  download: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  forward: "M5 12h14M13 6l6 6-6 6",
  good: "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM8 12.3l2.8 2.8L16 9.5",
  key: "M15.5 3a5.5 5.5 0 1 1-4.9 8L4 17.6V21h3.5v-2.5H10V16l2.3-2.2M16.5 7.5h.1",
  lock: "M6 11h12a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-8a1 1 0 0 1 1-1zM8 11V7a4 4 0 0 1 8 0v4",
  mail: "M4 6h16v12H4zM4 7l8 6 8-6",
  out: "M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9",
  pencil: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  phone: "M8 2.5h8a1 1 0 0 1 1 1v17a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1v-17a1 1 0 0 1 1-1zM11 18.5h2",
  plus: "M12 5v14M5 12h14",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13zM15.5 15.5L20 20",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  shield: "M12 3l7 2.5v6c0 4.5-3 7.7-7 9.5-4-1.8-7-5-7-9.5v-6zM9 12l2.2 2.2L15.2 10",
  trash: "M4.5 7h15M9.5 7V4h5v3M6.5 7l1 13h9l1-13M10 11v5.5M14 11v5.5",
  user: "M12 4a4 4 0 1 0 0 8a4 4 0 0 0 0-8zM4.5 20.5c.8-3.7 3.7-5.5 7.5-5.5s6.7 1.8 7.5 5.5",
  users:
    "M9 5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7zM2.5 19.5c.7-3.3 3.1-5 6.5-5s5.8 1.7 6.5 5M15.5 5.3a3.5 3.5 0 0 1 0 6.4M18 14.9c1.9.8 3.1 2.3 3.5 4.6",
  warn: "M12 4L2.5 20h19zM12 10v4.5M12 17.2v.3",
} as const;

export type IconName = keyof typeof OUTLINES;

/** Stands before the words that it illustrates, which say all of it. */
export function Icon({ name, large = false }: { name: IconName; large?: boolean }) {
  return (
    <svg class={large ? "icon large" : "icon"} aria-hidden="true">
      <use href={`#icon-${name}`} />
    </svg>
  );
}

/** The outlines that a page uses, to stand at its end. */
export function spriteFor(page: string): string {
  const used = ICON_NAMES.filter((name) => page.includes(`"#icon-${name}"`));
  if (used.length === 0) return "";
  const symbols = used.map(
    (name) =>
      `<symbol id="icon-${name}" viewBox="0 0 24 24"><path d="${OUTLINES[name]}"/></symbol>`,
  );
  return `<svg class="sprite" aria-hidden="true">${symbols.join("")}</svg>`;
}

export const ICON_NAMES = Object.keys(OUTLINES).filter(
  (name): name is IconName => name in OUTLINES,
);
