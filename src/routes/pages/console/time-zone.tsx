/** The page to choose the time zone of the console. */

import { z } from "@hono/zod-openapi";
import { Hono, type Context } from "hono";
import type { AppEnv } from "../../context";
import { form, type Fault } from "../form-submission";
import { Select } from "../form-choices";
import { Form } from "../form-fields";
import { textsOf } from "../language";
import { showConsole } from "./shared";
import { HOME } from "./paths";
import { chooseZone, isZone, zoneOf } from "./zone";

const ZoneForm = z.object({ zone: z.string().refine(isZone) });

function zonePage(c: Context<AppEnv>, faults: Fault[] = []) {
  const { console: t, cancel } = textsOf(c);
  const zones = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
  return showConsole(c, {
    title: t.zone.title,
    faults,
    content: (
      <div class="narrow stack">
        <Form>
          <Select
            name="zone"
            label={t.zone.label}
            faults={faults}
            value={zoneOf(c)}
            options={zones.map((zone) => [zone, zone.replaceAll("_", " ")])}
          />
          <button class="main">{t.app.save}</button>
        </Form>
        <p>
          <a href={HOME}>{cancel}</a>
        </p>
      </div>
    ),
  });
}

export const timeZonePages = new Hono<AppEnv>()
  .get("/time-zone", (c) => zonePage(c))
  .post("/time-zone", form(ZoneForm, zonePage), (c) => {
    chooseZone(c, c.req.valid("form").zone);
    return c.redirect(`${HOME}?done=zone`, 303);
  });
