/** What a new operator does first. It is shown until the first user of an app is there. */

import type { Context } from "hono";
import type { Overview } from "../../../core/audit/overview";
import type { AppEnv } from "../../context";
import { Card } from "../card";
import { textsOf } from "../language";
import { HOME } from "./paths";

export function FirstSteps({ c, overview }: { c: Context<AppEnv>; overview: Overview }) {
  // The app of the accounts is there from the start.
  if (overview.users.count > 0 || overview.apps.count > 1) return null;
  const { start: t } = textsOf(c).console;
  return (
    <Card
      id="start"
      icon="forward"
      title={t.title}
      state={t.why}
      action={
        <a class="button main" href={`${HOME}/start`}>
          {t.create}
        </a>
      }
    />
  );
}
