/** Fills the templates of a request to a mail provider. */

import { FIELDS, type Field, type Template } from "../../mail-settings";

export type Values = Readonly<Record<Field, string>>;

const PLACE = new RegExp(`\\{(${FIELDS.join("|")})\\}`, "g");

/** Puts values in their places, each as `encode` gives it. Other braces stay as they are. */
export function fill(template: string, values: Values, encode = (value: string) => value): string {
  return template.replaceAll(PLACE, (place) => {
    const field = FIELDS.find((name) => place === `{${name}}`);
    return field === undefined ? place : encode(values[field]);
  });
}

/** Fills every text of a JSON document, so that no value can become anything but text in it. */
export function fillDocument(template: Template, values: Values): Template {
  if (typeof template === "string") return fill(template, values);
  if (Array.isArray(template)) return template.map((one) => fillDocument(one, values));
  if (template === null || typeof template !== "object") return template;
  return Object.fromEntries(
    Object.entries(template).map(([name, one]) => [name, fillDocument(one, values)]),
  );
}
