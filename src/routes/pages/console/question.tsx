/** The page that asks before something that cannot be undone or needs a reason. */

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
  /** The label of the button. */
  act: string;
  /** Whether the action takes something away. */
  danger: boolean;
  /** The path to go to instead. */
  back: string;
  faults?: Fault[];
  /** The fields to fill in. */
  fields?: Child;
}

/** Shows the question. Its form sends to its own page. */
export function ask(c: Context<AppEnv>, question: Question) {
  const { title, why, act, danger, back, faults, fields } = question;
  return showConsole(c, {
    title,
    faults,
    content: (
      <div class="narrow stack">
        <p>{why}</p>
        <Form>
          {fields}
          <button class={danger ? "danger main" : "main"}>{act}</button>
        </Form>
        <p>
          <a href={back}>{textsOf(c).cancel}</a>
        </p>
      </div>
    ),
  });
}
