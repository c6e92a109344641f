/** Where a code is asked for: from the app, or on request a backup code. */

import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { AppEnv } from "../context";
import type { Fault } from "./faults";
import { CodeField, Form } from "./forms";
import { textsOf, withQuery } from "./language";

const QUERY = "with";
const BACKUP_CODE = "backup_code";

/** A form that sends `code` to its own page; what else it asks for stands before the button. */
export function CodeEntry(props: { c: Context<AppEnv>; faults: Fault[]; children?: Child }) {
  const { c, faults, children } = props;
  const t = textsOf(c);
  const backup = c.req.query(QUERY) === BACKUP_CODE;
  return (
    <>
      <Form>
        <CodeField t={t} faults={faults} backup={backup} autofocus />
        {children}
        <button class="main">{t.code.submit}</button>
      </Form>
      <p>
        <a href={withQuery(c, QUERY, backup ? null : BACKUP_CODE)}>
          {backup ? t.code.useApp : t.code.useBackupCode}
        </a>
      </p>
    </>
  );
}
