/** A card: what belongs together, with a line that says how it stands, and one thing to do. */

import type { Child } from "hono/jsx";
import { Icon, type IconName } from "./icons";

export function Card(props: {
  /** The id of the heading. */
  id: string;
  icon: IconName;
  title: string;
  /** How it stands, in one line. */
  state?: Child;
  /** The one link or button. */
  action?: Child;
  children?: Child;
}) {
  const { id, icon, title, state, action, children } = props;
  return (
    <section class="card" aria-labelledby={id}>
      <header>
        <Icon name={icon} large />
        <div>
          <h2 id={id}>{title}</h2>
          {state && <p class="hint">{state}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}

/** Says what was done, or what has to be looked at. */
export function Notice(props: { kind?: "good" | "warn" | "bad"; children: Child }) {
  const { kind, children } = props;
  return (
    <div class={`notice ${kind ?? ""}`} role={kind === "good" ? "status" : undefined}>
      <Icon name={kind === undefined ? "shield" : kind} />
      <div>{children}</div>
    </div>
  );
}
