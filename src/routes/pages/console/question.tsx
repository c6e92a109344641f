/** The page before what cannot be undone, or has to be accounted for. */

import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { AppEnv } from "../../context";
import type { Fault } from "../form-submission";
import { Form } from "../form-fields";
import { textsOf } from "../language";
import { showConsole } from "./shared";

interface Question {
  title: string;
  why: string;
  /** On the button. */
  act: string;
  /** Whether it takes something away. */
  danger: boolean;
  /** Where to go instead. */
  back: string;
  faults?: Fault[];
  /** What has to be filled in. */
  fields?: Child;
}

/** Its form sends to its own page. */
export function ask(c: Context<AppEnv>, question: Question) {
  const { title, why, act, danger, back, faults, fields } = question;
  return showConsole(c, {
    title,
    faults,
    content: (
      <div class="narrow">
        <p>{why}</p>
        <Form>
          {fields}
          <button class={danger ? "danger" : "main"}>{act}</button>
        </Form>
        <p>
          <a href={back}>{textsOf(c).cancel}</a>
        </p>
      </div>
    ),
  });
}
