/** Identifiers, for those who need them. */

import type { Context } from "hono";
import type { AppEnv } from "../../context";
import { textsOf } from "../language";

/** An identifier in small print, with a button to copy it. */
export function Copyable({ c, id, text }: { c: Context<AppEnv>; id: string; text: string }) {
  const { copy, copied } = textsOf(c);
  return (
    <>
      <code id={id} class="hint">
        {text}
      </code>{" "}
      <button type="button" class="quiet small" data-copy={id} data-done={copied} hidden>
        <span>{copy}</span>
      </button>
    </>
  );
}
