/** What the pages share that an app sends its users to. */

import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AppEnv } from "../../context";
import { CodeText, line } from "../../fields";
import { Form } from "../form-fields";
import { textsOf } from "../language";
import { allowForms } from "../safety";

/** Lets a form of this page lead back to the app. */
export function allowReturn(c: Context<AppEnv>, returnUrl: string | null): void {
  if (returnUrl === null) return;
  const { origin, protocol } = new URL(returnUrl);
  // An app's own scheme has no origin.
  allowForms(c, "'self'", origin === "null" ? protocol : origin);
}

/** A code, if one is asked for, or that there will be none. */
export const StepForm = z.object({
  code: CodeText.optional(),
  cancel: z.literal("yes").optional(),
  /** The enrolment whose QR code was on the page. */
  enrolment: line(64).optional(),
});

/** The button that ends what was begun and leads back to the app. */
export function Cancel({ c }: { c: Context<AppEnv> }) {
  return (
    <Form>
      <button class="link" name="cancel" value="yes">
        {textsOf(c).cancel}
      </button>
    </Form>
  );
}
