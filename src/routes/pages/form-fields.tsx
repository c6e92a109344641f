/** The parts of forms: labelled fields, each with what is wrong with it. */

import type { Child } from "hono/jsx";
import { faultId } from "./fault-summary";
import type { Fault } from "./form-submission";
import { Icon } from "./icons";
import type { Texts } from "./texts/texts";

export interface FieldProps {
  /** The name of the input, and its id. */
  name: string;
  label: string;
  hint?: string | undefined;
  faults?: Fault[] | undefined;
  type?: "text" | "email" | "password" | "search" | "url" | "number" | "date" | "datetime-local";
  value?: string | undefined;
  autocomplete?: string;
  inputmode?: "numeric" | "text" | "email";
  required?: boolean;
  minlength?: number;
  maxlength?: number;
  min?: number | string;
  max?: number;
  autofocus?: boolean;
  placeholder?: string;
  spellcheck?: boolean;
  /** For what reads from left to right in every language, such as a backup code. */
  dir?: "ltr";
  /** The script adds a button that shows the password. */
  "data-reveal"?: string;
}

export function Field({ name, label, hint, faults = [], type = "text", ...input }: FieldProps) {
  const control = (
    <input
      id={name}
      name={name}
      type={type}
      {...describedBy({ name, hint, faults })}
      {...input}
      autofocus={isFirst(name, faults, input.autofocus)}
    />
  );
  return (
    <Labelled name={name} label={label} hint={hint} faults={faults}>
      {input["data-reveal"] ? <div class="reveals">{control}</div> : control}
    </Labelled>
  );
}

/** The one field at fault has the focus; without faults, the one that is looked at first. */
export function isFirst(name: string, faults: Fault[] = [], autofocus = false): boolean {
  const [only] = faults;
  return only === undefined ? autofocus : faults.length === 1 && only.field === name;
}

export type LabelledProps = Pick<FieldProps, "name" | "label" | "hint" | "faults">;

/** A control with its label above it, and below it what is wrong and what helps. */
export function Labelled({
  name,
  label,
  hint,
  faults = [],
  children,
}: LabelledProps & { children: Child }) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {children}
      <FieldFault name={name} faults={faults} />
      {hint && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** What is wrong with a field, below it. */
export function FieldFault({ name, faults }: { name: string; faults: Fault[] }) {
  const fault = faultAt(name, faults);
  if (!fault) return null;
  return (
    <p class="fault" id={faultId(name)}>
      <Icon name="bad" />
      <span>{fault.message}</span>
    </p>
  );
}

/** Attributes that tie a control to the words that belong to it. */
export function describedBy({ name, hint, faults = [] }: Omit<LabelledProps, "label">) {
  const fault = faultAt(name, faults);
  const ids = [fault && faultId(name), hint && `${name}-hint`].filter(Boolean);
  return {
    "aria-describedby": ids.join(" ") || undefined,
    "aria-invalid": fault ? ("true" as const) : undefined,
  };
}

function faultAt(name: string, faults: Fault[]): Fault | undefined {
  return faults.find(({ field }) => field === name);
}

/** Several lines of text. */
export function TextArea({
  name,
  value,
  rows,
  ...props
}: LabelledProps & { value: string; rows: number }) {
  return (
    <Labelled name={name} {...props}>
      <textarea
        id={name}
        name={name}
        rows={rows}
        {...describedBy({ name, ...props })}
        autofocus={isFirst(name, props.faults)}
      >
        {value}
      </textarea>
    </Labelled>
  );
}

/** A field for the password that the user has. */
export function PasswordField(
  props: Pick<FieldProps, "label" | "faults" | "autofocus"> & { t: Texts; name?: string },
) {
  const { t, ...field } = props;
  return (
    <Field
      name="password"
      {...field}
      data-reveal={t.reveal}
      type="password"
      autocomplete="current-password"
      maxlength={1024}
      required
    />
  );
}

/** A field for a new password, of at least `length` characters. */
export function NewPasswordField(
  props: Pick<FieldProps, "label" | "faults"> & { t: Texts; length: number },
) {
  const { t, length, ...field } = props;
  return (
    <Field
      {...field}
      data-reveal={t.reveal}
      name="newPassword"
      type="password"
      hint={t.register.passwordHint({ length })}
      autocomplete="new-password"
      minlength={length}
      required
    />
  );
}

/** A form that sends to its own page, or to `action`. */
export function Form({ action, children }: { action?: string; children: Child }) {
  return (
    <form method="post" action={action}>
      {children}
    </form>
  );
}
