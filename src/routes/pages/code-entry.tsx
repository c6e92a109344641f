/** The form that asks for a code from the app, or on request for a backup code. */

import type { Context } from "hono";
import type { Child } from "hono/jsx";
import { METHODS, type Method } from "../../crypto/code";
import type { AppEnv } from "../context";
import { CodeField } from "./code-field";
import type { Fault } from "./form-submission";
import { Form } from "./form-fields";
import { asksForBackupCode, BACKUP_CODE, textsOf, withQuery } from "./language";

/**
 * A form that sends `code` to its own page. Its children, which stand before the button, ask for
 * anything else.
 */
export function CodeEntry(props: {
  c: Context<AppEnv>;
  faults: Fault[];
  /** How many digits the codes of the user's authenticators have. */
  lengths: number[];
  /** The only kinds of code that are accepted. If left out, all are. */
  methods?: readonly Method[] | undefined;
  children?: Child;
}) {
  const { c, faults, lengths, methods = METHODS, children } = props;
  const t = textsOf(c);
  const hasChoice = methods.length > 1;
  const backup = hasChoice ? asksForBackupCode(c) : methods[0] === "backup_code";
  return (
    <>
      <Form>
        <CodeField t={t} faults={faults} lengths={lengths} backup={backup} autofocus />
        {children}
        <button class="main">{t.code.submit}</button>
      </Form>
      {hasChoice && (
        <p class="alone">
          <a href={withQuery(c, BACKUP_CODE.name, backup ? null : BACKUP_CODE.value)}>
            {backup ? t.code.useApp : t.code.useBackupCode}
          </a>
        </p>
      )}
    </>
  );
}
