import type { Context } from "hono";
import { CopyButton } from "../copy-button";

/** An identifier in small print, for those who need it, with a button to copy it. */
export function Copyable({ c, id, text }: { c: Context; id: string; text: string }) {
  return (
    <span class="copyable">
      <code id={id} class="hint">
        {text}
      </code>
      <CopyButton c={c} of={id} />
    </span>
  );
}
