import type { Child } from "hono/jsx";

/** What is known of one thing: labels with their values. Those without a value are left out. */
export function Facts({ of }: { of: readonly (readonly [label: string, value: Child])[] }) {
  return (
    <dl>
      {of.map(
        ([label, value]) =>
          Boolean(value) && (
            <>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </>
          ),
      )}
    </dl>
  );
}
