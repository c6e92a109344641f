import type { Context } from "hono";
import { Icon } from "./icons";
import { textsOf } from "./language";

/** A button to copy what the element with this id says. Only a script can, so it shows the button. */
export function CopyButton({ c, of }: { c: Context; of: string }) {
  const { copy, copied } = textsOf(c);
  return (
    <button type="button" class="small" data-copy={of} data-done={copied} hidden>
      <Icon name="copy" />
      <span>{copy}</span>
    </button>
  );
}
